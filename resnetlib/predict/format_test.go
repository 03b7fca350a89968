package predict_test

import (
	"testing"

	"resnetlab/resnetlib/predict"
)

// A file's name says its format, where --format does not.
func TestFormatOf(t *testing.T) {
	for path, want := range map[string]string{"": "", "a": "", "a.csv": "csv", "b/A.JSONL": "jsonl", "a.json": "json", "a.txt": "text", "a.npy": "", "csv": ""} {
		if got := predict.FormatOf(path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
