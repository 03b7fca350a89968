package evaluate

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"resnetlab/datasets"
	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/transforms"
)

// oracle is a classifier whose logits are given, picture by picture, in the loader's order.
type oracle struct {
	rows [][]float32
	next int
}

func (o *oracle) Logits(_ []float32, n, _, _ int) ([][]float32, error) {
	o.next += n
	return o.rows[o.next-n : o.next], nil
}

// six classes, four pictures, whose measures are counted by hand.
func handMade() (*datasets.Loader, *oracle) {
	classes := []string{"a", "b", "c", "d", "e", "f"}
	var samples []datasets.Sample
	for _, label := range []int{0, 0, 1, 2} {
		samples = append(samples, datasets.Sample{Image: transforms.NewRGB(8, 8), Label: label})
	}
	rows := [][]float32{
		{9, 0, 0, 0, 0, 0}, // right
		{0, 9, 1, 1, 1, 1}, // a taken for b, and the last of six
		{0, 9, 0, 0, 0, 0}, // right
		{1, 9, 0, 0, 0, 0}, // c taken for b, in third place
	}
	return datasets.NewLoader(datasets.NewMemory(classes, samples), datasets.LoaderConfig{BatchSize: 3, Preset: transforms.EvalPreset(8)}), &oracle{rows: rows}
}

func TestRunCountsEveryPicture(t *testing.T) {
	loader, o := handMade()
	e, err := Run(context.Background(), o, loader)
	if err != nil {
		t.Fatal(err)
	}
	if e.Pictures != 4 || e.Accuracy != 0.5 || e.Top5 != 0.75 {
		t.Errorf("%d pictures, accuracy %v, top-5 %v; want 4, 0.5, 0.75", e.Pictures, e.Accuracy, e.Top5)
	}
	if e.Confusion[0][0] != 1 || e.Confusion[0][1] != 1 || e.Confusion[1][1] != 1 || e.Confusion[2][1] != 1 {
		t.Errorf("confusion %v", e.Confusion)
	}
	scores := e.PerClass(loader.Dataset().Classes())
	for i, want := range []struct{ precision, recall float64 }{{1, 0.5}, {1. / 3, 1}, {math.NaN(), 0}, {math.NaN(), math.NaN()}} {
		same := func(got *float64, want float64) bool {
			return got == nil && math.IsNaN(want) || got != nil && *got == want
		}
		if s := scores[i]; !same(s.Precision, want.precision) || !same(s.Recall, want.recall) {
			t.Errorf("class %s: %+v, want %+v", s.Class, s, want)
		}
	}
	top := e.TopLosses(2)
	if len(top) != 2 || top[0].Index != 1 || top[1].Index != 3 || top[1].Predicted != 1 || top[1].Label != 2 || len(e.TopLosses(9)) != 4 {
		t.Errorf("top losses %+v", top)
	}
	if want := crossEntropy([]float32{0, 9, 1, 1, 1, 1}, 0); top[0].Loss != want {
		t.Errorf("loss %v, want %v", top[0].Loss, want)
	}
}

// Verdicts have the pictures and the class names of the data.
func TestVerdictsShowTheData(t *testing.T) {
	ds := sketch.New("val", sketch.Config{Val: 6, Size: 16})
	v, err := Verdicts(ds, []Outcome{{Index: 5, Label: 4, Predicted: 1}})
	want, _ := ds.Sample(5)
	if err != nil || v[0].True != "tulip" || v[0].Predicted != "daisy" || !slices.Equal(v[0].Image.Pix, want.Image.Pix) {
		t.Errorf("verdict %+v, %v", v, err)
	}
}

var _ predict.Classifier = (*predict.Forward)(nil)

// A network of other classes than the data's is an error, not an index out of range.
func TestRunRefusesOtherNumbersOfClasses(t *testing.T) {
	for _, logits := range [][]float32{{1}, {0, 0, 0, 0, 0, 0, 9}} {
		loader, o := handMade()
		for i := range o.rows {
			o.rows[i] = logits
		}
		if _, err := Run(context.Background(), o, loader, Progress(nil)); err == nil || !strings.Contains(err.Error(), "data of 6 classes") {
			t.Errorf("%d logits: %v", len(logits), err)
		}
	}
}
