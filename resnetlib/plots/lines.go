package plots

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Series is one line: the points (X[i], Y[i]). Without X, X[i] is i. Points that are not finite (a loss that has become NaN) are left out, and
// the line is broken there.
type Series struct {
	Name string
	X, Y []float64
}

const plotHeight vg.Length = 300 // of axes with lines or bars standing up, labels included

// Lines draws series over each other on one pair of axes. Without a finite point the picture says so.
func Lines(title, xLabel, yLabel string, series ...Series) *Picture {
	p := newPlot(xLabel, yLabel)
	if !addSeries(p, series, 0) {
		return nothingFinite(title, anyPoint(series))
	}
	var keys []key
	if len(series) > 1 {
		keys = keysOf(series)
	}
	return newPicture(title, plotHeight+frameHeight(len(keys)), func(c draw.Canvas) { p.Draw(frame(c, title, keys)) })
}

// LogLines draws series as [Lines] does, on a logarithmic vertical axis, for numbers of very different size. A value that is not positive is
// left out.
func LogLines(title, xLabel, yLabel string, series ...Series) *Picture {
	logs := make([]Series, len(series))
	for i, s := range series {
		logs[i] = Series{Name: s.Name, X: s.X, Y: make([]float64, len(s.Y))}
		for j, y := range s.Y {
			logs[i].Y[j] = math.Log10(y) // NaN or -Inf where y is not positive
		}
	}
	p := newPlot(xLabel, yLabel)
	p.Y.Tick.Marker = powerTicks{}
	if !addSeries(p, logs, 0) {
		return nothingFinite(title, anyPoint(series))
	}
	p.Y.Min, p.Y.Max = math.Floor(p.Y.Min), math.Ceil(p.Y.Max)
	var keys []key
	if len(series) > 1 {
		keys = keysOf(series)
	}
	return newPicture(title, plotHeight+frameHeight(len(keys)), func(c draw.Canvas) { p.Draw(frame(c, title, keys)) })
}

// LearningRates draws a learning-rate range test (Smith, 2017, arXiv:1506.01186): the loss at each rate, on a logarithmic axis, and the
// suggested rate as a vertical line. A rate that is not positive is left out; a suggestion that is not positive and finite draws no line.
func LearningRates(rates, losses []float64, suggestion float64) *Picture {
	title := say("Learning-rate range test")
	var s Series
	for i := range min(len(rates), len(losses)) {
		if rates[i] > 0 {
			s.X, s.Y = append(s.X, math.Log10(rates[i])), append(s.Y, losses[i])
		}
	}
	p := newPlot(say("learning rate"), say("loss"))
	p.X.Tick.Marker = powerTicks{}
	if !addSeries(p, []Series{s}, 0) {
		return nothingFinite(title, anyPoint([]Series{s}))
	}
	p.Y.Max = ceiling(s.Y, p.Y.Min, p.Y.Max)
	if suggestion > 0 && finite(suggestion) {
		title = fmt.Sprintf("%s%s %.2g", title+colon(), say("suggested"), suggestion)
		addRule(p, math.Log10(suggestion))
	}
	return newPicture(title, plotHeight+frameHeight(0), func(c draw.Canvas) { p.Draw(frame(c, title, nil)) })
}

// ceiling returns the axis' end, a little above the first loss. At the highest rates the loss explodes, and an axis that reached the highest
// loss would show a flat line with a spike.
func ceiling(losses []float64, low, high float64) float64 {
	for _, loss := range losses {
		if finite(loss) && loss > low {
			return min(high, loss+0.4*(loss-low))
		}
	}
	return high
}

// anyPoint reports whether the series have a point, finite or not.
func anyPoint(series []Series) bool {
	return slices.ContainsFunc(series, func(s Series) bool { return len(s.Y) > 0 })
}

// addSeries adds lines with marks, coloured from the palette's entry first on, and reports whether there was a point.
func addSeries(p *plot.Plot, series []Series, first int) bool {
	any := false
	for i, s := range series {
		colour := seriesColour(first + i)
		for _, run := range finiteRuns(s) {
			any = true
			line := &plotter.Line{XYs: run, LineStyle: strokeOf(colour, 2)}
			glyphs := &plotter.Scatter{XYs: thin(run), GlyphStyle: draw.GlyphStyle{Color: colour, Radius: 3.5, Shape: seriesMark(first + i)}}
			p.Add(line, glyphs)
		}
	}
	return any
}

// finiteRuns cuts a series at the points that are not finite.
func finiteRuns(s Series) (runs []plotter.XYs) {
	open := false
	for i, y := range s.Y {
		x := float64(i)
		if i < len(s.X) {
			x = s.X[i]
		}
		if !finite(x) || !finite(y) {
			open = false
			continue
		}
		if !open {
			runs, open = append(runs, nil), true
		}
		runs[len(runs)-1] = append(runs[len(runs)-1], plotter.XY{X: x, Y: y})
	}
	return runs
}

// thin keeps about 25 of many points to put a mark on, so that marks do not run into a band.
func thin(points plotter.XYs) plotter.XYs {
	step := (len(points) + 24) / 25
	if step <= 1 {
		return points
	}
	var kept plotter.XYs
	for i := 0; i < len(points); i += step {
		kept = append(kept, points[i])
	}
	return kept
}

// addRule adds a dashed vertical line.
func addRule(p *plot.Plot, x float64) {
	style := strokeOf(grey, 1.5)
	style.Dashes = []vg.Length{5, 4}
	p.Add(&plotter.Line{XYs: plotter.XYs{{X: x, Y: p.Y.Min}, {X: x, Y: p.Y.Max}}, LineStyle: style})
}

// keysOf returns the legend of lines.
func keysOf(series []Series) []key {
	keys := make([]key, len(series))
	for i, s := range series {
		keys[i] = key{name: s.Name, colour: seriesColour(i), mark: seriesMark(i)}
	}
	return keys
}

// powerTicks labels an axis of base-10 logarithms with the numbers themselves: 1e-4, 1e-3 ...
type powerTicks struct{}

// Ticks implements [plot.Ticker].
func (powerTicks) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for e := math.Floor(low); e <= high; e++ {
		ticks = append(ticks, plot.Tick{Value: e, Label: fmt.Sprintf("1e%d", int(e))})
		for factor := 2.0; factor < 10; factor++ {
			ticks = append(ticks, plot.Tick{Value: e + math.Log10(factor)})
		}
	}
	return ticks
}
