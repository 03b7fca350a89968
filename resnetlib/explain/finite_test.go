package explain

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/models"
)

// spoil writes v into the first value of a parameter.
func spoil(t *testing.T, e *Explainer, name string, v float32) {
	t.Helper()
	p := e.Net.Parameter(name)
	old := ok(p.Variable.Value())(t)
	values := ok(tensors.CopyFlatData[float32](old))(t)
	values[0] = v
	if err := p.Variable.SetValue(tensors.FromFlatDataAndDimensions(values, old.Shape().Dimensions...)); err != nil {
		t.Fatal(err)
	}
}

// A network with a NaN or an infinity in it is an error of every method that meets it, never a result that says NaN or cannot be encoded.
func TestNotFiniteIsAnError(t *testing.T) {
	pictures, labels := drawn(t, 2)
	for _, c := range []struct {
		parameter string
		value     float64
		sound     string // methods whose results do not depend on the parameter
	}{
		{"conv1.weight", math.NaN(), ""}, {"bn1.running_var", math.Inf(1), "all"}, {"bn1.running_var", math.NaN(), "filters"},
		{"fc.bias", math.Inf(1), "features filters receptive-field"}, {"fc.bias", math.NaN(), "features filters receptive-field"},
		{"bn1.bias", math.Inf(1), "filters receptive-field"},
	} {
		e := build(t, models.Config{Layers: []int{1, 1}}, 32)
		spoil(t, e, c.parameter, float32(c.value))
		for _, m := range Methods {
			r, err := m.Explain(ctx, e, Question{Picture: pictures[0], Layer: "layer1", Target: Top})
			if err == nil {
				text := fmt.Sprint(r)
				if _, err := json.Marshal(r); err != nil || strings.Contains(text, "PANIC") || strings.Contains(text, "NaN") {
					t.Errorf("%s = %g, %s: %q, JSON error %v", c.parameter, c.value, m.Name, text, err)
				}
			} else if !errors.Is(err, ErrNotFinite) || r != nil {
				t.Errorf("%s = %g, %s: result %v, error %v", c.parameter, c.value, m.Name, r, err)
			}
			if sound := c.sound == "all" || strings.Contains(c.sound, m.Name); sound != (err == nil) {
				t.Errorf("%s = %g, %s: error %v", c.parameter, c.value, m.Name, err)
			}
		}
		d, err := MeasureDepth(ctx, e.backend, "spoilt", e.Net, Batch{e.Preset, pictures, labels})
		if used := c.parameter != "bn1.running_var"; used && (d != nil || !errors.Is(err, ErrNotFinite)) || !used && err != nil { // train mode does not use running statistics
			t.Errorf("%s = %g: depth %v, error %v", c.parameter, c.value, d, err)
		}
	}
}

// fmt writes PANIC= for a String method that panics: the zero value of every result has a text and a picture too.
func TestZeroResultsDoNotPanic(t *testing.T) {
	nan := &Heatmap{Height: 1, Width: 2, Values: []float64{math.NaN(), math.NaN()}}
	for _, r := range []Result{&Heatmap{}, nan, &Activation{}, &ReceptiveField{}, (&Heatmap{}).ReLU(), nan.Blocks(0)} {
		if text := fmt.Sprint(r); strings.Contains(text, "PANIC") {
			t.Errorf("%T: %s", r, text)
		}
		if p := r.Picture(); p == nil || p.Height < 50 {
			t.Errorf("%T has no picture", r)
		}
	}
	if text := fmt.Sprint(&Kernels{Layer: "conv1"}); text != "conv1" {
		t.Error(text)
	}
	header, rows := Depths{{Name: "empty"}, {Name: "flat", Blocks: []DepthBlock{{}}}}.Table()
	if text := fmt.Sprint(header, rows); strings.Contains(text, "NaN") {
		t.Error(text)
	}
}

// A channel beyond the layer's is no channel, not the next place's values.
func TestChannelsBeyondTheLayer(t *testing.T) {
	a := &Activation{Shape: []int{1, 1, 2, 3}, Values: []float32{0, 1, 2, 3, 4, 5}}
	if got := fmt.Sprint(a.Channel(2), len(a.Channel(3)), len(a.Channel(-1)), len((&Activation{}).Channel(0))); got != "[2 5] 0 0 0" {
		t.Error(got)
	}
}

// Nothing is returned beside an error, not even a half-filled value.
func TestNothingIsReturnedBesideAnError(t *testing.T) {
	e := build(t, models.Config{Layers: []int{1, 1}}, 32)
	pictures, labels := drawn(t, 2)
	b := testbackend.Open(t, "go")
	if h, err := NewHistory(e.Net.Net, "conv1"); err == nil || h != nil || !errors.Is(err, ErrAsk) {
		t.Errorf("history of a convolution: %v, %v", h, err)
	}
	if n, err := e.BatchNorm(ctx, Eval, pictures, "conv1"); err == nil || n != nil || !errors.Is(err, ErrAsk) {
		t.Errorf("batch norm conv1: %v, %v", n, err)
	}
	for says, batch := range map[string]Batch{"a label for each picture": {e.Preset, pictures, labels[:1]}, "classes 0 to 4": {e.Preset, pictures, []int{0, 5}}, "no picture": {Preset: e.Preset}} {
		if d, err := MeasureDepth(ctx, b, "n", e.Net, batch); err == nil || d != nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, %v, want %q", d, err, says)
		}
	}
}
