package atomicfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheckFindsWhatWriteWouldStumbleOver(t *testing.T) {
	dir := t.TempDir()
	full, empty := filepath.Join(dir, "full"), filepath.Join(dir, "empty")
	if err := os.WriteFile(full, []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(empty, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path      string
		overwrite bool
		says      string // "" for nothing
	}{
		{filepath.Join(dir, "new"), false, ""},
		{empty, false, ""},
		{full, true, ""},
		{full, false, "exists"},
		{dir, true, "is a folder"},
		{filepath.Join(full, "new"), true, "is not a folder"},
		{filepath.Join(dir, "none", "new"), true, "cannot be written"},
		{os.DevNull, false, ""},
	} {
		err := Check(c.path, c.overwrite)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s, overwrite %t: %v, want %q", c.path, c.overwrite, err, c.says)
		}
	}
}
