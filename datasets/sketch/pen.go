package sketch

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"

	"golang.org/x/image/vector"
)

// colour is RGB in 0..1.
type colour [3]float64

// hsv gives the colour of a hue (of a circle of 1), saturation and value in 0..1.
func hsv(hue, saturation, value float64) colour {
	var c colour
	for i, offset := range []float64{5, 3, 1} {
		k := math.Mod(offset+6*hue, 6)
		c[i] = value * (1 - saturation*max(0, min(k, 4-k, 1)))
	}
	return c
}

// shaded is the colour in more (> 1) or less light.
func (c colour) shaded(light float64) colour {
	return colour{min(1, c[0]*light), min(1, c[1]*light), min(1, c[2]*light)}
}

// mixed is the colour with a share of another.
func (c colour) mixed(other colour, share float64) colour {
	for k := range c {
		c[k] = mix(c[k], other[k], share)
	}
	return c
}

func (c colour) rgba() color.RGBA {
	return color.RGBA{uint8(255 * min(1, c[0])), uint8(255 * min(1, c[1])), uint8(255 * min(1, c[2])), 255}
}

// pen fills outlines, antialiased.
type pen struct {
	page       *image.RGBA
	rasterizer *vector.Rasterizer // its fixed-point mode (up to 512 pixels) gives the same bytes everywhere
	affine                        // from the pen's units to pixels
}

// with returns a pen on the same page whose units are first mapped by each of maps, the last one first.
func (p *pen) with(maps ...affine) *pen {
	q := *p
	for _, m := range maps {
		q.affine = q.affine.times(m)
	}
	return &q
}

// fill paints the inside of o. It rasterises only o's bounding box: most outlines are small.
func (p *pen) fill(o outline, c colour) {
	corners := make([]point, len(o))
	lowX, lowY, highX, highY := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for i, v := range o {
		corners[i] = p.apply(v)
		lowX, highX = min(lowX, corners[i].x), max(highX, corners[i].x)
		lowY, highY = min(lowY, corners[i].y), max(highY, corners[i].y)
	}
	box := image.Rect(int(math.Floor(lowX)), int(math.Floor(lowY)), int(math.Ceil(highX)), int(math.Ceil(highY)))
	if box = box.Intersect(p.page.Rect); box.Empty() {
		return
	}
	p.rasterizer.Reset(box.Dx(), box.Dy())
	for i, v := range corners {
		x, y := float32(v.x-float64(box.Min.X)), float32(v.y-float64(box.Min.Y))
		if i == 0 {
			p.rasterizer.MoveTo(x, y)
		} else {
			p.rasterizer.LineTo(x, y)
		}
	}
	p.rasterizer.ClosePath()
	p.rasterizer.Draw(p.page, box, image.NewUniform(c.rgba()), image.Point{})
}

// between draws a number evenly from low to high.
func between(rnd *rand.Rand, low, high float64) float64 { return low + (high-low)*rnd.Float64() }

// within draws a whole number from low to high, both included.
func within(rnd *rand.Rand, low, high int) int { return low + rnd.IntN(high-low+1) }

// chance is true in a share p of all draws.
func chance(rnd *rand.Rand, p float64) bool { return rnd.Float64() < p }
