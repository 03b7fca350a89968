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

// A slash at the end changes nothing, and what a killed writer left in an empty folder keeps no later one out.
func TestWriteFolderSlash(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	fill := func(unfinished string) error { return os.WriteFile(filepath.Join(unfinished, "a"), nil, 0o666) }
	if err := WriteFolder(dir+string(filepath.Separator), fill); err != nil {
		t.Fatal(err)
	}
	if got := list(t, dir); len(got) != 1 || got[0] != "a" {
		t.Errorf("in the folder: %v", got)
	}
	into := t.TempDir()
	if err := os.Mkdir(filepath.Join(into, ".folder"+infix+"7"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := WriteFolder(into, fill); err != nil {
		t.Errorf("beside what a killed writer left: %v", err)
	}
}

// An empty folder that cannot be replaced, as the working directory, is filled; the file that describes the others comes last.
func TestWriteFolderInto(t *testing.T) {
	t.Chdir(t.TempDir())
	before, err := os.Stat(".")
	if err != nil {
		t.Fatal(err)
	}
	cause := errors.New("disk full")
	if err := WriteFolder(".", func(string) error { return cause }); !errors.Is(err, cause) || len(list(t, ".")) > 0 {
		t.Errorf("error %v, left %v", err, list(t, "."))
	}
	fill := func(unfinished string) error {
		return errors.Join(os.WriteFile(filepath.Join(unfinished, "about"), []byte("1"), 0o666), os.Mkdir(filepath.Join(unfinished, "val"), 0o777))
	}
	if err := WriteFolder(".", fill); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(".")
	if names := list(t, "."); err != nil || !os.SameFile(before, after) || len(names) != 2 || read(t, "about") != "1" {
		t.Errorf("%v, holds %v", err, names)
	}
	// A file of the same name that came meanwhile is in the way of a folder: nothing of ours stays.
	t.Chdir(t.TempDir())
	late := func(unfinished string) error {
		return errors.Join(os.Mkdir(filepath.Join(unfinished, "a"), 0o777), os.Mkdir(filepath.Join(unfinished, "b"), 0o777), os.WriteFile("b", nil, 0o666))
	}
	if err := WriteFolder(".", late); err == nil || len(list(t, ".")) != 1 {
		t.Errorf("error %v, left %v", err, list(t, "."))
	}
}
