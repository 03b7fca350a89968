package explain

import (
	"fmt"
	"math"

	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/transforms"
)

// Heatmap holds one number for each place of a picture, computed for one class.
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

// ReLU returns the Grad-CAM paper's map: negative values become 0, and the others are divided by the largest. A map without positive values
// becomes 0 everywhere.
func (h *Heatmap) ReLU() *Heatmap {
	positive := *h
	positive.Values = make([]float64, len(h.Values))
	_, most := strongest(h.Values)
	for i, v := range h.Values {
		if v > 0 {
			positive.Values[i] = v / most
		}
	}
	return &positive
}

// Blocks returns the map averaged over blocks of side x side places; rows and columns at the lower and the right edge that fill no block are
// left out. A saliency map is easier to read in blocks of 8 or 16 pixels. A side below 1 counts as 1.
func (h *Heatmap) Blocks(side int) *Heatmap {
	side = max(1, side)
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

// Overlay returns the picture in grey with the map over it, interpolated bilinearly between the map's places.
func (h *Heatmap) Overlay() *transforms.RGB { return h.heat().Over(h.Seen) }

// Title returns the method, the class and its probability: "Grad-CAM layer4: tulips (0.983)".
func (h *Heatmap) Title() string { return fmt.Sprintf("%s: %s (%.3f)", h.Method, h.Class, h.Prob) }

// Picture draws the picture, the map over it, and the scale of its colours.
func (h *Heatmap) Picture() *plots.Picture { return plots.HeatMap(h.Title(), h.Seen, h.heat()) }

// String returns the title and the place of the largest value in one line.
func (h *Heatmap) String() string {
	at, most := strongest(h.Values)
	return fmt.Sprintf(plots.Pick("%s: map of %d x %d, strongest in row %d, column %d: %.3g", "%s：%d x %d 的图，最强处在第 %d 行第 %d 列：%.3g"),
		h.Title(), h.Height, h.Width, at/max(1, h.Width), at%max(1, h.Width), most)
}

// strongest returns the index of the largest value, and the value; NaN is never the largest. Of no values it returns 0 and 0.
func strongest(values []float64) (at int, value float64) {
	for i, v := range values {
		if i == 0 || v > value || math.IsNaN(value) {
			at, value = i, v
		}
	}
	return at, value
}

// widen converts to float64.
func widen(values []float32) []float64 {
	wide := make([]float64, len(values))
	for i, v := range values {
		wide[i] = float64(v)
	}
	return wide
}
