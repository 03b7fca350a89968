package transforms

import "math"

// This file is Pillow's Resample.c for 8-bit RGB: two passes with coefficients of 22 fractional bits, the result of
// each rounded to 8 bits. Only the window of the result that somebody wants is computed, from the part of the source
// that it needs.

// precisionBits is Pillow's: 32 bits less 8 of the pixel less 2 for sums that overshoot.
const precisionBits = 32 - 8 - 2

// rect is a part of a picture.
type rect struct{ top, left, height, width int }

func (r rect) inside(height, width int) bool {
	return r.top >= 0 && r.left >= 0 && r.height <= height-r.top && r.width <= width-r.left
}

// view is a rectangle of a picture without copying it.
type view struct {
	pix           []uint8 // from the first byte of the first row
	stride        int
	height, width int
}

func whole(p *RGB) view { return view{p.Pix, 3 * p.Width, p.Height, p.Width} }

func (v view) part(r rect) view {
	return view{v.pix[r.top*v.stride+3*r.left:], v.stride, r.height, r.width}
}

func (v view) row(y int) []uint8 { return v.pix[y*v.stride : y*v.stride+3*v.width] }

// taps says how one line of output pixels is summed from input pixels.
type taps struct {
	size    int     // coefficients per output pixel
	first   []int   // first input pixel
	count   []int   // input pixels used
	weights []int32 // size per output pixel, fixed point

	split  []int16 // the weights for horizontalFast, see splitWeights
	groups int     // of four input pixels, per output pixel
}

// newTaps computes the weights of outputs [from, from+n) of a line that maps in pixels onto out pixels.
func newTaps(in, out, from, n int, f Filter) taps {
	kernel, support := f.kernel()
	scale := float64(in) / float64(out)
	filterScale := max(scale, 1)
	support *= filterScale
	t := taps{size: int(math.Ceil(support))*2 + 1, first: make([]int, n), count: make([]int, n)}
	t.weights = make([]int32, n*t.size)
	line := make([]float64, t.size)
	for i := range n {
		center := (float64(from+i) + 0.5) * scale
		first := max(0, int(center-support+0.5))
		last := min(in, int(center+support+0.5))
		sum := 0.0
		for x := first; x < last; x++ {
			w := kernel((float64(x) - center + 0.5) * (1 / filterScale))
			line[x-first] = w
			sum += w
		}
		for x := range last - first {
			if sum != 0 {
				line[x] /= sum
			}
			t.weights[i*t.size+x] = fixed(line[x])
		}
		t.first[i], t.count[i] = first, last-first
	}
	return t
}

// identityTaps copies n pixels from the given one; size 0 marks it.
func identityTaps(from, n int) taps {
	t := taps{first: make([]int, n), count: make([]int, n)}
	for i := range n {
		t.first[i], t.count[i] = from+i, 1
	}
	return t
}

// rebase counts the input from the first pixel that is used, and says which that is and how many are used.
func (t taps) rebase() (from, n int) {
	last := len(t.first) - 1
	from, n = t.first[0], t.first[last]+t.count[last]-t.first[0]
	for i := range t.first {
		t.first[i] -= from
	}
	return from, n
}

// fixed rounds half away from zero.
func fixed(w float64) int32 {
	if w < 0 {
		return int32(float64(w*(1<<precisionBits)) - 0.5)
	}
	return int32(float64(w*(1<<precisionBits)) + 0.5)
}

// clip8 drops the fractional bits and clamps to a byte.
func clip8(sum int32) uint8 {
	v := sum >> precisionBits
	if uint32(v) > 255 {
		return uint8(^(v >> 31)) // negative: 0, too large: 255
	}
	return uint8(v)
}

// plan is what it takes to make a window of a resized picture.
type plan struct {
	rows, columns taps // counted from the first pixel of need
	need          rect // of the source
	verticalFirst bool
}

// newPlan plans to scale a picture of the given size to toHeight x toWidth, of which the window w is wanted.
func newPlan(height, width, toHeight, toWidth int, f Filter, w rect) plan {
	// A pass over a side that keeps its length is left out; the window is then just cut.
	p := plan{rows: identityTaps(w.top, w.height), columns: identityTaps(w.left, w.width)}
	if toHeight != height {
		p.rows = newTaps(height, toHeight, w.top, w.height, f)
	}
	if toWidth != width {
		p.columns = newTaps(width, toWidth, w.left, w.width, f)
	}
	p.need.top, p.need.height = p.rows.rebase()
	p.need.left, p.need.width = p.columns.rebase()
	// Pillow 13's choice of the order, which the rounding in between makes visible: vertical first if the height
	// shrinks by more than twice what the width does (Pillow pull request 9549).
	p.verticalFirst = toHeight < height && height-toHeight > 2*(width-toWidth)
	return p
}

// apply makes the window from the needed part of the source.
func (p plan) apply(v view) *RGB {
	if p.verticalFirst {
		return p.columns.horizontal(whole(p.rows.vertical(v)))
	}
	return p.rows.vertical(whole(p.columns.horizontal(v)))
}

// resample scales v to height x width.
func resample(v view, height, width int, f Filter) *RGB {
	if f == Nearest {
		return nearest(v, height, width)
	}
	p := newPlan(v.height, v.width, height, width, f, rect{0, 0, height, width})
	return p.apply(v.part(p.need))
}

// horizontal filters every row of v.
func (t taps) horizontal(v view) *RGB {
	if hasAVX2 && t.size > 0 {
		t.splitWeights()
	}
	out := NewRGB(len(t.first), v.height)
	for y := range v.height {
		if t.size == 0 {
			copy(out.row(y), v.row(y))
			continue
		}
		t.horizontalRow(out.row(y), v.pix[y*v.stride:])
	}
	return out
}

// lowBits is the number of bits of the lower part of a weight, of which horizontalFast multiplies two parts of 16 bits each. A weight has at most 23
// bits and a sign.
const lowBits = 11

// splitWeights lays the weights out for horizontalFast: for each group of four input pixels the upper parts as w0 w1 w0 w1 w0 w1 0 0 for the pairs of
// red, green and blue of the first two pixels, the same of w2 and w3, and then all lower parts. Weights that a group lacks are zero.
func (t *taps) splitWeights() {
	t.groups = (t.size + 3) / 4
	t.split = make([]int16, 32*t.groups*len(t.first))
	for i, n := range t.count {
		for k, w := range t.weights[i*t.size : i*t.size+n] {
			group := t.split[32*(i*t.groups+k/4):][:32]
			at := k%4/2*8 + k%2
			for c := range 3 {
				group[at+2*c], group[16+at+2*c] = int16(w>>lowBits), int16(w&(1<<lowBits-1))
			}
		}
	}
}

// horizontalRow filters one row; from may be longer than the row.
func (t taps) horizontalRow(to, from []uint8) {
	for i := t.horizontalFast(to, from); i < len(t.first); i++ {
		weights := t.weights[i*t.size : i*t.size+t.count[i]]
		pixels := from[3*t.first[i] : 3*(t.first[i]+t.count[i])]
		var r, g, b int32 = 1 << (precisionBits - 1), 1 << (precisionBits - 1), 1 << (precisionBits - 1)
		for _, w := range weights {
			px := pixels[:3:3]
			r += int32(px[0]) * w
			g += int32(px[1]) * w
			b += int32(px[2]) * w
			pixels = pixels[3:]
		}
		px := to[3*i : 3*i+3 : 3*i+3]
		px[0], px[1], px[2] = clip8(r), clip8(g), clip8(b)
	}
}

// vertical filters every column of v, a row of sums at a time.
func (t taps) vertical(v view) *RGB {
	out := NewRGB(v.width, len(t.first))
	sums := make([]int32, 3*v.width)
	for y := range out.Height {
		if t.size == 0 {
			copy(out.row(y), v.row(y))
			continue
		}
		weights := t.weights[y*t.size : y*t.size+t.count[y]]
		done := verticalFast(out.row(y), v, t.first[y], weights)
		verticalRow(out.row(y)[done:], v, t.first[y], done, weights, sums)
	}
	return out
}

// verticalRow sums rows from first on, from byte left of each; sums is scratch.
func verticalRow(to []uint8, v view, first, left int, weights []int32, sums []int32) {
	sums = sums[:len(to)]
	for i := range sums {
		sums[i] = 1 << (precisionBits - 1)
	}
	for k, w := range weights {
		for i, b := range v.row(first + k)[left:][:len(sums)] {
			sums[i] += int32(b) * w
		}
	}
	for i, s := range sums {
		to[i] = clip8(s)
	}
}

// nearest is Pillow's ImagingScaleAffine, which adds up the position step by step.
func nearest(v view, height, width int) *RGB {
	out := NewRGB(width, height)
	columns := nearestPositions(v.width, width)
	for y, from := range nearestPositions(v.height, height) {
		row, to := v.row(from), out.row(y)
		for x, column := range columns {
			copy(to[3*x:3*x+3], row[3*column:])
		}
	}
	return out
}

func nearestPositions(in, out int) []int {
	step := float64(in) / float64(out)
	at := step * 0.5
	positions := make([]int, out)
	for i := range positions {
		positions[i] = min(int(at), in-1)
		at += step
	}
	return positions
}
