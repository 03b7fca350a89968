package runs

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Editors on Windows write byte order marks.
func TestByteOrderMarkOfUTF8IsSkippedAndUTF16Refused(t *testing.T) {
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

// The study notes' train.py writes the file with json.dumps(..., indent=4).
func TestClassIndicesHaveTheBytesOfPythonsJSON(t *testing.T) {
	const want = "{\n    \"0\": \"daisy\",\n    \"1\": \"tulips\"\n}"
	if got := string(encodeClasses([]string{"daisy", "tulips"})); got != want {
		t.Errorf("got %s", got)
	}
	many := make([]string, 12)
	for i := range many {
		many[i] = string(rune('a' + i))
	}
	if got, err := decodeClasses(encodeClasses(many)); err != nil || !slices.Equal(got, many) {
		t.Errorf("got %v, error %v", got, err)
	}
	for text, want := range map[string]string{`{}`: "no classes", `[]`: "object", `{"0":"a","2":"b"}`: "the index 1", `{"0":"a","1":"a"}`: "the same name", `{"0":1}`: "object", ``: "object"} {
		_, err := decodeClasses([]byte(text))
		wantError(t, err, want)
	}
}

func FuzzClasses(f *testing.F) {
	f.Add([]byte(`{"0": "daisy", "1": "rosés"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		classes, err := decodeClasses(data)
		if err != nil {
			return
		}
		if again, err := decodeClasses(encodeClasses(classes)); err != nil || !slices.Equal(again, classes) {
			t.Fatalf("%q became %q, error %v", classes, again, err)
		}
	})
}
