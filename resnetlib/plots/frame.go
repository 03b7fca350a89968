package plots

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"strconv"

	xdraw "golang.org/x/image/draw"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const quarterTurn = math.Pi / 2

// key is one entry of a legend: a swatch, a line with the series' mark on it if it has one, or the line of its own style.
type key struct {
	name   string
	colour color.NRGBA
	mark   draw.GlyphDrawer
	line   draw.LineStyle
}

// Heights of the rows that frame uses at the top.
const (
	titleRow vg.Length = margin + titleSize + 10
	keyRow   vg.Length = textSize + 10
)

// frame draws the title and, where there is more than one thing to tell apart, a row of keys below it, and returns the
// canvas that is left. The legend stands outside the axes: inside, it would sooner or later cover a curve.
func frame(c draw.Canvas, title string, keys []key) draw.Canvas {
	style := textStyle(titleSize, ink, draw.XLeft, draw.YTop)
	c.FillText(style, vg.Point{X: c.Min.X + margin, Y: c.Max.Y - margin}, shorten(style, title, c.Size().X-2*margin))
	top := titleRow
	if len(keys) > 0 {
		drawKeys(c, c.Max.Y-titleRow-keyRow/2+2, keys)
		top += keyRow
	}
	return draw.Crop(c, margin, -margin, margin, -top)
}

// frameHeight returns the height that frame takes, with the margin below.
func frameHeight(keys int) vg.Length {
	if keys > 0 {
		return titleRow + keyRow + margin
	}
	return titleRow + margin
}

// drawKeys draws a row of keys around the height y.
func drawKeys(c draw.Canvas, y vg.Length, keys []key) {
	style := textStyle(textSize, ink, draw.XLeft, draw.YCenter)
	x := c.Min.X + margin
	for _, k := range keys {
		switch {
		case k.mark != nil:
			c.StrokeLine2(strokeOf(k.colour, 2), x, y, x+24, y)
			c.DrawGlyph(draw.GlyphStyle{Color: k.colour, Radius: 4, Shape: k.mark}, vg.Point{X: x + 12, Y: y})
		case k.line.Width > 0:
			c.StrokeLine2(k.line, x, y, x+24, y)
		default:
			fillRect(c, k.colour, x, y-6, x+24, y+6)
		}
		c.FillText(style, vg.Point{X: x + 32, Y: y}, k.name)
		x += 32 + style.Width(k.name) + 28
	}
}

// nothing returns the picture of a function that was given nothing to draw: it says so in words, and the cell or the program that asked for
// it continues.
func nothing(title string) *Picture { return words(title, say("nothing to show yet")) }

// nothingFinite returns the picture of a function that was given no finite number; some says whether it was given any number.
func nothingFinite(title string, some bool) *Picture {
	if !some {
		return nothing(title)
	}
	return words(title, say("no finite numbers: all are NaN or infinite"))
}

// words returns a picture that holds a title and one line of text.
func words(title, text string) *Picture {
	return newPicture(title, 100, func(c draw.Canvas) {
		rest := frame(c, title, nil)
		c.FillText(textStyle(textSize, grey, draw.XLeft, draw.YTop), vg.Point{X: rest.Min.X, Y: rest.Max.Y}, text)
	})
}

// fillRect fills the rectangle between two corners.
func fillRect(c draw.Canvas, colour color.Color, x0, y0, x1, y1 vg.Length) {
	c.FillPolygon(colour, corners(vg.Rectangle{Min: vg.Point{X: x0, Y: y0}, Max: vg.Point{X: x1, Y: y1}}))
}

// corners returns the four corners of a rectangle, in order around it.
func corners(r vg.Rectangle) []vg.Point {
	return []vg.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}}
}

// shorten cuts s to at most room, ending it in an ellipsis.
func shorten(style text.Style, s string, room vg.Length) string {
	if style.Width(s) <= room {
		return s
	}
	runes := []rune(s)
	for len(runes) > 0 && style.Width(string(runes)+ellipsis) > room {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + ellipsis
}

// ellipsis is three points: the font sets the character "…" in the middle of the line, as Chinese has it.
const ellipsis = "..."

// rescale returns m at width x height pixels: enlarged much by repeating pixels, otherwise by a smooth filter.
func rescale(m image.Image, width, height int) image.Image {
	from := m.Bounds()
	if from.Dx() == width && from.Dy() == height || width < 1 || height < 1 {
		return m
	}
	var scaler xdraw.Scaler = xdraw.CatmullRom
	if 3*from.Dx() <= width {
		scaler = xdraw.NearestNeighbor
	}
	out := image.NewNRGBA(image.Rect(0, 0, width, height))
	scaler.Scale(out, out.Rect, m, from, xdraw.Src, nil)
	return out
}

// roundTicks marks about five round numbers (1, 2 or 5 times a power of ten), each with just the decimals that it needs.
// With Whole it marks whole numbers only, as for epochs.
type roundTicks struct{ Whole bool }

// Ticks implements [plot.Ticker].
func (r roundTicks) Ticks(low, high float64) []plot.Tick {
	if !(high > low) {
		return []plot.Tick{{Value: low, Label: strconv.FormatFloat(low, 'g', 4, 64)}}
	}
	if span := high - low; math.IsInf(span, 0) || span < 1e-12*max(math.Abs(low), math.Abs(high)) { // steps that a float64 cannot count
		return []plot.Tick{{Value: low, Label: fmt.Sprint(low)}, {Value: high, Label: fmt.Sprint(high)}}
	}
	step, decimals := roundStep((high - low) / 5)
	if r.Whole && step < 1 {
		step, decimals = 1, 0
	}
	var ticks []plot.Tick
	for i := math.Ceil(low/step - 1e-9); i*step <= high+1e-9*step; i++ {
		value := i*step + 0 // -0 becomes 0
		ticks = append(ticks, plot.Tick{Value: value, Label: strconv.FormatFloat(value, 'f', decimals, 64)})
	}
	return ticks
}

// roundStep returns the smallest of 1, 2 and 5 times a power of ten that is at least span, and the decimals it needs.
func roundStep(span float64) (step float64, decimals int) {
	exponent := math.Floor(math.Log10(span))
	power := math.Pow(10, exponent)
	for _, factor := range []float64{1, 2, 5, 10} {
		if step = factor * power; step >= span*(1-1e-9) {
			if factor == 10 {
				exponent++
			}
			break
		}
	}
	return step, max(0, int(-exponent))
}
