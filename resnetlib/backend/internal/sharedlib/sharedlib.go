// Package sharedlib checks a shared library's file before the dynamic loader maps it: a damaged one can end the process.
package sharedlib

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
)

// machines maps GOARCH to the machine in the ELF header of a library that can be loaded.
var machines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}

// Check reads a library's ELF headers and returns an error for a file that the dynamic loader cannot use: not ELF, for another machine, or shorter
// than its segments (touching a page beyond the end of a file kills the process). The error does not name the file.
func Check(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return errors.Unwrap(err) // without the path: the caller names the file
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("not a regular file")
	}
	return checkHeader(f, info.Size(), runtime.GOARCH)
}

// checkHeader is [Check] for bytes of any origin, for a program of the architecture arch.
func checkHeader(r io.ReaderAt, size int64, arch string) error {
	magic := make([]byte, len(elf.ELFMAG))
	if _, err := r.ReadAt(magic, 0); err != nil || string(magic) != elf.ELFMAG {
		return fmt.Errorf("not a shared library, or damaged: %d bytes that do not begin as an ELF file does", size)
	}
	f, err := elf.NewFile(r)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("truncated: its headers speak of more than its %d bytes", size)
	}
	if err != nil {
		return fmt.Errorf("damaged: %w", err)
	}
	if f.Type != elf.ET_DYN {
		return fmt.Errorf("an ELF file, but no shared library (%s)", f.Type)
	}
	if want := machines[arch]; f.Machine != want || f.Class != elf.ELFCLASS64 {
		return fmt.Errorf("built for another machine (%s, %s; this is %s)", f.Machine, f.Class, want)
	}
	loads := false
	for _, p := range f.Progs {
		if p.Off+p.Filesz < p.Off || p.Off+p.Filesz > uint64(size) {
			return fmt.Errorf("truncated: %d bytes, its headers speak of %d", size, p.Off+p.Filesz)
		}
		loads = loads || p.Type == elf.PT_LOAD
	}
	if !loads {
		return errors.New("damaged: nothing in it to load")
	}
	return nil
}
