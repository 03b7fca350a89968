package onednn

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// tinyLibrary returns the bytes of a shared library for a machine that the headers alone make up, with one segment that is the file itself.
func tinyLibrary(machine elf.Machine, tail string) string {
	const size = 64 + 56 // of the ELF header and of one program header
	h := elf.Header64{Type: uint16(elf.ET_DYN), Machine: uint16(machine), Version: 1, Phoff: 64, Ehsize: 64, Phentsize: 56, Phnum: 1, Shentsize: 64}
	copy(h.Ident[:], elf.ELFMAG+string([]byte{byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), 1}))
	p := elf.Prog64{Type: uint32(elf.PT_LOAD), Filesz: size + uint64(len(tail)), Memsz: size + uint64(len(tail))}
	var b bytes.Buffer
	for _, part := range []any{h, p} {
		_ = binary.Write(&b, binary.LittleEndian, part) // a bytes.Buffer takes everything
	}
	return b.String() + tail
}

// here and elsewhere are this machine and another.
var here, elsewhere = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}[runtime.GOARCH], elf.EM_RISCV

var content = tinyLibrary(here, "a library")

// small is the pin of content.
var small = func() pin {
	sum := sha256.Sum256([]byte(content))
	return pin{int64(len(content)), hex.EncodeToString(sum[:])}
}()

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLibraryIsFoundInOrder(t *testing.T) {
	root := t.TempDir()
	places := []Place{{filepath.Join(root, "bin"), "the first"}, {filepath.Join(root, "other"), "the second"}}
	if _, err := find("", places, small); !errors.Is(err, ErrMissing) {
		t.Errorf("nothing there: %v", err)
	}
	for _, step := range []struct{ file, where string }{ // each is before the one above it
		{"other/libdnnl.so", "the second"},
		{"other/libdnnl.so.3", "the second"},
		{"bin/libdnnl.so.3.2", "the first"},
	} {
		path := write(t, filepath.Join(root, step.file), content)
		if f, err := find("", places, small); err != nil || f != (Found{path, step.where}) {
			t.Errorf("%+v, %v, want %s", f, err, path)
		}
	}
	given := write(t, filepath.Join(root, "given.so"), content)
	if f, err := find(given, places, small); err != nil || f.Path != given {
		t.Errorf("given by path: %+v, %v", f, err)
	}
	if _, err := find("off", places, small); !errors.Is(err, ErrOff) {
		t.Errorf("off: %v", err)
	}
	if _, err := find(filepath.Join(root, "absent.so"), places, small); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a path to nothing: %v", err)
	}
}

func TestUnfitLibraryIsNamedWithWhatIsWrongAndPassedOver(t *testing.T) {
	root := t.TempDir()
	bad, good := filepath.Join(root, "bin", FileName), filepath.Join(root, "lib", FileName)
	places := []Place{{filepath.Dir(bad), "beside the executable"}, {filepath.Dir(good), "the project's .venv"}}
	for name, c := range map[string]struct{ content, want string }{
		"truncated":         {content[:len(content)-1], "truncated: "},
		"empty":             {"", "damaged: 0 bytes"},
		"text":              {strings.Repeat("x", len(content)), "not a shared library, or damaged"},
		"another processor": {tinyLibrary(elsewhere, "a library"), "built for another machine (EM_RISCV"},
		"another version":   {tinyLibrary(here, "a longer library"), "another version, or damaged: "},
		"other bytes":       {tinyLibrary(here, "A LIBRARY"), "its bytes are not those of the wheel onednn-cpu-gomp 2023.2.0"},
	} {
		write(t, bad, c.content)
		_, err := find("", places, small)
		if err == nil || !strings.HasPrefix(err.Error(), bad+" (beside the executable): ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	write(t, good, content)
	if f, err := find("", places, small); err != nil || f.Path != good {
		t.Errorf("a good one behind: %+v, %v", f, err)
	}
}

// Bytes in a Python environment are read only where they were written after the wheel was installed.
func TestContentIsReadWhereItIsNewerThanItsRecord(t *testing.T) {
	venv := t.TempDir()
	path := write(t, filepath.Join(venv, "lib", FileName), tinyLibrary(here, "A LIBRARY"))
	record := write(t, filepath.Join(venv, "lib/python3.12/site-packages/onednn_cpu_gomp-2023.2.0.dist-info/RECORD"), "")
	for after, good := range map[time.Duration]bool{-time.Hour: false, time.Hour: true} {
		at := time.Now().Add(after)
		if err := os.Chtimes(record, at, at); err != nil {
			t.Fatal(err)
		}
		if err := small.check(path); (err == nil) != good {
			t.Errorf("RECORD written %v after the library: %v", after, err)
		}
	}
}

func TestVerifyWantsTheWheelsBytes(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), FileName), content)
	if err := Verify(path); err == nil || !strings.Contains(err.Error(), "another version, or damaged") {
		t.Errorf("%v", err)
	}
	if found, err := Find(venvPlaces); err == nil {
		if err := Verify(found.Path); err != nil {
			t.Errorf("the library of this machine: %v", err)
		}
	}
}

// venvPlaces is where make setup puts the library.
var venvPlaces = []Place{{filepath.Join("..", "..", "..", ".venv", "lib"), "the project's .venv"}}

// FuzzFind gives any bytes to the search: it neither crashes nor accepts other bytes than the pinned ones.
func FuzzFind(f *testing.F) {
	for _, seed := range []string{content, content[:70], tinyLibrary(elsewhere, "a library"), "x", ""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		path := write(t, filepath.Join(t.TempDir(), FileName), string(data))
		if _, err := find(path, nil, small); (err == nil) != (string(data) == content) {
			t.Errorf("%d bytes: %v", len(data), err)
		}
	})
}
