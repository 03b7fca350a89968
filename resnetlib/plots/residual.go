package plots

import (
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// ResidualBlock describes a residual block for [ResidualBlocks]: input, two branches, their sum, and the steps after it.
type ResidualBlock struct {
	Title         string // "Bottleneck"; "" for none
	Input, Output string // shapes: "56x56, 256"
	Main          []Step
	Shortcut      []Step // a projection's steps; none for the identity
	Plain         bool   // no shortcut at all, and no sum: a block of He et al.'s plain networks
	After         []Step // what follows the sum
}

const (
	blocksInARow           = 4
	blockGap     vg.Length = 20
	mainWidth    vg.Length = 110
	sideWidth    vg.Length = 82 // of the shortcut's boxes
)

// ResidualBlocks draws blocks side by side, up to four in a row, as the papers draw them: the shortcut of an identity is a solid line, that of
// a projection is dashed and shows its steps.
func ResidualBlocks(title string, blocks ...ResidualBlock) *Picture {
	if len(blocks) == 0 {
		return nothing(title)
	}
	used, identity, projection := map[Operation]bool{}, false, false
	for _, b := range blocks {
		for _, steps := range [][]Step{b.Main, b.Shortcut, b.After} {
			for _, s := range steps {
				used[s.Operation] = true
			}
		}
		identity, projection = identity || !b.Plain && len(b.Shortcut) == 0, projection || len(b.Shortcut) > 0
	}
	keys := stepKeys(used, identity, projection)
	var rows [][]ResidualBlock
	height := frameHeight(len(keys)) + topGap
	for len(blocks) > 0 {
		n := min(len(blocks), blocksInARow)
		rows, blocks = append(rows, blocks[:n]), blocks[n:]
		height += rowHeight(rows[len(rows)-1])
	}
	return newPicture(title, height, func(c draw.Canvas) {
		rest := draw.Crop(frame(c, title, keys), 0, 0, 0, -topGap)
		for _, row := range rows {
			step := min(270, (rest.Size().X+blockGap)/pixels(len(row)))
			for i, b := range row {
				b.draw(draw.Crop(rest, pixels(i)*step, 0, 0, 0))
			}
			rest = draw.Crop(rest, 0, 0, 0, -rowHeight(row))
		}
	})
}

func rowHeight(row []ResidualBlock) (height vg.Length) {
	for _, b := range row {
		height = max(height, b.height())
	}
	return height
}

// height adds up title, input, branches, sum and output.
func (b ResidualBlock) height() vg.Length {
	const titleAndShapes = textSize + 12 + 2*(smallSize+6)
	return titleAndShapes + arrowLength/2 + columnHeight(b.Main) + 2*addRadius + columnHeight(b.After)
}

// columnHeight is that of steps with an arrow before each and after the last.
func columnHeight(steps []Step) vg.Length {
	total := arrowLength
	for _, s := range steps {
		total += s.height() + arrowLength
	}
	return total
}

// draw draws the block at the upper left of c.
func (b ResidualBlock) draw(c draw.Canvas) {
	x, y := c.Min.X+mainWidth/2, c.Max.Y
	c.FillText(textStyle(textSize, ink, draw.XLeft, draw.YTop), vg.Point{X: c.Min.X, Y: y}, b.Title)
	y -= textSize + 12
	shape := textStyle(smallSize, ink, draw.XCenter, draw.YTop)
	c.FillText(shape, vg.Point{X: x, Y: y}, b.Input)
	y -= smallSize + 6
	if b.Plain {
		y = drawColumn(c, vg.Point{X: x, Y: y}, slices.Concat(b.Main, b.After))
	} else {
		fork := vg.Point{X: x, Y: y - arrowLength/2}
		c.StrokeLine2(wire(false), x, y, x, fork.Y)
		y = drawColumn(c, fork, b.Main)
		sum := vg.Point{X: x, Y: y - addRadius}
		b.drawShortcut(c, fork, sum)
		drawAdd(c, sum, addRadius)
		y = drawColumn(c, vg.Point{X: x, Y: sum.Y - addRadius}, b.After)
	}
	c.FillText(shape, vg.Point{X: x, Y: y - 4}, b.Output)
}

// drawColumn draws the main branch's steps downwards from top, an arrow before each and after the last, and returns where that one ends.
func drawColumn(c draw.Canvas, top vg.Point, steps []Step) vg.Length {
	y, label := top.Y, ""
	arrow := func() {
		drawArrow(c, wire(false), vg.Point{X: top.X, Y: y}, vg.Point{X: top.X, Y: y - arrowLength})
		c.FillText(textStyle(smallSize-1, grey, draw.XLeft, draw.YCenter), vg.Point{X: top.X + 6, Y: y - arrowLength/2 + 1}, label)
		y -= arrowLength
	}
	for _, s := range steps {
		arrow()
		s.draw(c, vg.Point{X: top.X, Y: y}, mainWidth)
		y, label = y-s.height(), s.Output
	}
	arrow()
	return y
}

// drawShortcut leads from the fork around the main branch into the sum. Its shapes are the main branch's at the end, and not written again.
func (b ResidualBlock) drawShortcut(c draw.Canvas, fork, sum vg.Point) {
	x, style := c.Min.X+mainWidth+8+sideWidth/2, wire(len(b.Shortcut) > 0)
	middle := (fork.Y + sum.Y) / 2
	end := []vg.Point{{X: x, Y: sum.Y}, {X: sum.X + addRadius, Y: sum.Y}}
	if len(b.Shortcut) == 0 {
		drawArrow(c, style, append([]vg.Point{fork, {X: x, Y: fork.Y}}, end...)...)
		name := textStyle(smallSize, ink, draw.XCenter, draw.YCenter)
		half := name.Width(say("identity"))/2 + 4
		fillRect(c, background, x-half, middle-10, x+half, middle+10)
		c.FillText(name, vg.Point{X: x, Y: middle}, say("identity"))
		return
	}
	y := middle + (columnHeight(b.Shortcut)-2*arrowLength)/2
	path := []vg.Point{fork, {X: x, Y: fork.Y}} // up to the next box
	for _, s := range b.Shortcut {
		drawArrow(c, style, append(path, vg.Point{X: x, Y: y})...)
		s.draw(c, vg.Point{X: x, Y: y}, sideWidth)
		path = []vg.Point{{X: x, Y: y - s.height()}}
		y -= s.height() + arrowLength
	}
	drawArrow(c, style, append(path, end...)...)
}
