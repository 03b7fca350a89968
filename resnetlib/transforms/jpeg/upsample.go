package jpeg

// upsampler makes rows of the region's width from a component's samples, as libjpeg-turbo's jdsample.c does.
type upsampler struct {
	c            *component
	stepX, stepY int
	from, to     int     // samples that the region's columns lie on
	skip         int     // pixels of the first sample that lie left of the region
	width        int     // of the region
	sums         []int32 // weighted samples with one neighbour on each side
	row          []uint8
}

func newUpsampler(d *decoder, c *component) *upsampler {
	u := &upsampler{c: c, stepX: d.maxH / c.h, stepY: d.maxV / c.v, width: d.region.Dx()}
	u.from, u.to = d.region.Min.X/u.stepX, (d.region.Max.X-1)/u.stepX+1
	u.skip = d.region.Min.X - u.from*u.stepX
	u.sums = make([]int32, u.to-u.from+2)
	u.row = make([]uint8, (u.to-u.from)*u.stepX)
	return u
}

// samples returns row y of the component's plane. Above and below the picture its edge is repeated.
func (u *upsampler) samples(y int) []uint8 {
	c := u.c
	y = min(max(y, 0), c.height-1) - 8*c.need.Min.Y
	return c.plane[y*c.stride : (y+1)*c.stride]
}

// pixels returns picture row y, region columns only. The slice is valid until the next call.
func (u *upsampler) pixels(y int) []uint8 {
	sampleY := y / u.stepY
	other := sampleY - 1 + 2*(y%u.stepY) // the nearer neighbour, of two rows a sample
	left := u.from - 8*u.c.need.Min.X
	right := left + u.to - u.from
	near := u.samples(sampleY)
	// Planes too narrow to interpolate are replicated, as in libjpeg.
	fancy := u.stepX == 2 && u.c.width > 2
	switch {
	case u.stepX == 1 && u.stepY == 1:
		return near[left:right]
	case u.stepX == 1 && u.stepY == 2:
		u.blendRows(near[left:right], u.samples(other)[left:right], 1+int32(y%2))
	case fancy && u.stepY == 1:
		for i, v := range near[left:right] {
			u.sums[i+1] = int32(v)
		}
		u.pad(left, right, func(x int) int32 { return int32(near[x]) })
		u.expand(1, 2, 2)
	case fancy && u.stepY == 2:
		far := u.samples(other)
		u.weigh(near[left:right], far[left:right])
		u.pad(left, right, func(x int) int32 { return 3*int32(near[x]) + int32(far[x]) })
		u.expand(8, 7, 4)
	default:
		u.replicate(near[left:right])
	}
	return u.row[u.skip : u.skip+u.width]
}

// pad sets the sums left and right of the region; at the picture's edge the edge is repeated.
func (u *upsampler) pad(left, right int, at func(x int) int32) {
	if u.from > 0 {
		left--
	}
	if u.to == u.c.width {
		right--
	}
	u.sums[0], u.sums[len(u.sums)-1] = at(left), at(right)
}

// weigh sums two rows with weights 3 and 1.
func (u *upsampler) weigh(near, far []uint8) {
	sums := u.sums[1:]
	done := weighFast(sums, near, far)
	for i := done; i < len(near); i++ {
		sums[i] = 3*int32(near[i]) + int32(far[i])
	}
}

// expand makes two pixels of every sum: 3/4 the sum, 1/4 its left or right neighbour. Rounding alternates.
func (u *upsampler) expand(roundLeft, roundRight int32, shift uint) {
	sums, row := u.sums, u.row
	done := expandFast(row, sums, roundLeft, roundRight, shift)
	sums, row = sums[done:], row[2*done:]
	for i := 1; i+1 < len(sums) && len(row) >= 2; i++ {
		this := 3 * sums[i]
		row[0] = uint8((this + sums[i-1] + roundLeft) >> shift)
		row[1] = uint8((this + sums[i+1] + roundRight) >> shift)
		row = row[2:]
	}
}

func (u *upsampler) blendRows(near, far []uint8, round int32) {
	for i, v := range near {
		u.row[i] = uint8((3*int32(v) + int32(far[i]) + round) >> 2)
	}
}

func (u *upsampler) replicate(samples []uint8) {
	i := 0
	for _, v := range samples {
		for range u.stepX {
			u.row[i] = v
			i++
		}
	}
}
