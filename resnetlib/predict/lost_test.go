package predict

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A picture that vanishes is one picture; a folder that vanishes, or a disk that fails, is all of them.
func TestLost(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pictures")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	gone := fmt.Errorf("reading a.png: %w", fs.ErrNotExist)
	folder, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	check := func(when string, err error, want bool) {
		t.Helper()
		if got := folder.lost(err); got != want {
			t.Errorf("%s, %v: %v, want %v", when, err, got, want)
		}
	}
	check("at first", gone, false)
	check("at first", &fs.PathError{Op: "open", Path: "a.png", Err: syscall.EACCES}, false)
	check("at first", fmt.Errorf("decoding a.png: no known picture format"), false)
	check("at first", fmt.Errorf("reading: %w", &fs.PathError{Op: "read", Path: "a.png", Err: syscall.EIO}), true)
	if err := os.Rename(dir, dir+"-away"); err != nil {
		t.Fatal(err)
	}
	check("without its folder", gone, true)
	if err := os.Mkdir(dir, 0o777); err != nil { // the empty place where a disk was mounted
		t.Fatal(err)
	}
	check("with another folder in its place", gone, true)
}
