package compilecache

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
)

// TestMain is also the process that dies while it loads.
func TestMain(m *testing.M) {
	if dir := os.Getenv("COMPILECACHE_TEST_DIES_IN"); dir != "" {
		c, err := Open(dir)
		if err == nil {
			_, err = c.Entry(NewKey([]byte("a"))).Load(func([]byte) error { return syscall.Kill(os.Getpid(), syscall.SIGKILL) })
		}
		fmt.Println("alive:", err)
		os.Exit(3)
	}
	os.Exit(m.Run())
}

func TestLoadThatCrashedIsNotTriedAgain(t *testing.T) {
	c := open(t)
	crash := func() {
		t.Helper()
		store(t, c, "a", []byte("a"))
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "COMPILECACHE_TEST_DIES_IN="+c.dir)
		if out, err := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != -1 {
			t.Fatalf("it lives: %v %s", err, out)
		}
	}
	e := c.Entry(NewKey([]byte("a")))
	refused := func() {
		t.Helper()
		mustRefuse(t, e, ErrCrashed)
		if exists(e.path(compiledEnd)) {
			t.Error("the file stayed")
		}
	}
	crash()
	refused()
	store(t, c, "a", []byte("new"))
	mustLoad(t, e, []byte("new")) // a kill in the wrong moment is forgotten
	for range maxCrashes {
		crash()
		refused()
	}
	err := e.Store(func() ([]byte, error) { return []byte("a"), nil })
	if !errors.Is(err, ErrCrashed) || exists(e.path(compiledEnd)) {
		t.Errorf("stored after %d crashes: %v", maxCrashes, err)
	}
	if _, err := Clear(c.dir); err != nil {
		t.Fatal(err)
	}
	mustLoad(t, store(t, c, "a", []byte("a")), []byte("a"))
}

// Two processes may load one program at once: the other's marker is no sign of a crash.
func TestLoadsAtOnceAreNoCrash(t *testing.T) {
	c := open(t)
	e := store(t, c, "a", []byte("a"))
	loaded, err := e.Load(func([]byte) error {
		mustLoad(t, e, []byte("a"))
		return nil
	})
	if !loaded || err != nil {
		t.Error(loaded, err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				store(t, c, "a", []byte("a"))
				mustLoad(t, e, []byte("a"))
			}
		})
	}
	group.Wait()
	if files, _ := os.ReadDir(c.dir); len(files) != 1 {
		t.Errorf("in the folder: %v", files)
	}
}

// Without a marker nobody would notice a crash: the program is not loaded. It stays for those who can make one.
func TestProgramWithoutAMarkerIsNotLoaded(t *testing.T) {
	c := open(t)
	e := store(t, c, "a", []byte("a"))
	if err := os.Mkdir(e.path(loadingEnd), 0o700); err != nil { // as where locks are not supported
		t.Fatal(err)
	}
	mustRefuse(t, e, syscall.EISDIR)
	if err := os.Remove(e.path(loadingEnd)); err != nil {
		t.Fatal(err)
	}
	mustLoad(t, e, []byte("a"))
}
