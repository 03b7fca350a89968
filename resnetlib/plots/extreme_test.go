package plots

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/transforms"
)

// extremes are lists of numbers as a network that went wrong gives them.
func extremes() map[string][]float64 {
	nan, inf := math.NaN(), math.Inf(1)
	return map[string][]float64{
		"empty": {}, "NaN": {nan, nan, nan}, "+Inf": {inf, inf, inf}, "-Inf": {-inf, -inf, -inf}, "mixed": {1, nan, -inf}, "huge": {-math.MaxFloat64, 0, math.MaxFloat64},
		"large": {-4e307, 0, 4e307}, "tiny": {math.SmallestNonzeroFloat64, 0, -math.SmallestNonzeroFloat64}, "zero": {0, 0, 0},
	}
}

// picturesOf draws every kind of picture of numbers.
func picturesOf(v []float64) map[string]*Picture {
	var metrics []runs.Metrics
	var matrix [][]int
	var verdicts []Verdict
	var moved []Contender
	for i, x := range v {
		metrics = append(metrics, runs.Metrics{Epoch: i + 1, TrainLoss: x, ValLoss: x, ValAccuracy: x})
		matrix = append(matrix, []int{0, 0, 0})
		verdicts = append(verdicts, Verdict{Image: photo(4, 4), True: "a", Predicted: "b", Prob: x, Loss: x})
		moved = append(moved, Contender{"a", x, x, x, x, v})
	}
	img, names := photo(4, 4), []string{"a", "b", "c"}
	return map[string]*Picture{
		"bars": Bars("t", "u", names, Group{Values: v, Std: v}), "probabilities": Probabilities("t", names, Group{Values: v}), "lines": Lines("t", "x", "y", Series{Y: v}),
		"points": Lines("t", "x", "y", Series{X: v, Y: v}), "loglines": LogLines("t", "x", "y", Series{Y: v}), "curves": Curves(metrics), "rates": LearningRates(v, v, math.Inf(1)),
		"histogram": Histogram("t", Axis{Label: "x"}, Sample{Values: v}), "heat": HeatMap("t", img, Heat{3, 1, v}), "card": PredictionCard(Card{Image: img, Classes: names, Probs: v}),
		"strategies": Strategies("t", names, moved), "toplosses": TopLosses(verdicts), "matrix": ConfusionMatrix(names, matrix),
		"field": Grid([]*transforms.RGB{Heat{3, 1, v}.Image(6, 2), Heat{3, 1, v}.Over(img), Heat{Values: v}.Image(2, 2), Heat{3, 1, v}.Image(0, -1)}, nil, 0),
	}
}

// No number can make a function fail or write NaN or Inf: it draws what it can, or says in words why there is nothing to see.
func TestExtremeNumbers(t *testing.T) {
	for name, v := range extremes() {
		for kind, p := range picturesOf(v) {
			if n := count(p.Image(), background); n == p.Width*p.Height && kind != "field" {
				t.Errorf("%s of %s: blank", kind, name)
			}
			if _, err := p.SVG(); err != nil {
				t.Errorf("%s of %s: %v", kind, name, err)
			}
			if strings.Contains(fmt.Sprint(p), "NaN") || strings.Contains(fmt.Sprint(p), "Inf") {
				t.Errorf("%s of %s: %s", kind, name, p)
			}
		}
	}
}

// Without any finite number the picture says so, and not that there is nothing yet.
func TestNoFiniteNumberIsSaid(t *testing.T) {
	bytes := func(p *Picture) string {
		content, err := p.PNG()
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	said, nothingYet := bytes(nothingFinite("t", true)), bytes(nothing("t"))
	if said == nothingYet {
		t.Fatal("the two say the same")
	}
	for _, name := range []string{"NaN", "+Inf"} {
		drawn, empty := picturesOf(extremes()[name]), picturesOf(nil)
		for _, kind := range []string{"lines", "loglines", "histogram", "heat"} {
			if bytes(drawn[kind]) != said || bytes(empty[kind]) != nothingYet {
				t.Errorf("%s of %s", kind, name)
			}
		}
	}
	if card := PredictionCard(Card{Image: photo(4, 4), Title: "t", Classes: flowers, Probs: []float64{math.NaN(), 1}}); bytes(card) != said {
		t.Error("a card of NaN")
	}
	if got := CardTitle("tulips", math.NaN()); got != "class: tulips   prob: n/a" {
		t.Error(got)
	}
}
