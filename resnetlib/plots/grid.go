package plots

import (
	"image/color"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"resnetlab/resnetlib/transforms"
)

// largestTile is the largest length, in pixels, of the longer side of a grid's picture, so that a grid of few pictures does not enlarge them.
const largestTile vg.Length = 260

// Grid draws pictures row by row, each with its title above it. A title may have several lines; there may be fewer titles than pictures, or
// none. With columns 0 there are up to five.
func Grid(images []*transforms.RGB, titles []string, columns int) *Picture {
	if len(images) == 0 {
		return nothing("")
	}
	if columns <= 0 {
		columns = min(len(images), 5)
	}
	g := &grid{images: images, titles: titles, columns: columns}
	g.tile = g.tileWidth()
	title := strings.ReplaceAll(strings.Join(titles, ", "), "\n", " / ")
	return newPicture(title, g.height(), g.draw)
}

const gridGap vg.Length = 12

type grid struct {
	images  []*transforms.RGB
	titles  []string
	columns int
	tile    vg.Length     // the longer side of a picture
	frames  []color.NRGBA // around each picture; nil for none
}

func (g *grid) tileWidth() vg.Length {
	return min(largestTile, (width-2*margin-gridGap*pixels(g.columns-1))/pixels(g.columns))
}

func (g *grid) rows() int { return (len(g.images) + g.columns - 1) / g.columns }

func (g *grid) lines(i int) []string {
	if i >= len(g.titles) || g.titles[i] == "" {
		return nil
	}
	return strings.Split(strings.TrimRight(g.titles[i], "\n"), "\n")
}

// rowSize returns the height of the tallest title and of the tallest picture of a row.
func (g *grid) rowSize(row int) (title, picture vg.Length) {
	for i := row * g.columns; i < min(len(g.images), (row+1)*g.columns); i++ {
		title = max(title, pixels(len(g.lines(i)))*lineHeight)
		if g.images[i] != nil {
			_, h := fit(g.images[i], g.tile)
			picture = max(picture, h)
		}
	}
	if g.frames != nil {
		title += frameWidth
	}
	return title, picture
}

const lineHeight = smallSize + 5

func (g *grid) height() vg.Length {
	total := 2*margin + gridGap*pixels(g.rows()-1)
	for row := range g.rows() {
		title, picture := g.rowSize(row)
		total += title + picture
	}
	return total
}

func (g *grid) draw(c draw.Canvas) {
	style := textStyle(smallSize, ink, draw.XLeft, draw.YTop)
	y := c.Max.Y - margin
	for row := range g.rows() {
		titleHeight, pictureHeight := g.rowSize(row)
		for i := row * g.columns; i < min(len(g.images), (row+1)*g.columns); i++ {
			x := c.Min.X + margin + pixels(i%g.columns)*(g.tile+gridGap)
			lines := g.lines(i)
			top := y - titleHeight + pixels(len(lines))*lineHeight // titles sit on their picture
			if g.frames != nil {
				top += frameWidth
			}
			for j, line := range lines {
				c.FillText(style, vg.Point{X: x, Y: top - pixels(j)*lineHeight}, shorten(style, line, g.tile))
			}
			if g.images[i] != nil {
				g.drawFrame(c, i, x, y-titleHeight)
				drawPhoto(draw.Crop(c, x-c.Min.X, 0, 0, y-titleHeight-c.Max.Y), g.images[i], g.tile)
			}
		}
		y -= titleHeight + pictureHeight + gridGap
	}
}

// drawFrame fills what lies behind picture i, whose upper left corner is (x, y), and a little more.
func (g *grid) drawFrame(c draw.Canvas, i int, x, y vg.Length) {
	if g.frames != nil {
		w, h := fit(g.images[i], g.tile)
		fillRect(c, g.frames[i], x-frameWidth, y-h-frameWidth, x+w+frameWidth, y+frameWidth)
	}
}

const frameWidth = gridGap / 3
