package plots

import (
	_ "embed"
	"image/color"
	"sync"

	"golang.org/x/image/font/opentype"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Lengths, in pixels.
const (
	width     vg.Length = 900 // of every picture: a notebook's output cell
	margin    vg.Length = 16
	titleSize vg.Length = 18
	textSize  vg.Length = 14
	smallSize vg.Length = 12
)

// The palette of Okabe and Ito (2008, "Color Universal Design"), whose colours can be told apart under the common kinds of colour blindness, in
// the order in which series use them; ink and greys for all else.
var (
	blue       = color.NRGBA{0x00, 0x72, 0xB2, 255}
	vermillion = color.NRGBA{0xD5, 0x5E, 0x00, 255}
	green      = color.NRGBA{0x00, 0x9E, 0x73, 255}
	orange     = color.NRGBA{0xE6, 0x9F, 0x00, 255}
	purple     = color.NRGBA{0xCC, 0x79, 0xA7, 255}
	sky        = color.NRGBA{0x56, 0xB4, 0xE9, 255}

	palette = []color.NRGBA{blue, vermillion, green, orange, sky, purple}

	background = color.NRGBA{255, 255, 255, 255}
	ink        = color.NRGBA{0x22, 0x22, 0x22, 255}
	grey       = color.NRGBA{0x76, 0x76, 0x76, 255}
	paleGrey   = color.NRGBA{0xE4, 0xE4, 0xE4, 255}
)

// marks tell series apart where colours cannot, on paper for instance.
var marks = []draw.GlyphDrawer{draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.RingGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}}

func seriesColour(i int) color.NRGBA                     { return palette[i%len(palette)] }
func seriesMark(i int) draw.GlyphDrawer                  { return marks[i%len(marks)] }
func pixels(n int) vg.Length                             { return vg.Length(n) }
func faint(c color.NRGBA) color.NRGBA                    { c.A = 90; return c }
func strokeOf(c color.Color, w vg.Length) draw.LineStyle { return draw.LineStyle{Color: c, Width: w} }

//go:embed fonts/NotoSansSC-subset.otf
var notoSansSC []byte

// handler sets all text in the embedded font (fonts/subset.py made it). The font is read at its first use: a cell that only links this package
// does not wait for it.
var handler = sync.OnceValue(func() text.Handler {
	parsed, err := opentype.Parse(notoSansSC)
	if err != nil {
		panic("plots: the embedded font is damaged: " + err.Error()) // part of the program, as a constant is
	}
	return text.Plain{Fonts: font.NewCache(font.Collection{{Font: font.Font{Typeface: "Noto Sans SC"}, Face: parsed}})}
})

// textStyle is text of size pixels, aligned on the point where it is drawn: x is draw.XLeft, XCenter or XRight, y
// draw.YTop, YCenter or YBottom.
func textStyle(size vg.Length, c color.Color, x draw.XAlignment, y draw.YAlignment) text.Style {
	return text.Style{Color: c, Font: font.Font{Typeface: "Noto Sans SC", Size: size}, XAlign: x, YAlign: y, Handler: handler()}
}

// newPlot returns axes in the style: horizontal and vertical hair lines, few round ticks, no title (see frame).
func newPlot(xLabel, yLabel string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = color.Transparent
	p.TextHandler = handler()
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.LineStyle = strokeOf(grey, 1)
		axis.Tick.LineStyle = strokeOf(grey, 1)
		axis.Tick.Length = 4
		axis.Tick.Marker = roundTicks{}
		axis.Padding = 4
		axis.Label.Padding = 4
	}
	p.X.Label.Text, p.Y.Label.Text = xLabel, yLabel
	p.X.Label.TextStyle = textStyle(textSize, ink, draw.XCenter, draw.YBottom)
	p.Y.Label.TextStyle = textStyle(textSize, ink, draw.XCenter, draw.YBottom)
	p.X.Tick.Label = textStyle(smallSize, ink, draw.XCenter, draw.YTop)
	p.Y.Tick.Label = textStyle(smallSize, ink, draw.XRight, draw.YCenter)
	grid := plotter.NewGrid()
	grid.Horizontal, grid.Vertical = strokeOf(paleGrey, 1), strokeOf(paleGrey, 1)
	p.Add(grid)
	return p
}
