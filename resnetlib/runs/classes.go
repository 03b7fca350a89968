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

// encodeClasses returns {"0": "daisy", ...} in label order, with the bytes of Python's json.dumps(..., indent=4, ensure_ascii=False).
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

// quote returns text as a JSON string, in which <, > and & are not escaped.
func quote(text string) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a string and a buffer give no error
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// ReadClasses reads a class_indices.json and returns the names of the classes in label order. It skips the byte order mark of UTF-8, which
// editors on Windows write.
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

// Byte order marks, with which a text file may begin.
const (
	markUTF8    = "\xef\xbb\xbf"
	markUTF16LE = "\xff\xfe"
	markUTF16BE = "\xfe\xff"
)

// decodeClasses reads the content of a class_indices.json.
func decodeClasses(data []byte) ([]string, error) {
	if bytes.HasPrefix(data, []byte(markUTF16LE)) || bytes.HasPrefix(data, []byte(markUTF16BE)) {
		return nil, errors.New("the text is UTF-16: save the file as UTF-8")
	}
	data = bytes.TrimPrefix(data, []byte(markUTF8))
	var byIndex map[string]string
	if err := json.Unmarshal(data, &byIndex); err != nil {
		return nil, fmt.Errorf(`the file must hold an object such as {"0": "daisy", "1": "tulips"}: %w`, err)
	}
	if len(byIndex) == 0 {
		return nil, errors.New("the object has no classes")
	}
	classes := make([]string, len(byIndex))
	for label := range classes {
		class, ok := byIndex[strconv.Itoa(label)]
		if !ok {
			return nil, fmt.Errorf("there are %d classes, but none has the index %d: the indices must be 0, 1, 2 and so on", len(byIndex), label)
		}
		if twin := slices.Index(classes[:label], class); twin >= 0 { // results are keyed by name
			return nil, fmt.Errorf("classes %d and %d have the same name, %.80q", twin, label, class)
		}
		classes[label] = class
	}
	return classes, nil
}
