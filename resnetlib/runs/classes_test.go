package runs

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Editors on Windows write a byte order mark: UTF-8's is skipped, UTF-16 is refused by name.
func TestReadClassesWithByteOrderMark(t *testing.T) {
	const text = `{"0": "daisy", "1": "tulips"}`
	path := filepath.Join(t.TempDir(), "class_indices.json")
	for mark, problem := range map[string]string{"": "", "\xef\xbb\xbf": "", "\xff\xfe": "UTF-16", "\xfe\xff": "UTF-16", "\xef\xbb\xbf\xef\xbb\xbf": "invalid character"} {
		if err := os.WriteFile(path, []byte(mark+text), 0o666); err != nil {
			t.Fatal(err)
		}
		classes, err := ReadClasses(path)
		switch {
		case problem == "" && (err != nil || !slices.Equal(classes, []string{"daisy", "tulips"})):
			t.Errorf("%x: %q %v", mark, classes, err)
		case problem != "" && (err == nil || !strings.Contains(err.Error(), problem) || !strings.Contains(err.Error(), path)):
			t.Errorf("%x: %q %v, want %s", mark, classes, err, problem)
		}
	}
}
