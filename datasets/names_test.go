package datasets

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
)

// The reason stays behind a path that is cut, and the error is still found.
func TestCleanKeepsReasonAndKind(t *testing.T) {
	for path, want := range map[string]string{
		"a/1.jpg":                         "reading a/1.jpg: open a/1.jpg: file does not exist",
		"a\n\x1b[2J\xff.jpg":              `reading a\n\x1b[2J\xff.jpg: open a\n\x1b[2J\xff.jpg: file does not exist`,
		strings.Repeat("x", 300) + ".jpg": fmt.Sprintf("reading %[1]s.jpg: open %[1]s.jpg: file does not exist", strings.Repeat("x", 300)),
		strings.Repeat("x", 1<<20):        fmt.Sprintf("reading %s...%[2]s: open %[1]s...%[2]s: file does not exist", strings.Repeat("x", 99), strings.Repeat("x", 98)),
	} {
		err := fmt.Errorf("reading %s: %w", path, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist})
		got := printableError(err, path)
		if got.Error() != want {
			t.Errorf("%.50q: %.1000s, want %.1000s", path, got, want)
		}
		var system *fs.PathError
		if !errors.Is(got, fs.ErrNotExist) || !errors.As(got, &system) {
			t.Errorf("%.50q: the error is not found in %.1000q", path, got)
		}
	}
	if err := printableError(nil, "a"); err != nil {
		t.Error(err)
	}
}
