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
)

// workFolder is the folder, in the working directory (which is the notebook's), for what one cell keeps for the next.
const workFolder = "resnetlab-work"

// marker is the file that says that the folder was made by Dir and may be emptied by Reset.
const marker = ".made-by-resnetlab"

// Dir returns the path elem... inside the folder resnetlab-work of the working directory, where one cell keeps things
// for the next, and makes the folders on the way. If they cannot be made, the first write to the path says so.
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

// Reset empties the folder of [Dir], so that a notebook that is run again starts as the first time. It refuses to touch
// a folder of that name that Dir did not make.
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

// Keep writes value, as JSON, under name into the folder of [Dir], for a later cell to [Recall].
func Keep(name string, value any) error {
	path := Dir(name + ".json")
	err := atomicfile.Write(path, func(w io.Writer) error { return json.NewEncoder(w).Encode(value) })
	if err != nil {
		return fmt.Errorf("keeping %q for the next cell: %w", name, err)
	}
	return nil
}

// Recall reads what an earlier cell kept under name.
func Recall[T any](name string) (value T, err error) {
	path := filepath.Join(workFolder, name+".json")
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return value, notKept(name)
	}
	if err == nil {
		err = json.Unmarshal(content, &value)
	}
	if err != nil {
		return value, fmt.Errorf("reading what an earlier cell kept as %q in %s: %w", name, path, err)
	}
	return value, nil
}

// notKept is the error for a cell that was run before the one whose result it needs: its own kind, for its hint.
type notKept string

func (name notKept) Error() string { return fmt.Sprintf("no earlier cell has kept %q", string(name)) }

// Is makes it a kind of fs.ErrNotExist.
func (name notKept) Is(target error) bool { return target == fs.ErrNotExist }

func (name notKept) Hint() string {
	return pick("run the cells above this one first", "请先运行上面的单元")
}
