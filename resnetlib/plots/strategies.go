package plots

import (
	"fmt"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Contender is a training strategy in a comparison.
type Contender struct {
	Name     string
	Accuracy float64   // on test pictures, mean over seeds
	Error    float64   // standard error of that mean; NaN where it is not known
	Seconds  float64   // an epoch
	Trained  float64   // parameters
	Moved    []float64 // |end - start| / |start| of each stage; 0: unchanged
}

// Strategies compares training strategies: the accuracy with its standard error, the seconds of an epoch, the number of trained parameters, and
// the distance that each stage of the network moved.
func Strategies(title string, stages []string, contenders []Contender) *Picture {
	if len(contenders) == 0 {
		return nothing(title)
	}
	column := func(unit string, value func(Contender) float64, format func(float64) string) *barChart {
		chart := &barChart{unit: unit, limit: 150, format: format, groups: []Group{{}}}
		for _, c := range contenders {
			chart.labels = append(chart.labels, c.Name)
			chart.groups[0].Values = append(chart.groups[0].Values, value(c))
		}
		return chart
	}
	accuracy := column(say("test accuracy (mean ± standard error)"), func(c Contender) float64 { return c.Accuracy }, decimals(3))
	accuracy.top = 1
	for _, c := range contenders {
		accuracy.groups[0].Std = append(accuracy.groups[0].Std, c.Error)
	}
	seconds := column(say("seconds an epoch"), func(c Contender) float64 { return c.Seconds }, decimals(2))
	trained := column(say("parameters trained"), func(c Contender) float64 { return c.Trained }, countOf)
	table := movedTable{stages, contenders}
	const gap = 2 * margin
	height := frameHeight(0) + accuracy.height() + gap + seconds.height() + gap + table.height()
	return newPicture(title, height, func(c draw.Canvas) {
		c = frame(c, title, nil)
		accuracy.draw(c)
		c = below(c, accuracy.height()+gap)
		half := c.Size().X / 2
		seconds.draw(draw.Crop(c, 0, -half-margin/2, 0, 0))
		trained.draw(draw.Crop(c, half+margin/2, 0, 0, 0))
		table.draw(below(c, seconds.height()+gap))
	})
}

func below(c draw.Canvas, height vg.Length) draw.Canvas { return draw.Crop(c, 0, 0, 0, -height) }

func decimals(n int) func(float64) string {
	return func(v float64) string { return strconv.FormatFloat(v, 'f', n, 64) }
}

// countOf writes 11178051 as 11.2 M.
func countOf(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.1f M", v/1e6)
	case v >= 1e3:
		return fmt.Sprintf("%.1f k", v/1e3)
	}
	return fmt.Sprintf("%.0f", v)
}

// movedTable is a field for each contender and stage, shaded by how far the stage moved.
type movedTable struct {
	stages     []string
	contenders []Contender
}

const movedRow vg.Length = 26

func (t *movedTable) height() vg.Length { return pixels(len(t.contenders)+1)*movedRow + textSize + 10 }

func (t *movedTable) draw(c draw.Canvas) {
	const names vg.Length = 158
	most := 0.0
	for _, x := range t.contenders {
		for _, v := range x.Moved {
			if finite(v) {
				most = max(most, v)
			}
		}
	}
	c.FillText(textStyle(textSize, ink, draw.XLeft, draw.YTop), vg.Point{X: c.Min.X, Y: c.Max.Y}, say("How far each stage moved, relative to its start"))
	side := (c.Size().X - names) / pixels(max(len(t.stages), 1))
	y := c.Max.Y - textSize - 10
	for j, stage := range t.stages {
		style := textStyle(smallSize, ink, draw.XCenter, draw.YCenter)
		c.FillText(style, vg.Point{X: c.Min.X + names + side*(pixels(j)+0.5), Y: y - movedRow/2}, shorten(style, stage, side-4))
	}
	for _, x := range t.contenders {
		y -= movedRow
		style := textStyle(textSize, ink, draw.XRight, draw.YCenter)
		c.FillText(style, vg.Point{X: c.Min.X + names - 8, Y: y - movedRow/2}, shorten(style, x.Name, 150))
		for j := range t.stages {
			if j < len(x.Moved) {
				left := c.Min.X + names + side*pixels(j)
				drawMoved(c, x.Moved[j], most, vg.Rectangle{Min: vg.Point{X: left + 1, Y: y - movedRow + 1}, Max: vg.Point{X: left + side - 1, Y: y - 1}})
			}
		}
	}
}

// drawMoved shades one field and writes its number; a stage that stayed to the bit is a dash on grey.
func drawMoved(c draw.Canvas, value, most float64, field vg.Rectangle) {
	text, share := strconv.FormatFloat(value, 'g', 2, 64), 0.0
	switch {
	case !finite(value):
		text = notAvailable
	case value == 0:
		text = "–"
	default:
		share = value / most
	}
	colour := ink
	if share > 0.6 { // white on the darker blues
		colour = background
	}
	fillRect(c, shade(blue, share), field.Min.X, field.Min.Y, field.Max.X, field.Max.Y)
	middle := vg.Point{X: (field.Min.X + field.Max.X) / 2, Y: (field.Min.Y + field.Max.Y) / 2}
	c.FillText(textStyle(smallSize, colour, draw.XCenter, draw.YCenter), middle, text)
}
