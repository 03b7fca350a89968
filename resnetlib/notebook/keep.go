package notebook

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"resnetlab/internal/atomicfile"
	"resnetlab/internal/mark"
)

// workFolder is the folder, in the working directory (that of the notebook), for the files that one cell leaves for the next.
const workFolder = "resnetlab-work"

// marker is a file in a folder that Dir made, which Reset may empty.
const marker = ".made-by-resnetlab"

// Dir returns the path elem... inside the folder resnetlab-work of the working directory, where one cell leaves files for the next, and makes
// the folders above it. Where they cannot be made, the first write to the path fails.
//
//	run := notebook.Dir("flowers") // resnetlab-work/flowers
func Dir(elem ...string) string {
	path := filepath.Join(append([]string{workFolder}, elem...)...)
	if _, err := os.Stat(workFolder); errors.Is(err, fs.ErrNotExist) && os.MkdirAll(workFolder, 0o755) == nil {
		_ = os.WriteFile(filepath.Join(workFolder, marker), nil, 0o644)
	}
	_ = os.MkdirAll(filepath.Dir(path), 0o755)
	return path
}

// Reset empties the folder of [Dir], so that a notebook can be run again from its beginning. A folder of that name that Dir did not make is an
// error, unless it is empty.
func Reset() error {
	if _, err := os.Stat(filepath.Join(workFolder, marker)); errors.Is(err, fs.ErrNotExist) {
		entries, err := os.ReadDir(workFolder)
		if err == nil && len(entries) > 0 {
			return fmt.Errorf("emptying %s: it was not made by this program (no file %s in it)", workFolder, marker)
		}
	}
	if err := os.RemoveAll(workFolder); err != nil {
		return fmt.Errorf("emptying %s: %w", workFolder, err)
	}
	Dir()
	return nil
}

// Keep writes value as JSON into the folder of [Dir], for a later cell, which reads it by the same name with [Recall].
func Keep(name string, value any) error {
	path := Dir(name + ".json")
	err := atomicfile.Write(path, func(w io.Writer) error { return json.NewEncoder(w).Encode(value) })
	if err != nil {
		return fmt.Errorf("keeping %q for the next cell: %w", name, err)
	}
	return nil
}

// Recall reads the value that an earlier cell wrote with [Keep]. Where none did, the error matches fs.ErrNotExist.
func Recall[T any](name string) (T, error) {
	var value, none T
	path := filepath.Join(workFolder, name+".json")
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return none, mark.As(fs.ErrNotExist, notKept(name))
	}
	if err == nil {
		err = json.Unmarshal(content, &value)
	}
	if err != nil {
		return none, fmt.Errorf("reading what an earlier cell kept as %q in %s: %w", name, path, err)
	}
	return value, nil
}

// notKept is the error for a cell that was run before the one whose result it needs.
type notKept string

// Error names what is missing.
func (name notKept) Error() string { return fmt.Sprintf("no earlier cell has kept %q", string(name)) }

// Hint is what [ShowError] writes below the error.
func (name notKept) Hint() string {
	return pick("run the cells above this one first", "请先运行上面的单元")
}
