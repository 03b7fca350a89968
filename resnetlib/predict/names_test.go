package predict

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

// Two names that would be written alike are refused; others that are not UTF-8 are counted.
func TestNamesWrittenAlikeAreRefused(t *testing.T) {
	for _, c := range []struct {
		names   []string
		escaped int
		alike   bool
	}{
		{[]string{"a.png", "ä.png", `caf\xe9.png`}, 0, false},
		{[]string{"caf\xe8.png", "caf\xe9.png", "café.png"}, 2, false},
		{[]string{`caf\xe9.png`, "caf\xe9.png"}, 0, true},
		{[]string{"a\xe9\\xe8.png", "a\\xe9\xe8.png"}, 0, true},
	} {
		escaped, err := distinct(c.names)
		if escaped != c.escaped || (err != nil) != c.alike {
			t.Errorf("%q: %d escaped, %v; want %d, refused %t", c.names, escaped, err, c.escaped, c.alike)
		}
		if err := (Job{Dir: "d", Stream: &bytes.Buffer{}, Pictures: Pictures{Names: c.names}}).Check(); errors.Is(err, ErrBadFolder) != c.alike {
			t.Errorf("%q: a job with them says %v", c.names, err)
		}
	}
}

func TestOthersListsEndingsInOrder(t *testing.T) {
	if got := (Others{".txt": 2, "": 1, ".csv": 3}).String(); got != ": 1 without, 3 .csv, 2 .txt" {
		t.Errorf("%q", got)
	}
	if got := (Others{}).String(); got != "" {
		t.Errorf("of none: %q", got)
	}
}

// Names that a file of features cannot hold are refused before the work.
func TestFeatureNamesAreCheckedBeforeTheWork(t *testing.T) {
	long := slices.Repeat([]string{strings.Repeat("n", 100_000)}, 1000)
	control := slices.Repeat([]string{strings.Repeat("\x1b", 20_000)}, 1000) // six bytes each in JSON
	for _, c := range []struct {
		out   string
		names []string
		right bool
	}{
		{"f.npy", []string{"a.png", "b\nc.png"}, false},
		{"f.safetensors", []string{"b\nc.png"}, false},
		{"f.safetensors", long, false},
		{"f.safetensors", control, false},
		{"f.safetensors", []string{"caf\xe9.png"}, false},
		{"f.npy", []string{"caf\xe9.png"}, true},
		{"f.npy", long, true},
		{"f.safetensors", []string{"a b.png", "ü.png"}, true},
	} {
		if err := (FeatureJob{Out: c.out}).checkNames(c.names); (err == nil) != c.right {
			t.Errorf("%s, %d names like %.20q: %v", c.out, len(c.names), c.names[0], err)
		}
	}
}
