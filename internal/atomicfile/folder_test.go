package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestWriteFolder(t *testing.T) {
	parent := filepath.Join(t.TempDir(), "made")
	dir := filepath.Join(parent, "data")
	fill := func(unfinished string) error {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("seen before it is whole: %v", err)
		}
		return os.WriteFile(filepath.Join(unfinished, "f"), []byte("1"), 0o666)
	}
	if err := WriteFolder(dir, fill); err != nil {
		t.Fatal(err)
	}
	if got := read(t, filepath.Join(dir, "f")); got != "1" {
		t.Errorf("content %q", got)
	}
	never := func(string) error { t.Error("filled"); return nil }
	if err := WriteFolder(dir, never); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v on a folder that holds something, want fs.ErrExist", err)
	}
	cause := errors.New("disk full")
	if err := WriteFolder(filepath.Join(parent, "other"), func(string) error { return cause }); !errors.Is(err, cause) {
		t.Errorf("error %v, want its cause", err)
	}
	if names := list(t, parent); len(names) != 1 {
		t.Errorf("left: %v, want data alone", names)
	}
}
