package plots

import (
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Group is one set of bars: a value for each label, and its standard deviation where there is one. A value that is not finite is drawn as
// "n/a".
type Group struct {
	Name   string
	Values []float64
	Std    []float64 // standard deviations, drawn as a line to each side; may be nil
}

// CountLabels counts the pictures of each class, for [ClassHistogram]: classes is the number of classes. Labels outside are not counted.
func CountLabels(name string, classes int, labels []int) Group {
	g := Group{Name: name, Values: make([]float64, max(0, classes))}
	for _, label := range labels {
		if label >= 0 && label < classes {
			g.Values[label]++
		}
	}
	return g
}

// ClassHistogram draws the number of pictures of each class, with a bar for each split (see [CountLabels]).
func ClassHistogram(classes []string, splits ...Group) *Picture {
	return Bars(say("Pictures of each class"), say("pictures"), classes, splits...)
}

// Bars draws horizontal bars, which leave room for names: one for each label and group, with its value at its end and a line of one standard
// deviation to each side. Unit is the text below the axis.
func Bars(title, unit string, labels []string, groups ...Group) *Picture {
	return bars(title, barChart{labels: labels, groups: groups, unit: unit, limit: 240})
}

// Probabilities draws the outputs of a softmax as bars, a group for each output. The axis goes from 0 to 1, so that pictures can be compared.
func Probabilities(title string, classes []string, groups ...Group) *Picture {
	return bars(title, barChart{labels: classes, groups: groups, unit: say("probability"), limit: 240, top: 1, format: decimals(3)})
}

// bars draws a chart with its title and, for more than one group, a legend.
func bars(title string, chart barChart) *Picture {
	if len(chart.labels) == 0 || len(chart.groups) == 0 {
		return nothing(title)
	}
	var keys []key
	if len(chart.groups) > 1 {
		for i, g := range chart.groups {
			keys = append(keys, key{name: g.Name, colour: seriesColour(i)})
		}
	}
	return newPicture(title, chart.height()+frameHeight(len(keys)), func(c draw.Canvas) { chart.draw(frame(c, title, keys)) })
}

// barChart is the drawing that Bars, Probabilities, Strategies and PredictionCard share.
type barChart struct {
	labels []string
	groups []Group
	unit   string                      // below the axis; "" for none
	limit  vg.Length                   // largest width of a label
	thick  vg.Length                   // width of a bar; 0 for barWidth
	top    float64                     // end of the axis; 0 for the highest value
	format func(value float64) string  // nil for formatValue
	paint  func(label int) color.NRGBA // nil: by group
}

const (
	barWidth vg.Length = 18
	barGap   vg.Length = 10
)

func (b *barChart) height() vg.Length {
	return pixels(len(b.labels))*b.step() + b.unitRow()
}

// step returns the height of one label's bars and the gap around them.
func (b *barChart) step() vg.Length { return b.bar()*pixels(len(b.groups)) + barGap }

func (b *barChart) bar() vg.Length {
	if b.thick > 0 {
		return b.thick
	}
	return barWidth
}

// stretch makes the bars thicker, up to half as much again, towards a chart of the given height.
func (b *barChart) stretch(height vg.Length) {
	room := (height-b.unitRow())/pixels(len(b.labels)) - barGap
	b.thick = max(barWidth, min(1.5*barWidth, room/pixels(len(b.groups))))
}

func (b *barChart) unitRow() vg.Length {
	if b.unit == "" {
		return 0
	}
	return textSize + 8
}

// span returns the ends of the value axis: zero is always on it.
func (b *barChart) span() (low, high float64) {
	for _, g := range b.groups {
		for i, v := range g.Values {
			if finite(v) {
				low, high = min(low, v-g.std(i)), max(high, v+g.std(i))
			}
		}
	}
	if high = max(high, b.top); low == high {
		high = 1
	}
	return low, high
}

// std returns the standard deviation of value i; 0 without one.
func (g *Group) std(i int) float64 {
	if i < len(g.Std) && finite(g.Std[i]) {
		return g.Std[i]
	}
	return 0
}

func (b *barChart) draw(c draw.Canvas) {
	name := textStyle(textSize, ink, draw.XRight, draw.YCenter)
	var room vg.Length
	for _, label := range b.labels {
		room = max(room, min(name.Width(label), b.limit))
	}
	number := textStyle(smallSize, ink, draw.XLeft, draw.YCenter)
	var written vg.Length
	for i := range b.groups {
		for j := range b.groups[i].Values {
			written = max(written, number.Width(b.text(&b.groups[i], j)))
		}
	}
	area := draw.Crop(c, room+8, -written-8, 0, 0)
	low, high := b.span()
	x := func(v float64) vg.Length { return area.X((v - low) / (high - low)) }

	y := c.Max.Y
	for i, label := range b.labels {
		y -= barGap / 2
		middle := y - b.bar()*pixels(len(b.groups))/2
		c.FillText(name, vg.Point{X: area.Min.X - 8, Y: middle}, shorten(name, label, b.limit))
		for j := range b.groups {
			b.drawBar(c, x, i, j, y-b.bar()/2)
			y -= b.bar()
		}
		y -= barGap / 2
	}
	c.StrokeLine2(strokeOf(grey, 1), x(0), y, x(0), c.Max.Y)
	if b.unit != "" {
		c.FillText(textStyle(textSize, ink, draw.XCenter, draw.YTop), vg.Point{X: area.Center().X, Y: y - 6}, b.unit)
	}
}

// notAvailable stands for a number that is not finite.
const notAvailable = "n/a"

// drawBar draws the bar of one label and group around the height y.
func (b *barChart) drawBar(c draw.Canvas, x func(float64) vg.Length, label, group int, y vg.Length) {
	g := &b.groups[group]
	number := textStyle(smallSize, ink, draw.XLeft, draw.YCenter)
	if label >= len(g.Values) || !finite(g.Values[label]) {
		number.Color = grey
		c.FillText(number, vg.Point{X: x(0) + 6, Y: y}, notAvailable)
		return
	}
	v, std := g.Values[label], g.std(label)
	colour := seriesColour(group)
	if b.paint != nil {
		colour = b.paint(label)
	}
	fillRect(c, colour, x(min(v, 0)), y-b.bar()/2+1, x(max(v, 0)), y+b.bar()/2-1)
	if std > 0 {
		drawError(c, x(v-std), x(v+std), y)
	}
	c.FillText(number, vg.Point{X: x(max(v+std, 0)) + 6, Y: y}, b.text(g, label))
}

// text writes a value with its deviation, which has two significant digits.
func (b *barChart) text(g *Group, label int) string {
	write := b.format
	if write == nil {
		write = formatValue
	}
	text, std := write(g.Values[label]), g.std(label)
	switch {
	case std == 0:
		return text
	case b.format == nil:
		return text + " ± " + strconv.FormatFloat(std, 'g', 2, 64)
	}
	return text + " ± " + write(std)
}

// drawError draws a line with ends, on a white line so that it can be seen on a bar.
func drawError(c draw.Canvas, from, to, y vg.Length) {
	for _, style := range []draw.LineStyle{strokeOf(background, 4), strokeOf(ink, 1.5)} {
		c.StrokeLine2(style, from, y, to, y)
		c.StrokeLine2(style, from, y-4, from, y+4)
		c.StrokeLine2(style, to, y-4, to, y+4)
	}
}

// finite reports whether a number can be drawn: it is not NaN, and the difference of two such numbers, each with a standard deviation, is not
// infinite.
func finite(v float64) bool { return math.Abs(v) <= math.MaxFloat64/4 }

// formatValue writes whole numbers in full and others with four significant digits.
func formatValue(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e9 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}
