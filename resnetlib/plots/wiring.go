package plots

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Lengths of a wiring.
const (
	wiringPanel vg.Length = 260 // width at most
	wiringGap   vg.Length = 40
	dotRadius   vg.Length = 5
)

// Wiring draws which input channels of a convolution reach which output channels, with a panel for each number of groups:
// Wiring(8, 8, 1, 4, 8). Each line is one k x k kernel, in the colour of its group; where there are more groups than colours, all are grey. As
// many groups as input channels make a depthwise convolution.
func Wiring(in, out int, groups ...int) *Picture {
	title := fmt.Sprintf(Pick("Convolution of %d channels to %d: a line is one k x k kernel", "从 %d 个通道到 %d 个通道的卷积：每条线是一个 k x k 卷积核"), in, out)
	if in < 1 || out < 1 || len(groups) == 0 {
		return nothing(title)
	}
	step := min(24, 340/pixels(max(in, out)))
	tall := step * pixels(max(in, out))
	return newPicture(title, frameHeight(0)+tall+2*(textSize+8)+6, func(c draw.Canvas) {
		rest := frame(c, title, nil)
		wide := (rest.Size().X + wiringGap) / pixels(len(groups))
		for i, g := range groups {
			w := wiring{in, out, g, step}
			w.draw(draw.Crop(rest, pixels(i)*wide, pixels(i)*wide+min(wiringPanel, wide-wiringGap)-rest.Size().X, 0, 0), tall)
		}
	})
}

// wiring is one panel.
type wiring struct {
	in, out, groups int
	step            vg.Length // between channels
}

func (w wiring) draw(c draw.Canvas, tall vg.Length) {
	heading := fmt.Sprintf("groups = %d", w.groups)
	if w.groups == w.in && w.groups > 1 {
		heading += " (" + say("depthwise") + ")"
	}
	centre := c.Center().X
	line := textStyle(textSize, ink, draw.XCenter, draw.YTop)
	c.FillText(line, vg.Point{X: centre, Y: c.Max.Y}, heading)
	middle := c.Max.Y - textSize - 8 - tall/2
	below := vg.Point{X: centre, Y: middle - tall/2 - 8}
	if w.groups < 1 || w.in%w.groups != 0 || w.out%w.groups != 0 {
		line.Color = grey
		c.FillText(line, below, fmt.Sprintf(Pick("%d does not divide %d and %d", "%d 不能整除 %d 和 %d"), w.groups, w.in, w.out))
		return
	}
	left, right := c.Min.X+dotRadius, c.Max.X-dotRadius
	perGroup := [2]int{w.in / w.groups, w.out / w.groups}
	for i := range w.in {
		for o := range w.out {
			if group := i / perGroup[0]; group == o/perGroup[1] {
				c.StrokeLine2(strokeOf(w.colour(group), 1.2), left, w.height(i, w.in, middle), right, w.height(o, w.out, middle))
			}
		}
	}
	w.dots(c, left, middle, w.in)
	w.dots(c, right, middle, w.out)
	c.FillText(line, below, fmt.Sprintf("%d x %d / %d = %d %s", w.in, w.out, w.groups, w.in*w.out/w.groups, say("kernels")))
}

// dots draws a column of n channels in the colours of their groups.
func (w wiring) dots(c draw.Canvas, x, middle vg.Length, n int) {
	for i := range n {
		style := draw.GlyphStyle{Color: w.colour(i / (n / w.groups)), Radius: min(dotRadius, w.step*0.4), Shape: draw.CircleGlyph{}}
		c.DrawGlyph(style, vg.Point{X: x, Y: w.height(i, n, middle)})
	}
}

// colour is a group's, as long as there are colours enough to tell the groups apart.
func (w wiring) colour(group int) color.Color {
	if w.groups > len(palette) {
		return grey
	}
	return seriesColour(group)
}

// height is where channel i of n stands.
func (w wiring) height(i, n int, middle vg.Length) vg.Length {
	return middle + w.step*(pixels(n-1)/2-pixels(i))
}
