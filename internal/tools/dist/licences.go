package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// licence is recognised by phrases: its text has all of them.
type licence struct {
	id      string // SPDX
	ours    bool   // a program under Apache-2.0 may link and distribute it
	phrases []string
}

// known are the licences that identify recognises. The first one whose phrases are all in a text is its licence.
var known = []licence{
	{"FTL", true, []string{"your choice of exactly one of", "the freetype license"}}, // the FreeType licence or the GPL, at our choice
	{"AGPL", false, []string{"gnu affero general public license"}},
	{"LGPL", false, []string{"gnu lesser general public license"}},
	{"GPL", false, []string{"gnu general public license"}},
	{"MPL-2.0", false, []string{"mozilla public license"}}, // its sources would have to be offered; no module has needed that so far
	{"Apache-2.0", true, []string{"apache license", "version 2.0, january 2004"}},
	{"MIT", true, []string{"permission is hereby granted, free of charge, to any person obtaining a copy",
		"the above copyright notice and this permission notice shall be included in all copies"}},
	{"BSD-3-Clause", true, []string{"redistribution and use in source and binary forms, with or without modification",
		"to endorse or promote products derived from"}},
	{"BSD-2-Clause", true, []string{"redistribution and use in source and binary forms, with or without modification",
		"this list of conditions and the following disclaimer"}},
	{"ISC", true, []string{"permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted"}},
	{"OFL-1.1", true, []string{"sil open font license version 1.1"}}, // of fonts, in programs too
	{"CC-BY-4.0", true, []string{"creative commons attribution 4.0 international"}},
}

// identify finds the licence of a text.
func identify(text string) (licence, bool) {
	text = strings.Join(strings.Fields(strings.ToLower(text)), " ")
	for _, l := range known {
		if !slices.ContainsFunc(l.phrases, func(p string) bool { return !strings.Contains(text, p) }) {
			return l, true
		}
	}
	return licence{}, false
}

// module is a linked module with its licence texts.
type module struct {
	Path, Version, Dir string
	Main               bool
	licences           []string // SPDX
	texts              []string // files, sorted
}

// program is the package that is released; labTools are the programs that "make setup" and the images build in addition.
const program = "./cmd/resnetlab"

var labTools = []string{"github.com/janpfeifer/gonb", "golang.org/x/tools/cmd/goimports"}

// linkedModules lists the modules that the programs of the sources in root link for any of the targets, with their licences. A module with an
// unknown licence, with none, or with one that Apache-2.0 does not allow to link, is an error.
func linkedModules(root string, chosen []target, programs ...string) ([]module, error) {
	byPath := map[string]*module{}
	for _, t := range chosen {
		if err := t.list(root, byPath, programs); err != nil {
			return nil, err
		}
	}
	goRoot, err := goEnv("GOROOT")
	if err != nil {
		return nil, err
	}
	goVersion, err := goEnv("GOVERSION")
	if err != nil {
		return nil, err
	}
	byPath["std"] = &module{Path: "Go's standard library", Version: goVersion, Dir: goRoot, texts: licenceFiles(goRoot)}
	var all []module
	var faults []error
	for _, m := range byPath {
		slices.Sort(m.texts)
		m.texts = slices.Compact(m.texts)
		faults = append(faults, m.identify())
		all = append(all, *m)
	}
	slices.SortFunc(all, func(a, b module) int { return strings.Compare(a.Path, b.Path) })
	return all, errors.Join(faults...)
}

// list adds a target's modules. It collects the licence texts from the folders of the linked packages up to the module's folder, since a
// package that was copied from another project has its own.
func (t target) list(root string, byPath map[string]*module, programs []string) error {
	cmd := exec.Command("go", append([]string{"list", "-deps", "-json=Dir,Module"}, programs...)...)
	cmd.Dir, cmd.Env = root, t.environment()
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("listing what %v of %s link: %w", programs, t, err)
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Dir    string
			Module *module
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if p.Module == nil { // the standard library
			continue
		}
		m := byPath[p.Module.Path]
		if m == nil {
			m = p.Module
			byPath[m.Path] = m
		}
		m.collect(p.Dir)
	}
}

// collect adds the licence texts in the folders from a package's up to the module's.
func (m *module) collect(dir string) {
	if m.Main {
		m.texts = append(m.texts, licenceFiles(filepath.Join(dir, "fonts"))...) // embedded
	}
	for ; ; dir = filepath.Dir(dir) {
		m.texts = append(m.texts, licenceFiles(dir)...)
		if dir == m.Dir || len(dir) <= len(m.Dir) {
			return
		}
	}
}

// licenceFiles lists the texts in a folder that have to be distributed with the program.
func licenceFiles(dir string) (files []string) {
	for _, pattern := range []string{"LICEN[CS]E*", "COPYING*", "NOTICE*", "PATENTS*", "OFL*", "licenses/ftl.txt"} {
		found, _ := filepath.Glob(filepath.Join(dir, pattern))
		files = append(files, found...)
	}
	return slices.DeleteFunc(files, func(f string) bool { return filepath.Ext(f) == ".go" })
}

// identify finds the module's licences. Patents, notices and copies of the FreeType licence beside them are not examined.
func (m *module) identify() error {
	for _, file := range m.texts {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		l, ok := identify(string(text))
		base := filepath.Base(file)
		switch aside := strings.HasPrefix(base, "PATENTS") || strings.HasPrefix(base, "NOTICE") || base == "ftl.txt"; {
		case aside:
		case !ok:
			return fmt.Errorf("%s: the licence in %s is not known: read it, and add it to the list", m.Path, base)
		case !l.ours:
			return fmt.Errorf("%s: it is under %s: a program that links it cannot be given away under Apache-2.0", m.Path, l.id)
		case !slices.Contains(m.licences, l.id):
			m.licences = append(m.licences, l.id)
		}
	}
	if len(m.licences) == 0 {
		return fmt.Errorf("%s: it has no licence", m.Path)
	}
	return nil
}

// table lists modules, one per line: path, version and licences.
func table(modules []module) string {
	var b strings.Builder
	for _, m := range modules {
		fmt.Fprintf(&b, "%-44s %-42s %s\n", m.Path, m.Version, strings.Join(m.licences, ", "))
	}
	return b.String()
}

// noticesFor returns the notices of the program for any of the targets.
func noticesFor(root string, chosen []target) ([]byte, error) {
	modules, err := linkedModules(root, chosen, program)
	if err != nil {
		return nil, err
	}
	return noticesOf(modules)
}

// noticesOf returns the text of THIRD_PARTY_NOTICES.txt: a table, then all licence texts.
func noticesOf(modules []module) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("What resnetlab is made of, beside its own code, and the terms that it comes under.\n\n")
	b.WriteString(table(modules))
	for _, m := range modules {
		for _, file := range m.texts {
			text, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			inside, err := filepath.Rel(m.Dir, file)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(&b, "\n%s\n%s %s: %s\n\n%s\n", strings.Repeat("=", 80), m.Path, m.Version, filepath.ToSlash(inside), bytes.TrimSpace(text))
		}
	}
	return b.Bytes(), nil
}

func goEnv(name string) (string, error) {
	out, err := exec.Command("go", "env", name).Output()
	return strings.TrimSpace(string(out)), err
}
