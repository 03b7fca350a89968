package runs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
)

// encodeClasses returns {"0": "daisy", ...} as Python's json.dumps(..., indent=4, ensure_ascii=False) does, in the order of the labels.
func encodeClasses(classes []string) []byte {
	var out bytes.Buffer
	out.WriteString("{")
	for label, class := range classes {
		if label > 0 {
			out.WriteString(",")
		}
		fmt.Fprintf(&out, "\n    \"%d\": %s", label, quote(class))
	}
	out.WriteString("\n}")
	return out.Bytes()
}

// quote is the JSON string of text, with <, > and & left alone.
func quote(text string) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a string and a buffer give no error
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// ReadClasses reads a class_indices.json and returns the class names in the order of the labels. A byte order mark of
// UTF-8, which editors on Windows write, is skipped.
func ReadClasses(path string) ([]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading classes: %w", err)
	}
	classes, err := decodeClasses(data)
	if err != nil {
		return nil, fmt.Errorf("reading classes from %s: %w", path, err)
	}
	return classes, nil
}

// The byte order marks of Unicode's encodings, as they begin a file.
const (
	markUTF8    = "\xef\xbb\xbf"
	markUTF16LE = "\xff\xfe"
	markUTF16BE = "\xfe\xff"
)

func decodeClasses(data []byte) ([]string, error) {
	if bytes.HasPrefix(data, []byte(markUTF16LE)) || bytes.HasPrefix(data, []byte(markUTF16BE)) {
		return nil, errors.New("this is text in UTF-16: save it in UTF-8")
	}
	data = bytes.TrimPrefix(data, []byte(markUTF8))
	var byIndex map[string]string
	if err := json.Unmarshal(data, &byIndex); err != nil {
		return nil, fmt.Errorf(`want an object like {"0": "daisy", "1": "tulips"}: %w`, err)
	}
	if len(byIndex) == 0 {
		return nil, fmt.Errorf("there are no classes in it")
	}
	classes := make([]string, len(byIndex))
	for label := range classes {
		class, ok := byIndex[strconv.Itoa(label)]
		if !ok {
			return nil, fmt.Errorf("there are %d classes, but none has index %d", len(byIndex), label)
		}
		if twin := slices.Index(classes[:label], class); twin >= 0 { // results are told by name
			return nil, fmt.Errorf("classes %d and %d are both called %.80q", twin, label, class)
		}
		classes[label] = class
	}
	return classes, nil
}
