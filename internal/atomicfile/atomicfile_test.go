package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWriteReplacesWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a*b.json")
	for _, want := range []string{"first", "second, longer than the first"} {
		if err := WriteBytes(path, []byte(want)); err != nil {
			t.Fatal(err)
		}
		if got := read(t, path); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if names := list(t, filepath.Dir(path)); len(names) != 1 {
		t.Errorf("left in the folder: %v", names)
	}
}

func TestFailingWriterKeepsTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weights")
	if err := WriteBytes(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	cause := errors.New("disk full")
	err := Write(path, func(w io.Writer) error {
		// More than the buffer, so that a part of it is on the disk when the writer fails.
		if _, err := w.Write(make([]byte, 1<<20)); err != nil {
			return err
		}
		return cause
	})
	if !errors.Is(err, cause) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v: want one that names the file and wraps its cause", err)
	}
	if got := read(t, path); got != "old" {
		t.Errorf("the old file became %d bytes", len(got))
	}
	if names := list(t, filepath.Dir(path)); len(names) != 1 {
		t.Errorf("left in the folder: %v", names)
	}
}

// What an interrupted writer wants to keep stays, whole, under the name that Unfinished finds; the file itself does not appear.
func TestKeptStays(t *testing.T) {
	path, cause := filepath.Join(t.TempDir(), "shard"), errors.New("interrupted")
	err := Write(path, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return Kept(cause)
	})
	if !errors.Is(err, cause) {
		t.Errorf("error %v does not wrap its cause", err)
	}
	left, err := Unfinished(path)
	if err != nil || len(left) != 1 || read(t, left[0]) != "half" {
		t.Errorf("left: %v, %v", left, err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an unfinished file appeared under its name: %v", err)
	}
	if err := Write(path, func(io.Writer) error { return Kept(nil) }); err != nil {
		t.Errorf("nothing wrong, and the error %v", err)
	}
}

func TestPanicLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	func() {
		defer func() { _ = recover() }()
		_ = Write(filepath.Join(folder, "f"), func(io.Writer) error { panic("bug") })
	}()
	if names := list(t, folder); len(names) != 0 {
		t.Errorf("left in the folder: %v", names)
	}
}

func TestUnseenUntilWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	err := Write(path, func(w io.Writer) error {
		_, _ = w.Write(make([]byte, 1<<20))
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the file is seen while it is written (%v)", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPermissions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := WriteBytes(path, nil); err != nil {
		t.Fatal(err)
	}
	plain := path + "2"
	if err := os.WriteFile(plain, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	got, _ := os.Stat(path)
	want, _ := os.Stat(plain)
	if got.Mode() != want.Mode() {
		t.Errorf("a new file has mode %v, want %v as any other new file", got.Mode(), want.Mode())
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := WriteBytes(path, nil); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o640 {
		t.Errorf("a replaced file has mode %v, want its old 0640", info.Mode())
	}
}

func TestNoFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none", "f")
	if err := WriteBytes(path, nil); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v: want one that names %s", err, path)
	}
}

func TestRemoveTemporary(t *testing.T) {
	folder := t.TempDir()
	keep, left := filepath.Join(folder, "run.json"), filepath.Join(folder, ".run.json"+infix+"123")
	for _, path := range []string{keep, left, filepath.Join(folder, ".hidden")} {
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := RemoveTemporary(folder); err != nil {
		t.Fatal(err)
	}
	if names := list(t, folder); len(names) != 2 {
		t.Errorf("in the folder: %v, want .hidden and run.json", names)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func list(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// What is kept stays kept where the last of it no longer fits: a file cut off anywhere can be gone on with.
func TestKeptOnAFullDisk(t *testing.T) {
	file, err := os.Open(filepath.Join(t.TempDir(), "..")) // cannot be written to, as a full disk cannot
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left")
	err = fill(file, func(w io.Writer) error {
		_, _ = w.Write(make([]byte, 1000))
		return Kept(full)
	})
	if !errors.As(err, new(kept)) || !errors.Is(err, full) {
		t.Errorf("%v is not kept", err)
	}
}
