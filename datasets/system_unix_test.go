//go:build unix

package datasets_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"resnetlab/datasets"
	"resnetlab/datasets/audit"
	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/transforms"
)

// TestTooManyOpenFilesIsNoBadPicture runs itself in a process that has no file handle left.
func TestTooManyOpenFilesIsNoBadPicture(t *testing.T) {
	const folder = "RESNETLAB_TEST_FOLDER"
	if dir := os.Getenv(folder); dir != "" {
		withoutHandles(t, dir)
		return
	}
	dir := t.TempDir()
	if err := sketch.Write(t.Context(), filepath.Join(dir, "data"), sketch.Config{Train: 10, Val: 5, Test: 5, Size: 24}, nil); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	child.Env = append(os.Environ(), folder+"="+filepath.Join(dir, "data", "train"))
	if out, err := child.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func withoutHandles(t *testing.T, dir string) {
	ds, err := datasets.NewImageFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	limit := syscall.Rlimit{Cur: 40, Max: 40}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	var open []*os.File
	for len(open) < 100 {
		file, err := os.Open(os.DevNull)
		if errors.Is(err, syscall.EMFILE) {
			break
		}
		open = append(open, file)
	}
	if len(open) == 100 {
		t.Fatal("the limit does not hold")
	}
	bad, err := datasets.Check(t.Context(), ds, 4)
	if bad != nil || !datasets.IsSystemError(err) {
		t.Errorf("bad pictures %v, error %v", bad, err)
	}
	wantError(t, err, "too many files are open", "ulimit -n")
	loader := datasets.NewLoader(ds, datasets.LoaderConfig{BatchSize: 4, Preset: transforms.EvalPreset(8)})
	for _, err := range loader.Epoch(t.Context(), 0, 0) {
		if !datasets.IsSystemError(err) {
			t.Errorf("an epoch gives %v", err)
		}
	}
	if _, err := datasets.NewImageFolder(dir); !datasets.IsSystemError(err) {
		t.Errorf("listing gives %v", err)
	}
	_ = open[0].Close() // one handle lists a folder, and then reads a picture at a time
	open = open[1:]
	if bad, err := datasets.Check(t.Context(), ds, 1); err != nil || bad != nil {
		t.Errorf("one worker and one handle: %v, %v", bad, err)
	}
	takeLast := func(done, _ int) { // the handle goes while audit is at work
		if file, err := os.Open(os.DevNull); done == 2 && err == nil {
			open = append(open, file)
		} else if err == nil {
			_ = file.Close()
		}
	}
	if r, err := audit.Run(t.Context(), dir, audit.Options{Workers: 1, Progress: takeLast}); !datasets.IsSystemError(err) {
		t.Errorf("audit: %+v, error %v", r, err)
	}
	for _, file := range open {
		_ = file.Close()
	}
}

func TestSystemErrorsSayWhatToDo(t *testing.T) {
	for code, want := range map[syscall.Errno]string{syscall.EMFILE: "ulimit -n", syscall.ENFILE: "ulimit -n", syscall.ENOMEM: "no memory left", syscall.EIO: "the disk failed"} {
		err := fmt.Errorf("reading a picture: %w", &os.PathError{Op: "open", Path: "1.jpg", Err: code})
		if !datasets.IsSystemError(err) {
			t.Errorf("%v is no system error", err)
		}
		wantError(t, datasets.SystemError("a/1.jpg", err), "a/1.jpg", want)
		if !errors.Is(datasets.SystemError("a/1.jpg", err), code) {
			t.Errorf("%v is not wrapped", code)
		}
	}
	for _, err := range []error{nil, syscall.ENOENT, syscall.EACCES, errors.New("no JPEG")} {
		if datasets.IsSystemError(err) {
			t.Errorf("%v is a system error", err)
		}
	}
}

// Opening a pipe waits for a writer: what is no file is refused by name, whether a folder holds it or a list names it.
func TestPipesAreNotOpened(t *testing.T) {
	root := plant(t, "a/1.jpg", "b/1.jpg")
	if err := syscall.Mkfifo(filepath.Join(root, "a", "pipe.jpg"), 0o666); err != nil {
		t.Skip(err)
	}
	link(t, "pipe.jpg", filepath.Join(root, "a", "link.jpg"))
	names, others, err := datasets.ListPictures(t.Context(), root)
	if err != nil || len(names) != 2 || others[".jpg (named pipe)"] != 2 {
		t.Errorf("%v, others %v, error %v", names, others, err)
	}
	list := filepath.Join(root, "list.txt")
	write(t, list, "a/pipe.jpg a\n/dev/null a\na/link.jpg a\n")
	ds, err := datasets.NewList(list)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	bad, err := datasets.Check(ctx, ds, 1)
	if err != nil || len(bad) != 3 {
		t.Fatalf("%v, error %v", bad, err)
	}
	wantError(t, bad[0], "pipe.jpg", "named pipe")
	wantError(t, bad[1], "/dev/null", "device")
	loader := datasets.NewLoader(ds, datasets.LoaderConfig{BatchSize: 1, Preset: transforms.EvalPreset(8)})
	for _, err := range loader.Epoch(ctx, 0, 0) {
		wantError(t, err, "named pipe")
	}
}
