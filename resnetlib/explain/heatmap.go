package explain

import (
	"cmp"
	"fmt"
	"slices"

	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/transforms"
)

// Heatmap is a number for each place of a picture, of one class.
type Heatmap struct {
	Method string    `json:"-"` // in words: "Grad-CAM layer4"
	Target int       `json:"target"`
	Class  string    `json:"class"`
	Prob   float64   `json:"prob"` // of that class
	Logits []float32 `json:"logits"`
	Height int       `json:"height"`
	Width  int       `json:"width"`
	Values []float64 `json:"values"` // [Height, Width], row by row

	Seen *transforms.RGB `json:"-"` // the picture as the network saw it, before normalisation
}

func (e *Explainer) newHeatmap(method string, picture *transforms.RGB, logits []float32, class int) *Heatmap {
	return &Heatmap{Method: method, Class: e.Classes[class], Target: class, Prob: predict.Softmax(logits)[class], Logits: logits,
		Seen: e.Preset.Eval(picture)}
}

// ReLU is the Grad-CAM paper's map: what speaks against the class becomes 0, and the largest value 1. Where nothing speaks for the class
// it is 0 everywhere.
func (h *Heatmap) ReLU() *Heatmap {
	positive := *h
	positive.Values = make([]float64, len(h.Values))
	most := max(0, slices.Max(h.Values))
	for i, v := range h.Values {
		if v > 0 {
			positive.Values[i] = v / most
		}
	}
	return &positive
}

// Blocks is the map in blocks of side x side, each the mean of its values; a rest at the right and the lower edge is left out. A saliency map
// is read more easily in blocks of 8 or 16 pixels.
func (h *Heatmap) Blocks(side int) *Heatmap {
	blocks := *h
	blocks.Height, blocks.Width = h.Height/side, h.Width/side
	blocks.Values = make([]float64, blocks.Height*blocks.Width)
	for y := range blocks.Height * side {
		for x := range blocks.Width * side {
			blocks.Values[y/side*blocks.Width+x/side] += h.Values[y*h.Width+x] / float64(side*side)
		}
	}
	return &blocks
}

func (h *Heatmap) heat() plots.Heat {
	return plots.Heat{Width: h.Width, Height: h.Height, Values: h.Values}
}

// Overlay is the picture in grey with the map over it, bilinear between the map's places.
func (h *Heatmap) Overlay() *transforms.RGB { return h.heat().Over(h.Seen) }

// Title says what the map is of: "Grad-CAM layer4: tulips (0.983)".
func (h *Heatmap) Title() string { return fmt.Sprintf("%s: %s (%.3f)", h.Method, h.Class, h.Prob) }

// Picture is the picture, the map over it, and the scale of its colours.
func (h *Heatmap) Picture() *plots.Picture { return plots.HeatMap(h.Title(), h.Seen, h.heat()) }

// String is the map's strongest place in words, for a terminal.
func (h *Heatmap) String() string {
	at, _ := strongest(h.Values)
	return fmt.Sprintf(plots.Pick("%s: map of %d x %d, strongest in row %d, column %d: %.3g", "%s：%d x %d 的图，最强处在第 %d 行第 %d 列：%.3g"),
		h.Title(), h.Height, h.Width, at/max(1, h.Width), at%max(1, h.Width), h.Values[at])
}

// strongest is the place of the largest value, and the value.
func strongest[T cmp.Ordered](values []T) (at int, value T) {
	value = slices.Max(values)
	return slices.Index(values, value), value
}

func widen(values []float32) []float64 {
	wide := make([]float64, len(values))
	for i, v := range values {
		wide[i] = float64(v)
	}
	return wide
}
