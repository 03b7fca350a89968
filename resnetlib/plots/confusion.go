package plots

import (
	"cmp"
	"fmt"
	"image/color"
	"slices"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// ConfusionMatrix draws the number of pictures of each true class (rows) by predicted class (columns). A field is shaded by its share of the
// row, blue where correct and red-brown where mistaken, and shows its count where there is room. Beside each row is the recall of the class.
func ConfusionMatrix(classes []string, m [][]int) *Picture {
	title := say("Confusion matrix")
	n := min(len(classes), len(m))
	if n == 0 {
		return nothing(title)
	}
	right, all := accuracyOf(m[:n])
	if all > 0 {
		title += fmt.Sprintf(Pick(": %d of %d correct (%.1f%%)", "：%[2]d 张中 %[1]d 张正确（%.1[3]f%%）"), right, all, 100*float64(right)/float64(all))
	}
	x := newMatrix(classes[:n], m[:n])
	keys := []key{{name: say("correct"), colour: blue}, {name: say("mistaken"), colour: vermillion}}
	return newPicture(title, x.height()+frameHeight(len(keys)), func(c draw.Canvas) { x.draw(frame(c, title, keys)) })
}

// MostConfused draws the n most frequent mistakes as bars, "true → predicted", with their counts.
func MostConfused(classes []string, m [][]int, n int) *Picture {
	names, counts := commonestMistakes(classes, m, n)
	return Bars(say("Most confused"), say("pictures"), names, Group{Values: counts})
}

func commonestMistakes(classes []string, m [][]int, n int) (names []string, counts []float64) {
	type mistake struct {
		name  string
		count int
	}
	var mistakes []mistake
	for i, row := range m[:min(len(m), len(classes))] {
		for j, count := range row[:min(len(row), len(classes))] {
			if i != j && count > 0 {
				mistakes = append(mistakes, mistake{classes[i] + " → " + classes[j], count})
			}
		}
	}
	slices.SortStableFunc(mistakes, func(a, b mistake) int { return cmp.Compare(b.count, a.count) })
	for _, x := range mistakes[:max(0, min(n, len(mistakes)))] {
		names, counts = append(names, x.name), append(counts, float64(x.count))
	}
	return names, counts
}

func accuracyOf(m [][]int) (right, all int) {
	for i, row := range m {
		for j, count := range row {
			if all += count; i == j {
				right += count
			}
		}
	}
	return right, all
}

// matrix is the layout of a confusion matrix.
type matrix struct {
	classes []string
	counts  [][]int
	cell    vg.Length // side of a field
	left    vg.Length // room for the row labels
	below   vg.Length // room for the column labels
	recall  bool      // rows are high enough for a bar beside them
	every   int       // every how many classes there is a label
	turned  bool      // column labels stand upright
}

const (
	matrixLabel vg.Length = 150 // a class name's width at most
	recallWidth vg.Length = 220 // at least, of the bars beside the rows with their numbers
)

func newMatrix(classes []string, counts [][]int) *matrix {
	x := &matrix{classes: classes, counts: counts}
	style := textStyle(smallSize, ink, draw.XLeft, draw.YCenter)
	var widest vg.Length
	for _, class := range classes {
		widest = max(widest, min(style.Width(class), matrixLabel))
	}
	n := pixels(len(classes))
	x.left = widest + textSize + 24
	x.cell = min(72, (width-2*margin-x.left-recallWidth)/n)
	if x.recall = x.cell >= smallSize; !x.recall {
		x.cell = min(width-2*margin-x.left, 720) / n
	}
	x.every = max(1, int((smallSize+2)/x.cell+0.999))
	x.turned = widest > x.cell-6
	x.below = smallSize + 8
	if x.turned {
		x.below = widest + 8
	}
	x.below += textSize + 10
	return x
}

func (x *matrix) height() vg.Length { return x.cell*pixels(len(x.classes)) + x.below }

func (x *matrix) draw(c draw.Canvas) {
	left, n := c.Min.X+x.left, len(x.classes)
	for i, row := range x.counts {
		total := 0
		for _, count := range row {
			total += count
		}
		for j := range min(n, len(row)) {
			x.field(c, i, j, total)
		}
		if x.recall && total > 0 && i < len(row) {
			x.drawRecall(c, i, float64(row[i])/float64(total))
		}
	}
	side := x.cell * pixels(n)
	box := corners(vg.Rectangle{Min: vg.Point{X: left, Y: c.Max.Y - side}, Max: vg.Point{X: left + side, Y: c.Max.Y}})
	c.StrokeLines(strokeOf(grey, 1), append(box, box[0]))
	x.labels(c)
}

// field draws one cell: shade, and count if it fits.
func (x *matrix) field(c draw.Canvas, i, j, total int) {
	left, top := c.Min.X+x.left+pixels(j)*x.cell, c.Max.Y-pixels(i)*x.cell
	count, share := x.counts[i][j], 0.0
	if total > 0 {
		share = float64(count) / float64(total)
	}
	hue := vermillion
	if i == j {
		hue = blue
	}
	line := vg.Length(0) // a hair of white between fields that are large enough
	if x.cell >= 12 {
		line = 1
	}
	fillRect(c, shade(hue, share), left, top-x.cell, left+x.cell-line, top-line)
	text := strconv.Itoa(count)
	style := textStyle(min(textSize, x.cell*0.4), ink, draw.XCenter, draw.YCenter)
	if share > 0.55 {
		style.Color = background
	}
	if count > 0 && x.cell >= 18 && style.Width(text) < x.cell-4 {
		c.FillText(style, vg.Point{X: left + x.cell/2, Y: top - x.cell/2}, text)
	}
}

// drawRecall draws the bar beside row i.
func (x *matrix) drawRecall(c draw.Canvas, i int, recall float64) {
	left := c.Min.X + x.left + x.cell*pixels(len(x.classes)) + 20
	longest := min(300, c.Max.X-left-60)
	middle := c.Max.Y - (pixels(i)+0.5)*x.cell
	half := min(barWidth, x.cell-4) / 2
	fillRect(c, paleGrey, left, middle-half, left+longest, middle+half)
	fillRect(c, blue, left, middle-half, left+longest*vg.Length(recall), middle+half)
	style := textStyle(smallSize, ink, draw.XLeft, draw.YCenter)
	c.FillText(style, vg.Point{X: left + longest + 6, Y: middle}, fmt.Sprintf("%.1f%%", 100*recall))
}

func (x *matrix) labels(c draw.Canvas) {
	left, bottom := c.Min.X+x.left, c.Max.Y-x.cell*pixels(len(x.classes))
	rows := textStyle(smallSize, ink, draw.XRight, draw.YCenter)
	columns := textStyle(smallSize, ink, draw.XCenter, draw.YTop)
	if x.turned {
		columns = textStyle(smallSize, ink, draw.XRight, draw.YCenter)
		columns.Rotation = quarterTurn
	}
	for i := 0; i < len(x.classes); i += x.every {
		name := shorten(rows, x.classes[i], matrixLabel)
		middle := (pixels(i) + 0.5) * x.cell
		c.FillText(rows, vg.Point{X: left - 8, Y: c.Max.Y - middle}, name)
		c.FillText(columns, vg.Point{X: left + middle, Y: bottom - 6}, name)
	}
	side := x.cell * pixels(len(x.classes))
	upright := textStyle(textSize, ink, draw.XCenter, draw.YTop)
	upright.Rotation = quarterTurn
	c.FillText(upright, vg.Point{X: c.Min.X, Y: c.Max.Y - side/2}, say("true class"))
	c.FillText(textStyle(textSize, ink, draw.XCenter, draw.YBottom), vg.Point{X: left + side/2, Y: c.Max.Y - x.height()}, say("predicted class"))
	if x.recall {
		c.FillText(textStyle(smallSize, ink, draw.XLeft, draw.YTop), vg.Point{X: left + side + 20, Y: bottom - 6}, say("recall"))
	}
}

// shade mixes a colour into white: nothing stays white, and the smallest share can still be seen.
func shade(hue color.NRGBA, share float64) color.NRGBA {
	if share <= 0 {
		return color.NRGBA{0xF6, 0xF6, 0xF6, 255}
	}
	strength := 0.12 + 0.88*share
	mix := func(v uint8) uint8 { return uint8(255 - (255-float64(v))*strength + 0.5) }
	return color.NRGBA{mix(hue.R), mix(hue.G), mix(hue.B), 255}
}
