package stablehlo

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestProgramThatNoPassChangesIsTheSameText(t *testing.T) {
	text := []byte(reduction)
	calls := 0
	out, err := Rewrite(text, func(*Program) { calls++ }, func(*Program) { calls++ })
	if err != nil || calls != 2 || &out[0] != &text[0] {
		t.Errorf("%d calls, %v, another slice: %v", calls, err, &out[0] != &text[0])
	}
}

// Each pass sees what those before it have made of the program, and the text that was given stays.
func TestPassesChangeOneProgram(t *testing.T) {
	const replaced = `    %0 = "stablehlo.negate"(%arg0) : (tensor<2x4xf32>) -> tensor<2x4xf32>` + "\n"
	text := []byte(reduction)
	out, err := Rewrite(text,
		func(p *Program) {
			f := p.Functions[1]
			f.Replace([]*Operation{f.Definition("%0")}, replaced)
		},
		func(p *Program) {
			f := p.Functions[1]
			if f.Definition("%0").Name != "stablehlo.negate" {
				t.Error("the second pass sees the program as it was")
			}
			parameters := slices.Clone(f.Parameters)
			parameters[0].Attributes = "{a}"
			f.SetParameters(parameters)
		})
	before, after, _ := strings.Cut(reduction, `    %0 = "stablehlo.add"`)
	want := strings.Replace(before, "xf32>,", "xf32> {a},", 1) + replaced + after[strings.Index(after, "\n")+1:]
	if err != nil || string(out) != want || string(text) != reduction {
		t.Errorf("%v\n%s\nwant\n%s", err, out, want)
	}
}

// size is about the length of the hostile texts.
const size = MaxSize / 8

// hostile are texts made to take long, or much memory.
var hostile = map[string]string{
	"operations that never close":  strings.Repeat(`"a"() {`+"\n", size/8),
	"regions that never close":     strings.Repeat(`"a"() ({`+"\n", size/9),
	"operations in each other":     strings.Repeat(`"a"() {`+"\n", size/10) + strings.Repeat("}", size/10),
	"a string that never ends":     strings.Repeat(`"a"() {"`+"\n", size/9),
	"empty lines":                  strings.Repeat("\n", size),
	"short operations":             strings.Repeat(`"a"()`+"\n", size/6),
	"short operations with a type": strings.Repeat(`"a"() : () -> `+"\n", size/15),
	"commas":                       `"a"() {` + strings.Repeat(",", size-8) + "}",
	"attributes":                   `"a"() {` + strings.Repeat("a = , ", size/6-2) + "}",
	"values":                       strings.Repeat("%a", size/2),
	"functions":                    strings.Repeat("func.func\n", size/10),
	"a long list":                  `"a"(` + strings.Repeat("%a, ", size/4-2) + "%a)",
	"one byte too many":            strings.Repeat(" ", MaxSize+1),
}

// Time and memory are bounded by the size of the text, whatever it holds.
func TestHostileTextsEndSoon(t *testing.T) {
	for name, text := range hostile {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		start := time.Now()
		p, err := Parse(text)
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		perByte := float64(after.TotalAlloc-before.TotalAlloc) / float64(len(text))
		t.Logf("%s: %v, %.0f bytes for each of the text, %v", name, took, perByte, err)
		if err == nil && p.String() != text {
			t.Errorf("%s: other bytes", name)
		}
		if perByte > 120 || took > 30*time.Second {
			t.Errorf("%s: took %v and %.0f bytes for each of the text", name, took, perByte)
		}
		wantError := strings.Contains(name, "never") || strings.Contains(name, "each other") || strings.Contains(name, "too many")
		if wantError != (err != nil) || err != nil && p != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzParse: a program keeps its bytes, and what it says of definitions and users agrees with its operations.
func FuzzParse(f *testing.F) {
	for _, text := range append(written(f), reduction, `%0 = "a"() {`, `func.func @main(%a: t {b}) {`) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err != nil {
			return
		}
		if got := p.String(); got != text {
			t.Fatalf("%q became %q", text, got)
		}
		for _, f := range p.Functions {
			checkFunction(t, f)
		}
	})
}

func checkFunction(t *testing.T, f *Function) {
	for _, o := range f.Operations {
		if len(o.Operands) != len(o.OperandTypes) || len(o.Results) != len(o.ResultTypes) {
			t.Fatalf("%q: other numbers of values and types", o.Text)
		}
		for _, value := range o.Results {
			if d := f.Definition(value); !f.IsDefined(value) || d != o && d != nil {
				t.Fatalf("%q: %s is defined by %v", o.Text, value, d)
			}
		}
		for _, value := range o.Operands {
			if !slices.Contains(f.Users(value), o) {
				t.Fatalf("%q: does not use %s", o.Text, value)
			}
		}
	}
	if f.HasHeader() && f.Parameters != nil {
		f.SetParameters(f.Parameters)
		again := newFunction()
		again.readHeader(f.Operations[0].Text)
		if again.Name != f.Name || !slices.Equal(again.Parameters, f.Parameters) {
			t.Fatalf("written as %q", f.Operations[0].Text)
		}
	}
	for _, o := range f.Operations {
		f.Replace([]*Operation{o}, "")
	}
	for value, users := range f.used {
		if len(users) != 0 {
			t.Fatalf("a function without operations uses %s", value)
		}
	}
}
