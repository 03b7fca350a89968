package compilecache

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"resnetlab/internal/atomicfile"
)

// open opens a cache in a new folder.
func open(t *testing.T) *Cache {
	t.Helper()
	c, err := Open(filepath.Join(t.TempDir(), "compiled"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// store stores a payload under a key made of name.
func store(t *testing.T, c *Cache, name string, payload []byte) *Entry {
	t.Helper()
	e := c.Entry(NewKey([]byte(name)))
	if err := e.Store(func() ([]byte, error) { return payload, nil }); err != nil {
		t.Fatal(err)
	}
	return e
}

// mustLoad loads an entry and compares its payload.
func mustLoad(t *testing.T, e *Entry, want []byte) {
	t.Helper()
	var got []byte
	loaded, err := e.Load(func(payload []byte) error {
		got = payload
		return nil
	})
	if !loaded || err != nil || !bytes.Equal(got, want) {
		t.Fatalf("loaded %t, error %v, %d bytes; want %d bytes", loaded, err, len(got), len(want))
	}
}

// mustRefuse checks that an entry is not loaded, that nothing of it is handed on, and what the error says.
func mustRefuse(t *testing.T, e *Entry, want error) {
	t.Helper()
	loaded, err := e.Load(func([]byte) error {
		t.Error("the bytes were handed on")
		return nil
	})
	if loaded || !errors.Is(err, want) || !strings.Contains(err.Error(), e.path(compiledEnd)) {
		t.Fatalf("loaded %t, error %v; want %v and the file's name", loaded, err, want)
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func TestLoadReturnsWhatWasStored(t *testing.T) {
	c := open(t)
	missing := c.Entry(NewKey([]byte("missing")))
	if loaded, err := missing.Load(nil); loaded || err != nil {
		t.Errorf("a missing program: %t, %v", loaded, err)
	}
	payload := bytes.Repeat([]byte("machine code "), 1000)
	e := store(t, c, "a", payload)
	mustLoad(t, e, payload)
	mustLoad(t, e, payload)
	info, err := os.Stat(e.path(compiledEnd))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("stored with mode %v, %v", info.Mode(), err)
	}
	if files, _ := os.ReadDir(c.dir); len(files) != 1 {
		t.Errorf("in the folder: %v", files)
	}
	if info, err := os.Stat(c.dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder with mode %v, %v", info.Mode(), err)
	}
}

// A umask that lets a group write must not make files that the cache itself refuses.
func TestStoredFilesAreClosedUnderAnyUmask(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	mustLoad(t, store(t, open(t), "a", []byte("x")), []byte("x"))
}

func TestDamageIsNeverHandedOn(t *testing.T) {
	c, payload := open(t), []byte("some machine code")
	e := store(t, c, "a", payload)
	path := e.path(compiledEnd)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	try := func(bad []byte) {
		t.Helper()
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		mustRefuse(t, e, ErrDamaged)
		if exists(path) {
			t.Fatal("the damaged file stayed")
		}
	}
	for at := range good {
		for bit := range 8 {
			bad := bytes.Clone(good)
			bad[at] ^= 1 << bit
			try(bad)
		}
		try(good[:at])
	}
	try(append(bytes.Clone(good), 0))
	try(newHeader(e.key, nil)) // an empty payload stops XLA with SIGFPE
	store(t, c, "a", payload)
	mustLoad(t, e, payload)
}

func TestFileOfAnotherProgramIsRefused(t *testing.T) {
	c := open(t)
	a, b := store(t, c, "a", []byte("a")), c.Entry(NewKey([]byte("b")))
	if err := os.Rename(a.path(compiledEnd), b.path(compiledEnd)); err != nil {
		t.Fatal(err)
	}
	mustRefuse(t, b, ErrDamaged)
}

func TestFilesThatOthersCanChangeAreRefused(t *testing.T) {
	c := open(t)
	e := store(t, c, "a", []byte("a"))
	path := e.path(compiledEnd)
	spoil := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		mustRefuse(t, e, errForeign)
		if !exists(path) {
			t.Errorf("%s: the file was removed", what)
		}
	}
	spoil("group writes", os.Chmod(path, 0o620))
	spoil("others write", os.Chmod(path, 0o602))
	spoil("a link", errors.Join(os.Rename(path, path+"2"), os.Chmod(path+"2", 0o600), os.Symlink(path+"2", path)))
	spoil("a pipe", errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600)))
	spoil("a folder", errors.Join(os.Remove(path), os.Mkdir(path, 0o700)))
	if err := errors.Join(os.Remove(path), os.Rename(path+"2", path)); err != nil {
		t.Fatal(err)
	}
	mustLoad(t, e, []byte("a"))
	if os.Geteuid() != 0 {
		fmt.Printf("SKIP: %s: files of another user take root\n", t.Name())
		return
	}
	spoil("another user's", os.Chown(path, 1, 1))
}

func TestFoldersThatOthersCanEnterAreRefused(t *testing.T) {
	c := open(t)
	refuse := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Open(c.dir); !errors.Is(err, errForeign) || !strings.Contains(err.Error(), c.dir) {
			t.Errorf("opened: %v", err)
		}
		if Check(c.dir) == nil {
			t.Error("Check finds nothing")
		}
	}
	for _, mode := range []os.FileMode{0o755, 0o770, 0o702, 0o701} {
		refuse(os.Chmod(c.dir, mode))
	}
	if err := os.Chmod(c.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(c.dir); err != nil || Check(c.dir) != nil {
		t.Error(err)
	}
	if os.Geteuid() == 0 {
		refuse(os.Chown(c.dir, 1, 1))
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file); err == nil || Check(file) == nil {
		t.Error("a file was opened as a folder")
	}
}

func TestLeastRecentlyUsedAreRemoved(t *testing.T) {
	c := open(t)
	size := int64(headerSize + 100)
	c.Limit = 3 * size
	payload := make([]byte, 100)
	var entries []*Entry
	for i := range 3 {
		e := store(t, c, fmt.Sprint(i), payload)
		age := time.Now().Add(-time.Duration(10-i) * touchAfter)
		if err := os.Chtimes(e.path(compiledEnd), age, age); err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	mustLoad(t, entries[0], payload) // now the one that was used last
	entries = append(entries, store(t, c, "3", payload))
	var left []bool
	for _, e := range entries {
		left = append(left, exists(e.path(compiledEnd)))
	}
	if want := []bool{true, false, true, true}; !slices.Equal(left, want) {
		t.Errorf("left %v, want %v", left, want)
	}
	if n, err := Inspect(c.dir); err != nil || n != (Contents{3, 3 * size}) {
		t.Errorf("%+v, %v", n, err)
	}
	err := c.Entry(NewKey(nil)).Store(func() ([]byte, error) { return make([]byte, 4*size), nil })
	if err == nil || !strings.Contains(err.Error(), "the cache takes") {
		t.Errorf("a program larger than the cache: %v", err)
	}
}

func TestLeftoversOfKilledWritersAreRemoved(t *testing.T) {
	c := open(t)
	leave := func(name string, age time.Duration) string {
		path := c.Entry(NewKey([]byte(name))).path(compiledEnd)
		_ = atomicfile.Write(path, func(io.Writer) error { return atomicfile.Kept(errors.New("killed")) })
		left, err := atomicfile.Unfinished(path)
		if err != nil || len(left) != 1 {
			t.Fatal(left, err)
		}
		if err := os.Chtimes(left[0], time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
		return left[0]
	}
	old, young := leave("old", unfinishedAge+time.Minute), leave("young", unfinishedAge-time.Minute)
	foreign := filepath.Join(c.dir, ".notes.unfinished-1")
	marker := c.Entry(NewKey([]byte("other"))).path(crashedEnd)
	for path, age := range map[string]time.Duration{foreign: 99 * markerAge, marker: markerAge + time.Minute} {
		if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chtimes(path, time.Time{}, time.Now().Add(-age))); err != nil {
			t.Fatal(err)
		}
	}
	store(t, c, "a", []byte("a"))
	if exists(old) || exists(marker) || !exists(young) || !exists(foreign) {
		t.Errorf("old %t, marker %t, young %t, another's %t: want the last two alone", exists(old), exists(marker), exists(young), exists(foreign))
	}
	removed, err := Clear(c.dir)
	if err != nil || removed != (Contents{1, int64(headerSize + 1)}) || exists(young) || !exists(foreign) {
		t.Errorf("removed %+v, %v; young %t, another's %t", removed, err, exists(young), exists(foreign))
	}
}

// What XLA refuses is removed, so that the next process stores it anew; that is no crash.
func TestRefusedProgramIsRemoved(t *testing.T) {
	c, refuse := open(t), errors.New("XLA refuses")
	e := store(t, c, "a", []byte("a"))
	if loaded, err := e.Load(func([]byte) error { return refuse }); loaded || !errors.Is(err, refuse) {
		t.Error(loaded, err)
	}
	if files, _ := os.ReadDir(c.dir); len(files) != 0 {
		t.Errorf("in the folder: %v", files)
	}
}

func TestFullDiskLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "resnetlab-test", dir).CombinedOutput(); err != nil {
		fmt.Printf("SKIP: %s: a small disk takes root: %s\n", t.Name(), out)
		t.SkipNow()
	}
	t.Cleanup(func() { _ = exec.Command("umount", dir).Run() })
	c, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	err = c.Entry(NewKey(nil)).Store(func() ([]byte, error) { return make([]byte, 1<<20), nil })
	if !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%v, want %v", err, syscall.ENOSPC)
	}
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Errorf("left: %v", files)
	}
}
