package plots

import (
	"math"
	"slices"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

// Sample is a set of values whose distribution [Histogram] draws.
type Sample struct {
	Name   string
	Values []float64
}

// Axis is the horizontal axis of a [Histogram].
type Axis struct {
	Label string
	Bins  int // 0: 60
}

// Histogram draws the distributions of samples over each other, each as the share of its own values in bins that all samples have in common,
// so that samples of different size can be compared: before and after a batch norm, for instance. Values that are not finite are left out;
// without any finite value the picture says so.
func Histogram(title string, x Axis, samples ...Sample) *Picture {
	if x.Bins <= 0 {
		x.Bins = 60
	}
	low, high := rangeOf(samples)
	if !(high >= low) {
		return nothingFinite(title, slices.ContainsFunc(samples, func(s Sample) bool { return len(s.Values) > 0 }))
	}
	if low == high {
		half := max(0.5, 1e-9*math.Abs(low))
		low, high = low-half, high+half
	}
	p := newPlot(x.Label, say("share"))
	var keys []key
	for i, s := range samples {
		colour := seriesColour(i)
		outline := steps(shares(s.Values, low, high, x.Bins), low, high)
		p.Add(&plotter.Line{XYs: outline, LineStyle: strokeOf(colour, 2), FillColor: faint(colour)})
		keys = append(keys, key{name: s.Name, colour: colour})
	}
	if len(samples) == 1 {
		keys = nil
	}
	p.Y.Min = 0
	return newPicture(title, plotHeight+frameHeight(len(keys)), func(c draw.Canvas) { p.Draw(frame(c, title, keys)) })
}

// rangeOf returns the smallest and the largest finite value; +Inf and -Inf where there is none.
func rangeOf(samples []Sample) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, s := range samples {
		for _, v := range s.Values {
			if finite(v) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	return low, high
}

// shares returns which part of the finite values falls into each of the bins from low to high.
func shares(values []float64, low, high float64, bins int) []float64 {
	out, total := make([]float64, bins), 0
	for _, v := range values {
		if finite(v) {
			place := float64(bins) * (v/2 - low/2) / (high/2 - low/2) // halves: the whole span may be beyond a float64
			out[max(0, min(bins-1, int(place)))]++
			total++
		}
	}
	for i := range out {
		out[i] /= float64(max(total, 1))
	}
	return out
}

// steps returns the outline of bars of equal width that stand side by side.
func steps(heights []float64, low, high float64) plotter.XYs {
	wide := (high - low) / float64(len(heights))
	points := plotter.XYs{{X: low}}
	for i, h := range heights {
		x := low + float64(i)*wide
		points = append(points, plotter.XY{X: x, Y: h}, plotter.XY{X: x + wide, Y: h})
	}
	return append(points, plotter.XY{X: high})
}
