package notebook

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/weights"
)

type inner struct {
	Median float64 `json:"median"`
	hidden int     // stays out
}

type embedded struct{ Arch string }

type result struct {
	embedded
	Forward  inner      `json:"forward"`
	Recall   *float64   `json:"recall,omitempty"`
	Missing  *float64   `json:"missing"`
	Outcomes []int      `json:"-"`
	Matrix   [][]int    `json:"matrix"`
	Probs    []float64  `json:"probs"`
	Filter   plotFilter `json:"filter"`
	Err      error      `json:"error"`
}

type plotFilter struct{}

func (plotFilter) String() string { return "bilinear" }

func TestTableOfStruct(t *testing.T) {
	half := 0.5
	r := &result{embedded: embedded{"resnet18"}, Forward: inner{Median: 1.23456, hidden: 3}, Recall: &half, Outcomes: []int{1}, Matrix: make([][]int, 60),
		Probs: []float64{0.123456, 1}, Err: errors.New("cut off")}
	table, ok := TableOf(r)
	if !ok {
		t.Fatal("no table")
	}
	header, rows := table.Table()
	long := "[" + strings.Repeat("[] ", 23)[:68] + "..."
	want := [][]string{{"Arch", "resnet18"}, {"forward.median", "1.235"}, {"recall", "0.5"}, {"missing", ""}, {"matrix", long},
		{"probs", "[0.1235 1]"}, {"filter", "bilinear"}, {"error", "cut off"}}
	if len(header) > 0 || !slices.EqualFunc(rows, want, slices.Equal) {
		t.Errorf("got  %q\nwant %q", rows, want)
	}
}

func TestOtherValuesHaveNoTable(t *testing.T) {
	for _, x := range []any{nil, 3, "text", []int{1}, []runs.Metrics{}, struct{ n int }{1}, (*result)(nil), map[string]int{"a": 1}} {
		if table, ok := TableOf(x); ok {
			t.Errorf("%v has a table: %v", x, table)
		}
	}
}

// ring points to itself, as a network and its store do.
type ring struct {
	Name string
	Next *ring
	All  []*ring
	Call func()
}

// A nil among pointers has no row.
func TestTableOfNil(t *testing.T) {
	type point struct{ X int }
	table, ok := TableOf([]*point{{1}, nil, {2}})
	if !ok {
		t.Fatal("no table")
	}
	if header, rows := table.Table(); len(header) != 1 || len(rows) != 2 {
		t.Errorf("%v %v", header, rows)
	}
}

func TestTableOfRing(t *testing.T) {
	r := &ring{Name: "a", Call: func() {}}
	r.Next, r.All = r, []*ring{r}
	table, ok := TableOf(r)
	if !ok {
		t.Fatal("no table")
	}
	if _, rows := table.Table(); len(rows) != 1 || rows[0][1] != "a" {
		t.Errorf("%q", rows)
	}
}

// What the library returns is a table on a terminal, and the same in a cell.
func TestShowResults(t *testing.T) {
	for name, c := range map[string]struct {
		x    any
		want []string
	}{
		"metrics":  {[]runs.Metrics{{Epoch: 1, TrainLoss: 1.25, ValAccuracy: 0.5}, {Epoch: 2, LR: 1e-4}}, []string{"train_loss", "1.25", "0.0001"}},
		"settings": {runs.Settings{Arch: "resnet34", LR: 1e-4}, []string{"arch", "resnet34", "0.0001"}},
		"pointers": {[]*weights.Spec{{Key: "fc.weight", Shape: []int{5, 512}}}, []string{"Key", "fc.weight", "[5 512]"}},
	} {
		r := record(t, false, false)
		Show(c.x)
		cell := record(t, true, false)
		Show(c.x)
		for _, want := range c.want {
			if len(cell.html) != 1 || !strings.Contains(r.stdout.String(), want) || !strings.Contains(cell.html[0], want) || !strings.Contains(cell.html[0], "<table>") {
				t.Errorf("%s: no %q in\n%s%s", name, want, r.stdout.String(), cell.html)
			}
		}
		wellFormed(t, cell.html...)
	}
	r := record(t, false, false)
	Show(plots.Chinese)
	if got := r.stdout.String(); got != "zh\n" {
		t.Errorf("a word: %q", got)
	}
}
