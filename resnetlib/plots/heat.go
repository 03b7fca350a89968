package plots

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"resnetlab/resnetlib/transforms"
)

// Heat is a field of numbers that is drawn as colours: Values[row*Width+column]. Where none is negative, the colours go from dark (0) to
// light (the largest value); otherwise from blue (negative) over white (0) to red-brown (positive), with both ends at the largest absolute
// value.
// Values that are not finite, or missing, count as 0.
type Heat struct {
	Width, Height int
	Values        []float64
}

// Range returns the values at the two ends of the colours.
func (h Heat) Range() (low, high float64) {
	for _, v := range h.Values {
		if finite(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	if low < 0 {
		high = max(high, -low)
		low = -high
	}
	return low, high
}

// Image draws the field at width x height pixels, bilinear between the centres of its cells (PyTorch's interpolate with
// mode="bilinear", align_corners=False).
func (h Heat) Image(width, height int) *transforms.RGB {
	return h.paint(width, height, func(_ int, c color.NRGBA, _ float64) color.NRGBA { return c })
}

// Over draws the field over a photograph of any size: the photograph in grey where the field is 0, the colour where it is strong.
func (h Heat) Over(photo *transforms.RGB) *transforms.RGB {
	grey := transforms.Grayscale(photo)
	return h.paint(photo.Width, photo.Height, func(i int, c color.NRGBA, strength float64) color.NRGBA {
		return mix(color.NRGBA{grey.Pix[3*i], grey.Pix[3*i], grey.Pix[3*i], 255}, c, 0.25+0.6*strength)
	})
}

// paint calls pick for every pixel with its colour and the size of its value, 0 to 1.
func (h Heat) paint(width, height int, pick func(i int, c color.NRGBA, strength float64) color.NRGBA) *transforms.RGB {
	low, high := h.Range()
	values := h.Resized(width, height)
	out := transforms.NewRGB(width, height)
	for i, v := range values {
		strength := 0.0
		if high > 0 {
			strength = math.Abs(v) / high
		}
		c := pick(i, heatColour(v, low, high), min(1, strength))
		copy(out.Pix[3*i:], []uint8{c.R, c.G, c.B})
	}
	return out
}

// Resized returns the values at width x height pixels, interpolated bilinearly, row by row.
func (h Heat) Resized(width, height int) []float64 {
	width, height = max(0, width), max(0, height)
	out := make([]float64, width*height)
	for y := range height {
		y0, y1, fy := between(y, height, h.Height)
		for x := range width {
			x0, x1, fx := between(x, width, h.Width)
			top := h.at(x0, y0)*(1-fx) + h.at(x1, y0)*fx
			bottom := h.at(x0, y1)*(1-fx) + h.at(x1, y1)*fx
			out[y*width+x] = top*(1-fy) + bottom*fy
		}
	}
	return out
}

// at returns the value of a cell; 0 where it is not finite or missing.
func (h Heat) at(x, y int) float64 {
	if i := y*h.Width + x; i >= 0 && i < len(h.Values) && finite(h.Values[i]) {
		return h.Values[i]
	}
	return 0
}

// between finds the two cells of n beside the centre of pixel i of size, and how far it lies from the first to the second.
func between(i, size, n int) (first, second int, share float64) {
	at := (float64(i)+0.5)*float64(n)/float64(size) - 0.5
	at = min(max(at, 0), float64(n-1))
	first = int(at)
	return first, min(first+1, n-1), at - float64(first)
}

// Box is a frame on a picture, in the picture's pixels; it may reach beyond it.
type Box struct {
	Name      string
	Rectangle image.Rectangle
}

// Sizes of a heat map's picture.
const (
	heatTile = 386 // side of the photograph and of the map over it
	heatBar  = 14  // width of the scale of colours
)

// HeatMap draws a photograph, beside it the field over it, the scale of its colours, and frames on both. Without a finite value the picture
// says so.
func HeatMap(title string, photo *transforms.RGB, heat Heat, boxes ...Box) *Picture {
	if photo == nil || heat.Width < 1 || heat.Height < 1 || len(heat.Values) != heat.Width*heat.Height {
		return nothing(title)
	}
	if !slices.ContainsFunc(heat.Values, finite) {
		return nothingFinite(title, true)
	}
	scale := max(1, (2*heatTile)/max(photo.Width, photo.Height, 1)) // the map is drawn finer than a small photograph
	over := heat.Over(transforms.ResizeTo(photo, photo.Height*scale, photo.Width*scale, transforms.Bilinear))
	var keys []key
	for i, b := range boxes {
		keys = append(keys, key{name: b.Name, colour: boxColour(i)})
	}
	_, photoHeight := fit(photo, heatTile)
	return newPicture(title, photoHeight+frameHeight(len(keys)), func(c draw.Canvas) {
		rest := frame(c, title, keys)
		for i, img := range []*transforms.RGB{photo, over} {
			tile := draw.Crop(rest, pixels(i)*(heatTile+gridGap), 0, 0, 0)
			drawPhoto(tile, img, heatTile)
			for j, b := range boxes {
				strokeBox(tile, photo, b, boxColour(j))
			}
		}
		drawScale(draw.Crop(rest, 2*(heatTile+gridGap), 0, rest.Size().Y-photoHeight, 0), heat)
	})
}

func boxColour(i int) color.NRGBA { return []color.NRGBA{vermillion, sky, orange, green}[i%4] }

// strokeBox draws the part of a frame that lies on a photograph drawn by drawPhoto.
func strokeBox(c draw.Canvas, photo *transforms.RGB, b Box, colour color.NRGBA) {
	w, h := fit(photo, heatTile)
	r := b.Rectangle.Intersect(image.Rect(0, 0, photo.Width, photo.Height))
	if r.Empty() {
		return
	}
	perX, perY := w/pixels(photo.Width), h/pixels(photo.Height)
	x0, x1 := c.Min.X+pixels(r.Min.X)*perX+1, c.Min.X+pixels(r.Max.X)*perX-1
	y0, y1 := c.Max.Y-pixels(r.Min.Y)*perY-1, c.Max.Y-pixels(r.Max.Y)*perY+1
	c.StrokeLines(strokeOf(background, 5), []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}, {X: x0, Y: y0}})
	c.StrokeLines(strokeOf(colour, 3), []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}, {X: x0, Y: y0}})
}

// drawScale draws the colours from the lowest (below) to the highest, with the numbers they stand for.
func drawScale(c draw.Canvas, heat Heat) {
	low, high := heat.Range()
	const steps = 64
	height := c.Size().Y
	for i := range steps {
		v := low + (high-low)*float64(i)/(steps-1)
		fillRect(c, heatColour(v, low, high), c.Min.X, c.Min.Y+height*pixels(i)/steps, c.Min.X+heatBar, c.Min.Y+height*pixels(i+1)/steps+0.5)
	}
	label := func(v float64, y vg.Length, align draw.YAlignment) {
		c.FillText(textStyle(smallSize, ink, draw.XLeft, align), vg.Point{X: c.Min.X + heatBar + 5, Y: y}, fmt.Sprintf("%.2g", v))
	}
	label(high, c.Max.Y, draw.YTop)
	label((low+high)/2, c.Min.Y+height/2, draw.YCenter)
	label(low, c.Min.Y, draw.YBottom)
}
