package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// collector walks through a package's syntax and collects its messages.
type collector struct {
	sources
	constants map[string]string
	makers    map[string]int // functions that make an error of a format: its place among the arguments
	file      string         // being walked
	formats   map[string]bool
	found     []message
	err       error
}

func (p sources) messages() ([]message, error) {
	c := collector{sources: p, constants: map[string]string{}, makers: map[string]int{}, formats: map[string]bool{}}
	for _, f := range p.files {
		ast.Inspect(f, c.declarations)
	}
	for i, f := range p.files {
		c.file = p.names[i]
		for _, d := range f.Decls {
			c.declaration(d)
		}
	}
	return c.found, c.err
}

// declarations records constants, and functions that pass on a format parameter: func fail(format string, args ...any).
func (c *collector) declarations(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ValueSpec:
		for i, name := range n.Names {
			if i < len(n.Values) {
				if text, ok := c.text(n.Values[i]); ok {
					c.constants[name.Name] = text
				}
			}
		}
	case *ast.FuncDecl:
		if n.Body != nil {
			c.maker(n.Name.Name, n.Type, n.Body)
		}
	case *ast.AssignStmt:
		for i, value := range n.Rhs {
			name, named := n.Lhs[min(i, len(n.Lhs)-1)].(*ast.Ident)
			if literal, ok := value.(*ast.FuncLit); ok && named {
				c.maker(name.Name, literal.Type, literal.Body)
			}
		}
	}
	return true
}

// maker records the function if it passes one of its parameters to fmt.Errorf as the format, directly or through fmt.Sprintf.
func (c *collector) maker(name string, signature *ast.FuncType, body *ast.BlockStmt) {
	var parameters []string
	for _, field := range signature.Params.List {
		for _, p := range field.Names {
			parameters = append(parameters, p.Name)
		}
	}
	place, errors := -1, false
	ast.Inspect(body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		errors = errors || called(call) == "fmt.Errorf"
		if format, ok := call.Args[0].(*ast.Ident); ok && (called(call) == "fmt.Errorf" || called(call) == "fmt.Sprintf") {
			if at := slices.Index(parameters, format.Name); at >= 0 {
				place = at
			}
		}
		return true
	})
	if errors && place >= 0 {
		c.makers[name], c.formats[parameters[place]] = place, true
	}
}

func (c *collector) declaration(d ast.Decl) {
	if f, ok := d.(*ast.FuncDecl); ok && (f.Name.Name == "Error" && f.Recv != nil || slices.Contains(speakers[c.dir], f.Name.Name)) {
		ast.Inspect(f.Body, c.spoken)
		return
	}
	ast.Inspect(d, c.call)
}

// spoken collects every sentence of a function in which all sentences are messages.
func (c *collector) spoken(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BinaryExpr, *ast.BasicLit:
		if text, ok := c.text(n.(ast.Expr)); ok {
			if strings.Contains(strings.TrimSpace(text), " ") {
				c.add(text)
			}
			return false
		}
	}
	return true
}

// call collects the string of a call that makes an error or ends the program.
func (c *collector) call(n ast.Node) bool {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return true
	}
	switch name := called(call); name {
	case "fmt.Errorf", "errors.New":
		if text, ok := c.text(call.Args[0]); ok {
			c.add(text)
		} else if format, ok := call.Args[0].(*ast.Ident); (!ok || !c.formats[format.Name]) && c.err == nil && name == "fmt.Errorf" {
			c.err = fmt.Errorf("%s: an error whose format is no string that can be read here", c.fset.Position(call.Pos()))
		}
	case "panic":
		argument := call.Args[0]
		if inner, ok := argument.(*ast.CallExpr); ok && called(inner) == "fmt.Sprintf" {
			argument = inner.Args[0]
		}
		if text, ok := c.text(argument); ok {
			c.add(text)
		}
	default:
		at, ok := c.makers[name]
		ending, foreign := completed[name]
		if (ok || foreign) && at < len(call.Args) {
			if text, ok := c.text(call.Args[at]); ok {
				c.add(text + ending)
			}
		}
	}
	return true
}

func (c *collector) add(format string) {
	if text, ok := pattern(format); ok {
		c.found = append(c.found, message{text, c.file})
	}
}

// text returns the value of a string expression, with %v for parts that are known only at run time; ok is false if no part is known.
func (c *collector) text(e ast.Expr) (text string, ok bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			text, err := strconv.Unquote(e.Value)
			return text, err == nil
		}
	case *ast.ParenExpr:
		return c.text(e.X)
	case *ast.Ident:
		text, ok = c.constants[e.Name]
		return text, ok
	case *ast.BinaryExpr:
		left, isLeft := c.text(e.X)
		right, isRight := c.text(e.Y)
		if e.Op != token.ADD || !isLeft && !isRight {
			return "", false
		}
		if !isLeft {
			left = "%v"
		}
		if !isRight {
			right = "%v"
		}
		return left + right, true
	}
	return "", false
}

// called returns the name of the called function: with its package for fmt and errors, otherwise only the last word.
func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok && (x.Name == "fmt" || x.Name == "errors") {
			return x.Name + "." + f.Sel.Name
		}
		return f.Sel.Name
	}
	return ""
}
