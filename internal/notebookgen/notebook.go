package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"resnetlab/kernels"
)

// sourceModule is the module's path as the sources write it. A module published under another path keeps its sources;
// build writes that path into the notebooks.
const sourceModule = "resnetlab"

// notebook writes a lesson as Jupyter would save it (nbformat 4.5: one space, keys sorted, a line break at the end),
// without outputs, so that a learner's copy differs from it only where the learner changed something.
func notebook(l lesson, language, module string, solved bool) ([]byte, error) {
	cells := []any{}
	for _, c := range l.cells {
		if c.text != nil {
			cells = append(cells, map[string]any{"cell_type": "markdown", "id": c.id, "metadata": map[string]any{}, "source": lines(c.text[language])})
			continue
		}
		code, err := c.variant(solved)
		if err != nil {
			return nil, fmt.Errorf("%s: cell %s: %w", l.path, c.id, err)
		}
		code = strings.ReplaceAll(code, `"`+sourceModule+`/`, `"`+module+`/`)
		cells = append(cells, map[string]any{"cell_type": "code", "id": c.id, "metadata": map[string]any{}, "source": lines(code), "execution_count": nil, "outputs": []any{}})
	}
	book := map[string]any{
		"cells": cells,
		"metadata": map[string]any{
			"kernelspec": map[string]any{"display_name": kernels.DisplayName, "language": "go", "name": kernels.Name},
			// GoNB names no lexer, and nbconvert would then colour Go as Python.
			"language_info": map[string]any{"file_extension": ".go", "mimetype": "text/x-go", "name": "go", "pygments_lexer": "go"},
		},
		"nbformat": 4, "nbformat_minor": 5,
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	err := enc.Encode(book)
	return out.Bytes(), err
}

// lines splits a text as nbformat does: every line keeps its line break.
func lines(text string) []string {
	return strings.SplitAfter(text, "\n")
}

// build writes the notebooks of all sources in src, and removes those that have no source any more.
func build(src, out, solutions string) error {
	files, err := generate(src)
	if err != nil {
		return err
	}
	for path, text := range files {
		if kind, name := filepath.Split(path); kind == "solutions/" {
			if solutions == "" {
				continue
			}
			path = filepath.Join(solutions, name)
		} else {
			path = filepath.Join(out, path)
		}
		if err := writeFile(path, text); err != nil {
			return err
		}
	}
	return eachNotebook(out, func(path string) error {
		if _, ok := files[path]; ok {
			return nil
		}
		return os.Remove(filepath.Join(out, path))
	})
}

// generate makes every notebook in memory: "en/00-quickstart.ipynb", "zh/...", and "solutions/..." for lessons with exercises.
func generate(src string) (map[string][]byte, error) {
	lessons, err := readLessons(src)
	if err != nil {
		return nil, err
	}
	module, err := moduleOf(src)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	add := func(folder string, l lesson, language string, solved bool) error {
		text, err := notebook(l, language, module, solved)
		files[folder+"/"+l.name+".ipynb"] = text
		return err
	}
	for _, l := range lessons {
		for _, language := range languages {
			if err := add(language, l, language, false); err != nil {
				return nil, err
			}
		}
		if l.hasSolution() {
			if err := add("solutions", l, "en", true); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

// eachNotebook calls f with every notebook in dir's language folders, as "en/NAME.ipynb".
func eachNotebook(dir string, f func(path string) error) error {
	for _, language := range languages {
		found, err := filepath.Glob(filepath.Join(dir, language, "*.ipynb"))
		if err != nil {
			return err
		}
		for _, path := range found {
			if err := f(language + "/" + filepath.Base(path)); err != nil {
				return err
			}
		}
	}
	return nil
}

// moduleOf reads the module's path from the go.mod above dir.
func moduleOf(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for d := abs; ; d = filepath.Dir(d) {
		text, err := os.ReadFile(filepath.Join(d, "go.mod"))
		if err == nil {
			for line := range strings.SplitSeq(string(text), "\n") {
				if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "module" {
					return fields[1], nil
				}
			}
			return "", fmt.Errorf("%s names no module", filepath.Join(d, "go.mod"))
		}
		if d == filepath.Dir(d) {
			return "", fmt.Errorf("no go.mod above %s", abs)
		}
	}
}
