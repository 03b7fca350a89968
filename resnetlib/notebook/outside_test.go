package notebook

import (
	"errors"
	"os"
	"strings"
	"testing"

	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/transforms"
)

// hostile is a name from outside: it clears the screen, forges a line, turns the direction of writing, and is no UTF-8.
const hostile = "a\x1b[2J\nb\u202e\xff"

type hostileText struct{}

func (hostileText) String() string { return "line 1\n" + hostile }

// Whatever a name holds, no control character but a line end of ours reaches the terminal, and every part is still told.
func TestNamesFromOutsideAreHarmless(t *testing.T) {
	for what, show := range map[string]func(){
		"table":   func() { Table([]string{hostile}, [][]string{{hostile}}) },
		"caption": func() { Show(captioned{}) },
		"error":   func() { ShowError(errors.New(hostile)) },
		"hint":    func() { ShowError(advisedBy{errors.New("x")}) },
		"text":    func() { Show(hostileText{}) },
		"check":   func() { CheckEqual(hostile, hostile, "b", hostile) },
		"bar":     func() { b := NewBar(hostile, 3); b.Update(1, hostile); b.Done(hostile) },
		"picture": func() { Show(plots.Bars(hostile, "", []string{"a"}, plots.Group{Values: []float64{1}})) },
	} {
		for _, cell := range []bool{false, true} {
			r := record(t, cell, false)
			show()
			text := r.stdout.String() + r.stderr.String() + strings.Join(r.html, "")
			for _, updates := range r.updates {
				text += strings.Join(updates, "")
			}
			if strings.ContainsAny(text, "\x1b\u202e") || strings.Contains(text, "\xff") || len(r.png) == 0 && !strings.Contains(text, `\x1b[2J`) {
				t.Errorf("%s, in a cell %v: %q", what, cell, text)
			}
		}
	}
}

type captioned struct{ report }

func (captioned) Caption() string { return hostile }

type advisedBy struct{ error }

func (advisedBy) Hint() string { return hostile }

func TestErrorsAndCellsAreBounded(t *testing.T) {
	r := record(t, false, false)
	ShowError(errors.New(strings.Repeat("x", 190_000)))
	if n := r.stderr.Len(); n > 5000 {
		t.Errorf("an error of %d bytes", n)
	}
	if text := FormatTable(nil, [][]string{{"first" + strings.Repeat("x", 190_000) + "last", "1"}}); len(text) > 300 || !strings.Contains(text, "first") || !strings.Contains(text, "last") {
		t.Errorf("a table of %d bytes", len(text))
	}
}

func TestShowNilPointers(t *testing.T) {
	for _, x := range []any{(*plots.Picture)(nil), (*transforms.RGB)(nil), (*result)(nil), (*advised)(nil)} {
		for _, cell := range []bool{false, true} {
			r := record(t, cell, false)
			Show(x)
			if text := r.stdout.String() + strings.Join(r.html, ""); !strings.Contains(text, "nothing to show") {
				t.Errorf("%T: %q", x, text)
			}
		}
	}
}

func TestRecallReturnsNothingBesideAnError(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile(Dir("half.json"), []byte(`{"Arch":"resnet18","Layers":"no list"}`), 0o666); err != nil {
		t.Fatal(err)
	}
	got, err := Recall[struct {
		Arch   string
		Layers []int
	}]("half")
	if err == nil || got.Arch != "" {
		t.Errorf("%+v, %v", got, err)
	}
}
