package plots

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// NetworkRow is a part of a network for [Network]: the layers whose outputs have the same height and width.
type NetworkRow struct {
	Name, Output string // "layer2" and the shape that leaves it, "28x28, 512"
	Boxes        []NetworkBox
}

// NetworkBox is one step of a row: a layer, or a whole block with a shortcut over it.
type NetworkBox struct {
	Operation  Operation
	Lines      []string // "1x1, 128"
	Residual   bool     // a shortcut leads around it
	Projection string   // the text on a projection shortcut, which is dashed: "1x1, 512, stride 2"; "" for the identity
}

const (
	boxesInALine           = 6
	topGap       vg.Length = 10 // below the legend
	rowLabel     vg.Length = 80
	boxGap       vg.Length = 30
	laneIn       vg.Length = 6  // where the line from above comes down, right of the label
	lineEnd      vg.Length = 24 // room at the right for the last sum
	forkBefore   vg.Length = 11 // of a shortcut, left of its box
	shortcutRise vg.Length = 16 // of a shortcut above its box
	smallAdd     vg.Length = 6
)

const boxWidth = (width-2*margin-rowLabel-lineEnd)/boxesInALine - boxGap

// Network draws a network row by row, six boxes in a line. The note is a line of text below the legend and may be empty.
func Network(title, note string, rows ...NetworkRow) *Picture {
	var lines []NetworkRow // of at most six boxes
	for _, row := range rows {
		lines = append(lines, row.fold()...)
	}
	if len(lines) == 0 {
		return nothing(title)
	}
	keys := networkKeys(lines)
	above := topGap
	if note != "" {
		above += smallSize + 6
	}
	height := frameHeight(len(keys)) + above
	for _, line := range lines {
		height += line.height()
	}
	return newPicture(title, height, func(c draw.Canvas) {
		rest := frame(c, title, keys)
		c.FillText(textStyle(smallSize, grey, draw.XLeft, draw.YTop), vg.Point{X: rest.Min.X, Y: rest.Max.Y - 2}, note)
		rest = draw.Crop(rest, 0, 0, 0, -above)
		for i, line := range lines {
			next := vg.Length(0) // where the next line's arrow enters, below this line
			if i+1 < len(lines) {
				next = lines[i+1].middle()
			}
			line.draw(rest, i > 0, next)
			rest = draw.Crop(rest, 0, 0, 0, -line.height())
		}
	})
}

// networkKeys returns the legend: the operations and shortcuts that occur.
func networkKeys(rows []NetworkRow) []key {
	used, identity, projection := map[Operation]bool{}, false, false
	for _, row := range rows {
		for _, b := range row.Boxes {
			used[b.Operation] = true
			identity, projection = identity || b.Residual && b.Projection == "", projection || b.Projection != ""
		}
	}
	return stepKeys(used, identity, projection)
}

// fold breaks a row into lines; the first has the name.
func (r NetworkRow) fold() (lines []NetworkRow) {
	for from := 0; from < len(r.Boxes); from += boxesInALine {
		line := NetworkRow{Boxes: r.Boxes[from:min(from+boxesInALine, len(r.Boxes))]}
		if from == 0 {
			line.Name, line.Output = r.Name, r.Output
		}
		lines = append(lines, line)
	}
	return lines
}

// above is the room over the boxes: for shortcuts and what stands on them.
func (r NetworkRow) above() (room vg.Length) {
	for _, b := range r.Boxes {
		switch {
		case b.Projection != "":
			return shortcutRise + smallSize + 6
		case b.Residual:
			room = shortcutRise + 4
		}
	}
	return room
}

func (r NetworkRow) boxHeight() (height vg.Length) {
	for _, b := range r.Boxes {
		height = max(height, lineOfBox*pixels(len(b.Lines))+8)
	}
	return max(height, 2*lineOfBox)
}

const laneHeight vg.Length = 24 // between lines

func (r NetworkRow) height() vg.Length { return r.above() + r.boxHeight() + laneHeight }

// middle is how far the boxes' middle lies below the line's upper edge.
func (r NetworkRow) middle() vg.Length { return r.above() + r.boxHeight()/2 }

// draw draws a line of boxes at the top of c. Entered says that an arrow comes from the line above; next is how far below this line the
// arrow enters the next one, 0 for the last line.
func (r NetworkRow) draw(c draw.Canvas, entered bool, next vg.Length) {
	y := c.Max.Y - r.middle()
	c.FillText(textStyle(textSize, ink, draw.XLeft, draw.YBottom), vg.Point{X: c.Min.X, Y: y + 3}, r.Name)
	c.FillText(textStyle(smallSize, grey, draw.XLeft, draw.YTop), vg.Point{X: c.Min.X, Y: y - 1}, r.Output)
	x := c.Min.X + rowLabel // the end of what comes before a box: the label, or the box before it
	end := x + laneIn
	if !entered {
		end = x
	}
	for _, b := range r.Boxes {
		x += boxGap
		drawArrow(c, wire(false), vg.Point{X: end, Y: y}, vg.Point{X: x, Y: y})
		end = b.draw(c, x, y, r.boxHeight())
		x += boxWidth
	}
	if next > 0 {
		bottom := c.Max.Y - r.height()
		lane, right, left := bottom+laneHeight/2, x+boxGap-6, c.Min.X+rowLabel+laneIn
		c.StrokeLines(wire(false), []vg.Point{{X: end, Y: y}, {X: right, Y: y}, {X: right, Y: lane}, {X: left, Y: lane}, {X: left, Y: bottom - next}})
	}
}

// draw draws a box whose left edge is at x, with its shortcut, and returns where its output leaves.
func (b NetworkBox) draw(c draw.Canvas, x, y, high vg.Length) (end vg.Length) {
	right, top := x+boxWidth, y+high/2
	drawBox(c, operations[b.Operation].colour, vg.Point{X: x + boxWidth/2, Y: top}, boxWidth, high, b.Lines)
	if !b.Residual {
		return right
	}
	fork, sum := vg.Point{X: x - forkBefore, Y: y}, vg.Point{X: right + smallAdd + 2, Y: y}
	c.StrokeLine2(wire(false), right, y, sum.X, y)
	over := top + shortcutRise
	drawArrow(c, wire(b.Projection != ""), fork, vg.Point{X: fork.X, Y: over}, vg.Point{X: sum.X, Y: over}, vg.Point{X: sum.X, Y: y + smallAdd})
	drawAdd(c, sum, smallAdd)
	c.FillText(textStyle(smallSize, ink, draw.XCenter, draw.YBottom), vg.Point{X: (fork.X + sum.X) / 2, Y: over + 4}, b.Projection)
	return sum.X + smallAdd
}
