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
// published puts that path in.
const sourceModule = "resnetlab"

// published replaces the module's path in a cell's code by the one in go.mod.
func published(code, module string) string {
	return strings.ReplaceAll(code, `"`+sourceModule+`/`, `"`+module+`/`)
}

// edition is a variant of the notebooks.
type edition struct {
	folder       string // holds en/ and zh/
	form         form
	headingsOnly bool // of the prose
	nbgrader     bool // exercises carry nbgrader's metadata
}

// learner is the edition that is committed.
var learner = edition{form: handedOut}

// class has the editions for a teacher.
var class = []edition{
	{folder: "lessons", form: handedOut},
	{folder: "solutions", form: solved},
	{folder: "clean", form: handedOut, headingsOnly: true}, // to explain in one's own words
	{folder: "nbgrader", form: graded, nbgrader: true},     // for nbgrader's source/
}

// notebook writes a lesson as Jupyter would save it (nbformat 4.5: one space, keys sorted, a line break at the end),
// without outputs, so that a learner's copy differs from it only where the learner changed something.
func (e edition) notebook(l lesson, language, module string) ([]byte, error) {
	cells := []any{}
	for _, c := range l.cells {
		if c.text != nil {
			if text := e.prose(c.text[language]); text != "" {
				cells = append(cells, map[string]any{"cell_type": "markdown", "id": c.id, "metadata": map[string]any{}, "source": lines(text)})
			}
			continue
		}
		code, err := c.variant(e.form)
		if err != nil {
			return nil, fmt.Errorf("%s: cell %s: %w", l.path, c.id, err)
		}
		cells = append(cells, map[string]any{"cell_type": "code", "id": c.id, "metadata": e.metadata(c), "source": lines(published(code, module)), "execution_count": nil, "outputs": []any{}})
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

// prose returns a text as the edition shows it.
func (e edition) prose(text string) string {
	if !e.headingsOnly {
		return text
	}
	return strings.Join(headingLine.FindAllString(text, -1), "\n\n")
}

// metadata returns the metadata of a code cell. For nbgrader an exercise is manually graded: its cell shows whether the check accepts the
// answer, but each cell is a separate process, so no later cell could test it.
func (e edition) metadata(c cell) map[string]any {
	if !e.nbgrader || !c.hasSolution() {
		return map[string]any{}
	}
	return map[string]any{"nbgrader": map[string]any{
		"schema_version": 3, "grade_id": c.id, "grade": true, "solution": true, "locked": false, "task": false, "points": 1,
	}}
}

// lines splits a text as nbformat does: each line keeps its line break.
func lines(text string) []string {
	return strings.SplitAfter(text, "\n")
}

// build writes the learner's notebooks of all sources in src, and removes those that have no source any more.
func build(src, out string) error {
	files, err := generate(src, learner)
	if err != nil {
		return err
	}
	return fill(out, files)
}

// nbgraderConfig is nbgrader's configuration: the text in place of a solution, in Go, and a time limit that lets a lesson train for minutes. Course
// and exchange are those of docker/jupyterhub/values.yaml, where all learners' servers run as the same user, so a file's owner tells nothing.
const nbgraderConfig = `c = get_config()
c.ClearSolutions.code_stub = {"go": "// YOUR CODE HERE"}
c.ExecutePreprocessor.timeout = 600
c.CourseDirectory.course_id = "resnetlab"
c.Exchange.root = "/srv/nbgrader/exchange"
c.ExchangeCollect.check_owner = False
`

// buildClass writes the editions for a teacher; like build, it removes notebooks that have no source any more.
func buildClass(src, out string) error {
	for _, e := range class {
		files, err := generate(src, e)
		if err != nil {
			return err
		}
		if e.nbgrader {
			files["nbgrader_config.py"] = []byte(nbgraderConfig)
		}
		if err := fill(filepath.Join(out, e.folder), files); err != nil {
			return err
		}
	}
	return nil
}

// fill writes an edition's files into dir and removes other notebooks there.
func fill(dir string, files map[string][]byte) error {
	for path, text := range files {
		if err := writeFile(filepath.Join(dir, path), text); err != nil {
			return err
		}
	}
	return eachNotebook(dir, func(path string) error {
		if _, ok := files[path]; ok {
			return nil
		}
		return os.Remove(filepath.Join(dir, path))
	})
}

// lessonsAndModule returns the lessons in src and the module's path in go.mod.
func lessonsAndModule(src string) ([]lesson, string, error) {
	lessons, err := readLessons(src)
	if err != nil {
		return nil, "", err
	}
	module, err := moduleOf(src)
	return lessons, module, err
}

// generate makes every notebook of an edition in memory: "en/00-quickstart.ipynb", "zh/...".
func generate(src string, e edition) (map[string][]byte, error) {
	lessons, module, err := lessonsAndModule(src)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, l := range lessons {
		for _, language := range languages {
			text, err := e.notebook(l, language, module)
			if err != nil {
				return nil, err
			}
			files[language+"/"+l.name+".ipynb"] = text
		}
	}
	return files, nil
}

// eachNotebook calls f with every notebook in dir's language folders: "en/NAME.ipynb".
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
