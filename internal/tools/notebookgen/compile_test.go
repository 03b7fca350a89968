package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestLessonsCompile tests that the cells of every lesson compile against the library. Running them takes minutes and is done elsewhere.
func TestLessonsCompile(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	lessons, err := filepath.Glob(filepath.Join(root, "notebooks/en/*.ipynb"))
	if err != nil || len(lessons) == 0 {
		t.Fatalf("no lessons: %v", err)
	}
	dir, overlay, packages := t.TempDir(), map[string]string{}, []string{"build", "-overlay", "overlay.json"}
	for i, path := range lessons {
		code, err := programOf(path)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		file := filepath.Join(dir, fmt.Sprintf("%d.go", i))
		if err := os.WriteFile(file, code, 0o666); err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".ipynb")
		overlay[filepath.Join(root, "internal", "lesson-"+name, "cells.go")] = file // a folder that is not there, inside the module
		packages = append(packages, "./internal/lesson-"+name)
	}
	text, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		t.Fatal(err)
	}
	packages[2] = filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(packages[2], text, 0o666); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", packages...)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// cells has a lesson's declarations and a function for each %%. As in GoNB, a later declaration replaces an earlier one of the same name.
type cells struct {
	imports, names []string
	declared       map[string]string
	bodies         []string
}

// programOf turns a notebook into the source of one package.
func programOf(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var book struct {
		Cells []struct {
			Kind   string   `json:"cell_type"`
			Source []string `json:"source"`
		} `json:"cells"`
	}
	if err := json.Unmarshal(data, &book); err != nil {
		return nil, err
	}
	c := cells{declared: map[string]string{}}
	for _, cell := range book.Cells {
		if cell.Kind != "code" {
			continue
		}
		head, body, main := strings.Cut("\n"+strings.Join(cell.Source, ""), "\n%%\n")
		if main {
			c.bodies = append(c.bodies, fmt.Sprintf("func cell%d() {\n%s\n}\n", len(c.bodies), body))
		}
		if err := c.add(strings.ReplaceAll(head, "\n%noautoget", "\n")); err != nil {
			return nil, err
		}
	}
	return c.program(), nil
}

// add adds the declarations of a cell.
func (c *cells) add(head string) error {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "cell.go", "package lesson\n"+head, 0)
	if err != nil {
		return err
	}
	for _, d := range file.Decls {
		name, text := nameOf(d), new(bytes.Buffer)
		if err := format.Node(text, set, d); err != nil {
			return err
		}
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			for _, s := range g.Specs {
				c.imports = append(c.imports, s.(*ast.ImportSpec).Path.Value)
			}
			continue
		}
		if _, again := c.declared[name]; !again {
			c.names = append(c.names, name)
		}
		c.declared[name] = text.String()
	}
	return nil
}

// nameOf returns the first name that a declaration declares.
func nameOf(d ast.Decl) string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Name.Name
	case *ast.GenDecl:
		switch s := d.Specs[0].(type) {
		case *ast.ValueSpec:
			return s.Names[0].Name
		case *ast.TypeSpec:
			return s.Name.Name
		}
	}
	return ""
}

func (c *cells) program() []byte {
	slices.Sort(c.imports)
	var b bytes.Buffer
	b.WriteString("package lesson\n")
	for _, path := range slices.Compact(c.imports) {
		fmt.Fprintf(&b, "import %s\n", path)
	}
	for _, name := range c.names {
		b.WriteString(c.declared[name] + "\n")
	}
	for _, body := range c.bodies {
		b.WriteString(body)
	}
	return b.Bytes()
}
