package sharedlib

import (
	"debug/elf"
	"os"
	"strings"
	"testing"
)

func FuzzCheckHeader(f *testing.F) {
	self, err := os.ReadFile("/bin/true")
	if err != nil {
		f.Skip(err)
	}
	f.Add(self[:min(len(self), 4096)])
	f.Add([]byte("\x7fELF\x02\x01\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		// No panic, and nothing that is shorter than its headers say passes.
		r := strings.NewReader(string(data))
		if checkHeader(r, int64(len(data)), "amd64") != nil {
			return
		}
		file, err := elf.NewFile(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range file.Progs {
			if p.Type == elf.PT_LOAD && p.Off+p.Filesz > uint64(len(data)) {
				t.Errorf("a segment ends at %d of %d bytes", p.Off+p.Filesz, len(data))
			}
		}
	})
}
