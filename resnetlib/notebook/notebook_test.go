package notebook

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"strings"
	"testing"

	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/transforms"
)

// recorder stands in for the cell or the terminal.
type recorder struct {
	stdout, stderr bytes.Buffer
	html           []string
	updates        map[string][]string // by element
	png            [][]byte
}

// record replaces the screen for one test.
func record(t *testing.T, cell, terminal bool) *recorder {
	t.Helper()
	r := &recorder{updates: map[string][]string{}}
	before, quiet, language, context0, cancel0 := here, Quiet, plots.Speak, root, cancelRoot
	t.Cleanup(func() { here, Quiet, plots.Speak, root, cancelRoot = before, quiet, language, context0, cancel0 })
	root, cancelRoot = context.WithCancelCause(context.Background())
	plots.Speak = plots.English
	here = &screen{
		cell: cell, terminal: terminal, stdout: &r.stdout, stderr: &r.stderr,
		columns:    func() int { return 100 },
		showHTML:   func(s string) { r.html = append(r.html, s) },
		updateHTML: func(id, s string) { r.updates[id] = append(r.updates[id], s) },
		showPNG:    func(b []byte) { r.png = append(r.png, b) },
		flush:      func() {},
	}
	return r
}

// wellFormed fails unless every fragment parses as XML: an unescaped < or & in it would not.
func wellFormed(t *testing.T, fragments ...string) {
	t.Helper()
	for _, s := range fragments {
		decoder := xml.NewDecoder(strings.NewReader(s))
		for {
			if _, err := decoder.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("not well formed: %v in\n%s", err, s)
			}
		}
	}
}

type report struct{}

func (report) Table() ([]string, [][]string) {
	return []string{"key", "count"}, [][]string{{"fc.weight <b>&", "12"}}
}

type spoken struct{ report }

func (spoken) String() string { return "2 keys < 3" }

func TestShowInACell(t *testing.T) {
	r := record(t, true, false)
	Show(report{})
	Show(spoken{})
	if len(r.html) != 2 || r.html[0] != r.html[1] || !strings.Contains(r.html[0], "fc.weight &lt;b&gt;&amp;") {
		t.Errorf("tables: %q", r.html)
	}
	Show(fmt.Errorf("reading <x>: %w", context.Canceled))
	if !strings.Contains(r.stderr.String(), "error: reading <x>") || len(r.html) != 2 {
		t.Errorf("error: %q %q", r.stderr.String(), r.html[2:])
	}
	Show("a < b\n  c")
	if r.html[2] != "<pre>a &lt; b\n  c</pre>" {
		t.Errorf("text: %q", r.html[2])
	}
	wellFormed(t, r.html...)
	if r.stdout.Len() > 0 {
		t.Errorf("stdout got %q: it is not in step with what else a cell shows", r.stdout.String())
	}
}

// summed is a table with a tree's indentation and a caption.
type summed struct{}

func (summed) Table() ([]string, [][]string) {
	return []string{"layer", "n"}, [][]string{{"layer1"}, {"  - 0", "2"}}
}
func (summed) Caption() string { return "2 < 3\nin all" }

// A caption stands below its table, line by line, and a tree keeps its levels in HTML too.
func TestShowCaption(t *testing.T) {
	r := record(t, true, false)
	Show(summed{})
	wellFormed(t, r.html...)
	for _, want := range []string{"<td style=\"text-align:left\">\u00a0\u00a0- 0</td>", "</table>\n<p>2 &lt; 3<br/>in all</p>"} {
		if len(r.html) != 1 || !strings.Contains(r.html[0], want) {
			t.Errorf("no %q in %q", want, r.html)
		}
	}
	r = record(t, false, false)
	Show(summed{})
	if want := "layer   n\n------  -\nlayer1\n  - 0   2\n2 < 3\nin all\n"; r.stdout.String() != want || Format(summed{}) != want {
		t.Errorf("got\n%s\nwant\n%s", r.stdout.String(), want)
	}
}

func TestShowPictures(t *testing.T) {
	large := transforms.NewRGB(1800, 600)
	gray := image.NewGray(image.Rect(0, 0, 30, 20))
	plot := plots.Bars("Bars", "n", []string{"a"}, plots.Group{Values: []float64{1}})
	r := record(t, true, false)
	Show(large)
	Show(gray)
	Show(plot)
	want := []image.Point{{900, 300}, {30, 20}, {plot.Width, plot.Height}}
	if len(r.png) != len(want) {
		t.Fatalf("%d pictures shown, want %d; stderr: %s", len(r.png), len(want), r.stderr.String())
	}
	for i, content := range r.png {
		config, err := png.DecodeConfig(bytes.NewReader(content))
		if err != nil || config.Width != want[i].X || config.Height != want[i].Y {
			t.Errorf("picture %d: %v, %dx%d, want %v", i, err, config.Width, config.Height, want[i])
		}
	}
	r = record(t, false, false)
	Show(large)
	Show(plot)
	if text := r.stdout.String(); !strings.Contains(text, "1800x600") || !strings.Contains(text, "Bars") || len(r.png) > 0 {
		t.Errorf("on a terminal: %q", text)
	}
}

func TestShowOnATerminal(t *testing.T) {
	r := record(t, false, false)
	Show(spoken{})
	Show(report{})
	Show(3)
	want := "2 keys < 3\nkey             count\n--------------  -----\nfc.weight <b>&     12\n3\n"
	if r.stdout.String() != want {
		t.Errorf("got\n%s\nwant\n%s", r.stdout.String(), want)
	}
}

func TestFormatTableAlignsChinese(t *testing.T) {
	got := FormatTable([]string{"类别", "准确率", "shape"}, [][]string{{"郁金香", "98.3%", "7x7"}, {"rose", "-", "14x14"}, {"a\nb"}})
	want := "" +
		"类别    准确率  shape\n" +
		"------  ------  -----\n" +
		"郁金香   98.3%  7x7\n" +
		"rose         -  14x14\n" +
		"a b\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTableHTML(t *testing.T) {
	r := record(t, true, false)
	Table([]string{"<k>", "v"}, [][]string{{`"a" & b`, "1.5"}, {"short"}})
	wellFormed(t, r.html...)
	for _, want := range []string{"&lt;k&gt;", "&#34;a&#34; &amp; b", `<td style="text-align:right">1.5</td>`, `<td style="text-align:right"></td>`} {
		if !strings.Contains(r.html[0], want) {
			t.Errorf("no %q in\n%s", want, r.html[0])
		}
	}
}

type advised struct{ error }

func (advised) Hint() string { return "choose another --out" }

func TestShowError(t *testing.T) {
	_, notThere := os.Open("no/such/file")
	for _, c := range []struct {
		err  error
		want []string
	}{
		{fmt.Errorf("opening the run: %w", advised{errors.New("it\nexists")}), []string{"error: opening the run: it exists\n", "what to do: choose another --out\n"}},
		{notThere, []string{"error: open no/such/file", "check the path"}},
		{errors.New("plain"), []string{"error: plain\n"}},
		{nil, nil},
	} {
		r := record(t, false, false)
		ShowError(c.err)
		got := r.stderr.String()
		if (len(c.want) == 0) != (got == "") || strings.Count(got, "\n") != len(c.want) {
			t.Errorf("%v: %q", c.err, got)
		}
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("no %q in %q", want, got)
			}
		}
	}
}

func TestColourOnlyWhereAsked(t *testing.T) {
	r := record(t, false, true)
	ShowError(errors.New("x"))
	if strings.Contains(r.stderr.String(), "\x1b") {
		t.Errorf("colour without being asked for: %q", r.stderr.String())
	}
	here.colour.stderr = true
	ShowError(errors.New("x"))
	if !strings.Contains(r.stderr.String(), "\x1b[31merror:\x1b[0m x") {
		t.Errorf("no colour: %q", r.stderr.String())
	}
	t.Setenv("NO_COLOR", "1")
	if s := detect(); s.colour.stderr || s.colour.stdout {
		t.Error("NO_COLOR is not honoured")
	}
}

func TestDirKeepRecallReset(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := Reset(); err != nil {
		t.Fatal("the first reset, with no folder yet:", err)
	}
	type lesson struct {
		Name     string
		Accuracy []float64
	}
	kept := lesson{"第一课", []float64{0.5, 0.75}}
	if err := Keep("seven", kept); err != nil {
		t.Fatal(err)
	}
	got, err := Recall[lesson]("seven")
	if err != nil || fmt.Sprint(got) != fmt.Sprint(kept) {
		t.Errorf("recalled %v, %v", got, err)
	}
	if err := os.WriteFile(Dir("deep", "er", "x"), nil, 0o644); err != nil {
		t.Error("Dir did not make the folders:", err)
	}
	if err := Reset(); err != nil {
		t.Fatal(err)
	}
	r := record(t, false, false)
	_, err = Recall[lesson]("seven")
	ShowError(err)
	if !strings.Contains(r.stderr.String(), "run the cells above") {
		t.Errorf("after a reset: %q", r.stderr.String())
	}
}

func TestResetKeepsAFolderThatDirDidNotMake(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("resnetlab-work", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("resnetlab-work/thesis.txt", []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Reset(); err == nil {
		t.Error("a folder that is not ours was emptied without an error")
	}
	if _, err := os.Stat("resnetlab-work/thesis.txt"); err != nil {
		t.Error(err)
	}
}

func TestCheck(t *testing.T) {
	r := record(t, false, false)
	nan := []float64{0}
	nan[0] = (nan[0] - nan[0]) / nan[0]
	results := []bool{
		CheckClose("a", 1.0001, 1, 1e-3, "the stride?"),
		CheckClose("b", 1.1, 1, 1e-3, "the stride?"),
		CheckClose("c", nan[0], 1, 1e9, "NaN"),
		CheckEqual("d", 64, 64, ""),
		CheckEqual("e", 63, 64, "count the bias too"),
		CheckAllClose("f", []float64{1, 2}, []float64{1, 2.5}, 0.1, "look at the second"),
		CheckAllClose("g", []float64{1}, []float64{1, 2}, 0.1, ""),
		CheckAllClose("h", []float64{1, 2}, []float64{1, 2}, 0, ""),
	}
	if want := []bool{true, false, false, true, false, false, false, true}; fmt.Sprint(results) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", results, want)
	}
	lines := strings.Split(r.stdout.String(), "\n")
	for i, want := range []string{"✓ a: correct", "✗ b: not yet. Your answer: 1.1. the stride?", "✗ c", "✓ d", "✗ e: not yet. Your answer: 63. count the bias too", "✗ f: not yet. Value 1 of your answer is 2. look", "✗ g: not yet. Your answer has 1 values, not 2", "✓ h"} {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d: %q, want %q", i, lines[i], want)
		}
	}
	r = record(t, true, false)
	plots.Speak = plots.Chinese
	Check("<形状>", false, "看 a & b")
	wellFormed(t, r.html...)
	if !strings.Contains(r.html[0], "还不对。看 a &amp; b") {
		t.Errorf("%q", r.html[0])
	}
}
