package plots

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Operation is the kind of a step in a diagram, which decides its colour.
type Operation int

// The operations that diagrams tell apart.
const (
	Convolution Operation = iota
	Normalization
	Activation
	Pooling
	FullyConnected
)

// operations are their names and colours.
var operations = []struct {
	name   func() string
	colour color.NRGBA
}{
	Convolution:    {func() string { return say("convolution") }, blue},
	Normalization:  {func() string { return say("norm") }, green},
	Activation:     {func() string { return say("activation") }, orange},
	Pooling:        {func() string { return say("pooling") }, purple},
	FullyConnected: {func() string { return say("fc") }, vermillion},
}

// Step is one operation of a diagram: a box.
type Step struct {
	Operation Operation
	Text      string // "3x3, 64"
	Detail    string // a second line: "stride 2, C=32"; "" for none
	Output    string // the shape that leaves it, written beside its arrow: "28x28, 128"; "" for none
}

// Lengths of diagrams.
const (
	lineOfBox   vg.Length = 16 // a line of text in a box
	arrowLength vg.Length = 20
	addRadius   vg.Length = 9
)

// dashes are those of a projection shortcut, as the paper draws it.
var dashes = []vg.Length{6, 4}

func (s Step) height() vg.Length {
	if s.Detail == "" {
		return lineOfBox + 8
	}
	return 2*lineOfBox + 8
}

// draw draws the box, wide pixels wide, with the middle of its upper edge at top.
func (s Step) draw(c draw.Canvas, top vg.Point, wide vg.Length) {
	drawBox(c, operations[s.Operation].colour, top, wide, s.height(), linesOf(s.Text, s.Detail))
}

func linesOf(text, detail string) []string {
	if detail == "" {
		return []string{text}
	}
	return []string{text, detail}
}

// drawBox draws a box with lines of text in its middle.
func drawBox(c draw.Canvas, colour color.NRGBA, top vg.Point, wide, high vg.Length, lines []string) {
	left, right, bottom := top.X-wide/2, top.X+wide/2, top.Y-high
	fillRect(c, shade(colour, 0.1), left, bottom, right, top.Y)
	box := corners(vg.Rectangle{Min: vg.Point{X: left, Y: bottom}, Max: vg.Point{X: right, Y: top.Y}})
	c.StrokeLines(strokeOf(colour, 1.5), append(box, box[0]))
	style := textStyle(smallSize, ink, draw.XCenter, draw.YCenter)
	for i, line := range lines {
		y := (top.Y+bottom)/2 + lineOfBox*(pixels(len(lines)-1)/2-pixels(i))
		c.FillText(style, vg.Point{X: top.X, Y: y}, shorten(style, line, wide-4))
	}
}

// drawArrow draws a line through the points with a head at the last one.
func drawArrow(c draw.Canvas, style draw.LineStyle, points ...vg.Point) {
	const long, half vg.Length = 7, 3.5
	tip, before := points[len(points)-1], points[len(points)-2]
	length := vg.Length(math.Hypot(float64(tip.X-before.X), float64(tip.Y-before.Y)))
	if length == 0 {
		return
	}
	along := vg.Point{X: (tip.X - before.X) / length, Y: (tip.Y - before.Y) / length}
	base := vg.Point{X: tip.X - long*along.X, Y: tip.Y - long*along.Y}
	c.StrokeLines(style, append(points[:len(points)-1:len(points)-1], base))
	c.FillPolygon(style.Color, []vg.Point{tip, {X: base.X - half*along.Y, Y: base.Y + half*along.X}, {X: base.X + half*along.Y, Y: base.Y - half*along.X}})
}

// drawAdd draws the sign where a shortcut meets the main branch.
func drawAdd(c draw.Canvas, at vg.Point, radius vg.Length) {
	var circle vg.Path
	circle.Move(vg.Point{X: at.X + radius, Y: at.Y})
	circle.Arc(at, radius, 0, 2*math.Pi)
	circle.Close()
	c.SetColor(background)
	c.Fill(circle)
	c.SetLineStyle(strokeOf(ink, 1.5))
	c.Stroke(circle)
	arm := radius * 0.55
	c.StrokeLine2(strokeOf(ink, 1.5), at.X-arm, at.Y, at.X+arm, at.Y)
	c.StrokeLine2(strokeOf(ink, 1.5), at.X, at.Y-arm, at.X, at.Y+arm)
}

// wire is the line of a branch: dashed for a projection.
func wire(projection bool) draw.LineStyle {
	style := strokeOf(ink, 1.5)
	if projection {
		style.Dashes = dashes
	}
	return style
}

// stepKeys are the legend of what a diagram holds.
func stepKeys(used map[Operation]bool, identity, projection bool) (keys []key) {
	for i, o := range operations {
		if used[Operation(i)] {
			keys = append(keys, key{name: o.name(), colour: o.colour})
		}
	}
	if identity {
		keys = append(keys, key{name: say("identity"), colour: ink, line: wire(false)})
	}
	if projection {
		keys = append(keys, key{name: say("projection"), colour: ink, line: wire(true)})
	}
	return keys
}
