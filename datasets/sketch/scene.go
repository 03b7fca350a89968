package sketch

import (
	"image"
	"math"
	"math/rand/v2"

	"golang.org/x/image/vector"

	"resnetlab/resnetlib/transforms"
)

// draw makes one picture of kind: a background, clutter, the plant (sometimes two of its kind), grass before it,
// light and noise. side is the shorter side in pixels.
func draw(kind plant, side int, rnd *rand.Rand) *transforms.RGB {
	width, height := side, side
	if long := int(float64(side) * between(rnd, 1, 4./3)); chance(rnd, 0.5) {
		width = long
	} else {
		height = long
	}
	page := image.NewRGBA(image.Rect(0, 0, width, height))
	background(page, rnd)
	half := float64(side) / 2
	paper := &pen{page: page, rasterizer: vector.NewRasterizer(width, height),
		affine: affine{a: half, d: -half, dx: float64(width) / 2, dy: float64(height) / 2}} // y up, the shorter side from -1 to 1

	for range within(rnd, 1, 4) {
		clutter(paper, rnd)
	}
	if chance(rnd, 0.25) {
		place(paper, kind, between(rnd, 0.3, 0.4), 0.75, rnd)
	}
	place(paper, kind, between(rnd, 0.7, 1.02), 0.15, rnd)
	for range within(rnd, 0, 2) {
		grass(paper, rnd)
	}
	return develop(page, rnd)
}

// place draws a plant of the given radius somewhere up to spread from the middle, turned and seen at an angle.
func place(p *pen, kind plant, radius, spread float64, rnd *rand.Rand) {
	p = p.with(
		shift(between(rnd, -spread, spread), between(rnd, -spread, spread)),
		scale(radius, radius),
		turn(between(rnd, -0.8, 0.8)),
		affine{a: between(rnd, 0.75, 1.1), b: between(rnd, -0.2, 0.2), d: between(rnd, 0.75, 1.1)}, // perspective
	)
	main := bright(rnd)
	if chance(rnd, 0.28) {
		main = hsv(between(rnd, kind.hues[0], kind.hues[1]), between(rnd, 0.6, 0.95), between(rnd, 0.6, 1))
	}
	kind.kind.draw(p, paints{main, bright(rnd), earthy(rnd)}, rnd)
}

// bright is the colour of a petal or a leaf: any hue, or white.
func bright(rnd *rand.Rand) colour {
	if chance(rnd, 0.15) {
		return hsv(rnd.Float64(), between(rnd, 0, 0.1), between(rnd, 0.85, 1))
	}
	return hsv(rnd.Float64(), between(rnd, 0.45, 0.95), between(rnd, 0.5, 1))
}

// earthy is the colour of a stem, of grass and of grounds: green and brown, rarely others.
func earthy(rnd *rand.Rand) colour {
	hue := between(rnd, 0.08, 0.42)
	if chance(rnd, 0.25) {
		hue = rnd.Float64()
	}
	return hsv(hue, between(rnd, 0.15, 0.7), between(rnd, 0.2, 0.85))
}

// background fills the page: a slope from one colour to another with soft blotches.
func background(page *image.RGBA, rnd *rand.Rand) {
	from, to, blotch := earthy(rnd), earthy(rnd), between(rnd, 0.03, 0.2)
	direction := turn(between(rnd, 0, 2*math.Pi))
	const cells = 6
	var heights [cells + 1][cells + 1]float64
	for i := range heights {
		for j := range heights[i] {
			heights[i][j] = between(rnd, -blotch, blotch)
		}
	}
	width, height := page.Rect.Dx(), page.Rect.Dy()
	for y := range height {
		for x := range width {
			u, v := float64(x)/float64(width), float64(y)/float64(height)
			t := min(1, max(0, 0.5+direction.apply(point{u - 0.5, v - 0.5}).x))
			i, j := int(v*cells), int(u*cells)
			fv, fu := v*cells-float64(i), u*cells-float64(j)
			soft := mix(mix(heights[i][j], heights[i][j+1], fu), mix(heights[i+1][j], heights[i+1][j+1], fu), fv)
			var c colour
			for k := range c {
				c[k] = max(0, mix(from[k], to[k], t)+soft)
			}
			page.SetRGBA(x, y, c.rgba())
		}
	}
}

func mix(a, b, t float64) float64 { return a + float64((b-a)*t) }

// clutter draws something that is no plant: a pebble, a fallen petal, a twig.
func clutter(p *pen, rnd *rand.Rand) {
	p = p.with(shift(between(rnd, -1.2, 1.2), between(rnd, -1.2, 1.2)), turn(between(rnd, 0, 2*math.Pi)))
	c, size := earthy(rnd), between(rnd, 0.1, 0.35)
	if chance(rnd, 0.6) {
		c = bright(rnd)
	}
	switch rnd.IntN(4) {
	case 0:
		p.with(scale(size, size*between(rnd, 0.5, 1))).fill(disc(0.6), c)
	case 1:
		p.with(scale(size, size)).fill(oval(between(rnd, 0.3, 0.6)), c)
	case 2:
		p.with(scale(size, size)).fill(pointed(between(rnd, 0.3, 0.7), between(rnd, 0.3, 0.6)), c)
	default:
		p.fill(ribbon(bow(4*size, between(rnd, -0.3, 0.3)), between(rnd, 0.02, 0.08), 0.02), c)
	}
}

// grass draws a blade before the plant.
func grass(p *pen, rnd *rand.Rand) {
	length := between(rnd, 0.6, 1.6)
	p.with(shift(between(rnd, -1.2, 1.2), -1.3), turn(between(rnd, -0.4, 0.4))).
		fill(ribbon(bow(length, between(rnd, -0.25, 0.25)), between(rnd, 0.05, 0.12), 0.01), earthy(rnd))
}

// develop gives the page its light (a slope of brightness, contrast) and a little noise.
func develop(page *image.RGBA, rnd *rand.Rand) *transforms.RGB {
	width, height := page.Rect.Dx(), page.Rect.Dy()
	out := transforms.NewRGB(width, height)
	gain, offset, noise := between(rnd, 0.7, 1.15), between(rnd, -15, 20), between(rnd, 1, 5)
	slope := turn(between(rnd, 0, 2*math.Pi)).times(scale(0.5, 0.5))
	for y := range height {
		for x := range width {
			at := slope.apply(point{float64(x)/float64(width) - 0.5, float64(y)/float64(height) - 0.5})
			light := gain * (1 + at.x)
			from, to := page.Pix[page.PixOffset(x, y):], out.Pix[3*(y*width+x):]
			grain := rnd.Uint64() // six of its bytes: two for each channel, whose sum has a standard deviation of 104.5
			for k := range 3 {
				bell := float64(grain>>(16*k)&255+grain>>(16*k+8)&255) - 255
				v := float64(light*float64(from[k])) + offset + float64(noise/104.5*bell)
				to[k] = uint8(min(255, max(0, v+0.5)))
			}
		}
	}
	return out
}
