package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// moduleLine finds the module's path in go.mod: a publisher may have changed it.
var moduleLine = regexp.MustCompile(`(?m)^module\s+(\S+)`)

// programs are the programs that a user runs: the command line, and the one that "make lab" and "make class" call.
var programs = []string{"cmd/resnetlab", "internal/tools/notebookgen", "rooms"}

// speakers are functions by package whose strings become parts of error messages without fmt.Errorf, as those of Error methods do.
var speakers = map[string][]string{
	"resnetlib/backend":                    {"find"},
	"resnetlib/transforms/internal/refuse": {"NotRead", "TooLarge"},
	"resnetlib/weights": {"failure", "unwrapped", "stripped", "notFinite", "prefix", "otherNetwork", "otherHead", "headLeftOut", "missingHead", "misspelt", "renamedHead",
		"transposed", "uncounted", "nothingInCommon", "converts", "several", "keepPrefix", "foreignLayout"},
}

// completed are functions that make a message of their first argument, a format, for callers in other packages; the value is what they add to it.
var completed = map[string]string{"NotRead": " is not read: save it as RGB PNG"} // resnetlib/transforms/internal/refuse

// varies stands in a message for a part that differs each time.
const varies = "…"

// message is the text of an error, and where it comes from.
type message struct {
	text string // with … for what varies
	file string // where it stands, below the root, with /
}

// messages collects the texts of the programs' errors from all their packages, for all systems, in the order of files and lines.
func messages(root string) (all []message, err error) {
	packages, err := closure(root)
	if err != nil {
		return nil, err
	}
	for _, p := range packages {
		found, err := p.messages()
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	kernels, err := scriptMessages(root)
	return append(all, kernels...), err
}

// sources has the files of a package, without tests, for all build tags.
type sources struct {
	dir   string // below the root
	fset  *token.FileSet
	names []string
	files []*ast.File
}

// closure parses the programs and the packages of this module that they import, sorted by folder.
func closure(root string) (all []sources, err error) {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, err
	}
	module := moduleLine.FindStringSubmatch(string(mod))
	if module == nil {
		return nil, errors.New("go.mod names no module")
	}
	seen, queue := map[string]bool{}, slices.Clone(programs)
	for len(queue) > 0 {
		dir := queue[0]
		queue = queue[1:]
		if seen[dir] {
			continue
		}
		seen[dir] = true
		p, err := parse(root, dir)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
		for _, f := range p.files {
			for _, spec := range f.Imports {
				path, _ := strconv.Unquote(spec.Path.Value) // the parser has seen to it
				if below, ok := strings.CutPrefix(path, module[1]+"/"); ok {
					queue = append(queue, below)
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b sources) int { return strings.Compare(a.dir, b.dir) })
	return all, nil
}

func parse(root, dir string) (p sources, err error) {
	p = sources{dir: dir, fset: token.NewFileSet()}
	paths, err := filepath.Glob(filepath.Join(root, dir, "*.go"))
	if err != nil {
		return p, err
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(p.fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return p, err
		}
		p.names, p.files = append(p.names, dir+"/"+filepath.Base(path)), append(p.files, file)
	}
	if len(p.files) == 0 {
		return p, fmt.Errorf("%s: %w: no Go file", dir, fs.ErrNotExist)
	}
	return p, nil
}

var (
	verb     = regexp.MustCompile(`%(\[\d+\])?[-+# 0]*(\*|\d+)?(\.(\*|\d+)?)?[a-zA-Z]`)
	repeated = regexp.MustCompile(`…(\s*…)+`)
)

// pattern turns a format into a message; ok is false if the format consists of varying parts only.
func pattern(format string) (text string, ok bool) {
	text = strings.ReplaceAll(format, "%%", "\x00")
	text = verb.ReplaceAllStringFunc(text, func(v string) string {
		if strings.HasSuffix(v, "q") {
			return `"` + varies + `"`
		}
		return varies
	})
	text = strings.Join(strings.Fields(strings.ReplaceAll(text, "\x00", "%")), " ")
	text = repeated.ReplaceAllString(text, varies)
	return text, strings.ContainsFunc(text, unicode.IsLetter)
}

var (
	pythonFails = regexp.MustCompile(`fail\(f?"((?:[^"\\]|\\.)*)"`)
	shellSays   = regexp.MustCompile(`echo "((?:\$\([^)]*\)|[^"\\]|\\.)*)"`)
	inserted    = regexp.MustCompile(`\{[^}]*\}|\$\{[^}]*\}|\$\([^)]*\)|\$[a-zA-Z0-9]+`)
)

// scriptMessages collects the messages of "make setup" and "make lab".
func scriptMessages(root string) (all []message, err error) {
	for _, s := range []struct {
		file  string
		texts *regexp.Regexp
	}{{"kernels/lab.py", pythonFails}, {"kernels/setup.sh", shellSays}} {
		content, err := os.ReadFile(filepath.Join(root, s.file))
		if err != nil {
			return nil, err
		}
		for _, m := range s.texts.FindAllStringSubmatch(string(content), -1) {
			text := inserted.ReplaceAllString(strings.ReplaceAll(m[1], `\n`, " "), varies)
			if text, ok := pattern(strings.ReplaceAll(text, "%", "%%")); ok && strings.Contains(text, " ") { // not "failed"
				all = append(all, message{text, s.file})
			}
		}
	}
	return all, nil
}
