package plots

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"resnetlab/resnetlib/runs"
)

// Curves draws a training run, epoch by epoch: the losses of training and validation on the left, the validation accuracy on the right, with
// a ring around the best epoch.
func Curves(metrics []runs.Metrics) *Picture {
	title := say("Training curves")
	if len(metrics) == 0 {
		return nothing(title)
	}
	series := []Series{{Name: say("training")}, {Name: say("validation")}, {Name: say("validation accuracy")}}
	for _, m := range metrics {
		for i, y := range []float64{m.TrainLoss, m.ValLoss, m.ValAccuracy} {
			series[i].X, series[i].Y = append(series[i].X, float64(m.Epoch)), append(series[i].Y, y)
		}
	}
	loss, accuracy := epochPlot(say("loss")), epochPlot(say("accuracy"))
	addSeries(loss, series[:2], 0)
	addSeries(accuracy, series[2:], 2)
	for _, p := range []*plot.Plot{loss, accuracy} {
		settle(p, metrics[0].Epoch, metrics[len(metrics)-1].Epoch)
	}
	if best := runs.BestOf(metrics); best.Epoch > 0 && finite(best.Accuracy) {
		ring(accuracy, best)
		title += fmt.Sprintf(Pick(": best accuracy %.3f in epoch %d", "：最佳准确率 %.3f（第 %d 个 epoch）"), best.Accuracy, best.Epoch)
	}
	keys := keysOf(series)
	return newPicture(title, plotHeight+frameHeight(len(keys)), func(c draw.Canvas) {
		rest := frame(c, title, keys)
		left, right := halves(rest, 24)
		loss.Draw(left)
		accuracy.Draw(right)
	})
}

// epochPlot returns axes with whole epochs.
func epochPlot(yLabel string) *plot.Plot {
	p := newPlot(say("epoch"), yLabel)
	p.X.Tick.Marker = roundTicks{Whole: true}
	return p
}

// settle sets the ends of the axes: the horizontal one shows the epochs from first to last even where a loss was not finite, and an axis with
// a single value has some width around it.
func settle(p *plot.Plot, first, last int) {
	p.X.Min, p.X.Max = float64(first), float64(last)
	if first == last {
		p.X.Min, p.X.Max = p.X.Min-1, p.X.Max+1
	}
	if math.IsInf(p.Y.Min, 0) { // no finite value at all
		p.Y.Min, p.Y.Max = 0, 1
	}
	if p.Y.Min == p.Y.Max {
		p.Y.Min, p.Y.Max = p.Y.Min-0.05, p.Y.Max+0.05
	}
}

// ring draws a ring around the best epoch.
func ring(p *plot.Plot, best runs.Best) {
	style := draw.GlyphStyle{Color: vermillion, Radius: 9, Shape: halo{}}
	p.Add(&plotter.Scatter{XYs: plotter.XYs{{X: float64(best.Epoch), Y: best.Accuracy}}, GlyphStyle: style})
}

// halo is a ring of 2.5 pixels: gonum's is half a pixel thin.
type halo struct{}

// DrawGlyph implements [draw.GlyphDrawer].
func (halo) DrawGlyph(c *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	var path vg.Path
	path.Move(vg.Point{X: at.X + style.Radius, Y: at.Y})
	path.Arc(at, style.Radius, 0, 2*math.Pi)
	c.SetLineStyle(strokeOf(style.Color, 2.5))
	c.Stroke(path)
}

// halves cuts c into a left and a right part with gap between them.
func halves(c draw.Canvas, gap vg.Length) (left, right draw.Canvas) {
	half := (c.Size().X + gap) / 2
	return draw.Crop(c, 0, -half, 0, 0), draw.Crop(c, half, 0, 0, 0)
}
