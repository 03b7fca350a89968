package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"resnetlab/internal/atomicfile"
)

// recordFolder has, below the learner's folder, every lesson as it was handed out: this distinguishes a copy that the learner changed from an
// outdated one.
const recordFolder = ".handed-out"

// glossary is handed out with the lessons.
const glossary = "glossary.md"

// handOut copies the lessons and the glossary in from to the learner's folder and returns what it did. A copy that the learner changed is not
// overwritten: if its lesson has changed since, the new version gets another name.
func handOut(from, to string) (notes []string, err error) {
	one := func(name string) error {
		note, err := handOutOne(from, to, name)
		if note != "" {
			notes = append(notes, note)
		}
		return err
	}
	if err := eachNotebook(from, one); err != nil {
		return notes, err
	}
	return notes, one(glossary)
}

func handOutOne(from, to, name string) (note string, err error) {
	lesson, err := os.ReadFile(filepath.Join(from, name))
	if err != nil {
		return "", err
	}
	record := filepath.Join(to, recordFolder, name)
	given, err := readIfThere(record)
	if err != nil {
		return "", err
	}
	mine, err := readIfThere(filepath.Join(to, name))
	if err != nil {
		return "", err
	}
	switch {
	case bytes.Equal(mine, lesson):
		// up to date
	case mine == nil || bytes.Equal(mine, given):
		if mine != nil {
			note = name + ": brought up to date"
		}
		err = writeFile(filepath.Join(to, name), lesson)
	case bytes.Equal(given, lesson):
		// the learner's own work on the current lesson
	default:
		var fresh string
		if fresh, err = freeName(to, name); err == nil {
			note = fmt.Sprintf("%s: yours, left as it is; the lesson has changed, its new version is %s", name, fresh)
			err = writeFile(filepath.Join(to, fresh), lesson)
		}
	}
	if err != nil || bytes.Equal(given, lesson) {
		return note, err
	}
	return note, writeFile(record, lesson)
}

// freeName returns "en/00-quickstart (2).ipynb", or the name with the next free number.
func freeName(dir, name string) (string, error) {
	extension := filepath.Ext(name)
	for i := 2; ; i++ {
		fresh := fmt.Sprintf("%s (%d)%s", strings.TrimSuffix(name, extension), i, extension)
		if _, err := os.Stat(filepath.Join(dir, fresh)); errors.Is(err, fs.ErrNotExist) {
			return fresh, nil
		} else if err != nil {
			return "", err
		}
	}
}

// readIfThere reads a file. It returns nil without an error if the file does not exist.
func readIfThere(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

func writeFile(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return atomicfile.WriteBytes(path, text)
}
