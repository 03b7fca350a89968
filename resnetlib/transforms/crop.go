package transforms

import "math"

// Crop cuts height x width pixels at (top, left); what lies outside the picture is black, as in Pillow.
func Crop(p *RGB, top, left, height, width int) *RGB {
	out := NewRGB(width, height)
	fromX, toX := max(left, 0), min(left+width, p.Width)
	if fromX >= toX {
		return out
	}
	for y := max(top, 0); y < min(top+height, p.Height); y++ {
		copy(out.row(y - top)[3*(fromX-left):], p.row(y)[3*fromX:3*toX])
	}
	return out
}

// CenterCrop cuts height x width pixels from the middle, as torchvision's F.center_crop. A side that is too short is padded with black
// first; an odd pixel goes right or below. An odd number of pixels too many is split with Python's round, half to even.
func CenterCrop(p *RGB, height, width int) *RGB {
	box := centerBox(p.Height, p.Width, height, width)
	return Crop(p, box.top, box.left, height, width)
}

func centerBox(fromHeight, fromWidth, height, width int) rect {
	return rect{centerOffset(fromHeight, height), centerOffset(fromWidth, width), height, width}
}

// centerOffset is negative where the picture is padded: torchvision pads (crop-size)//2 before.
func centerOffset(size, crop int) int {
	if crop > size {
		return -((crop - size) / 2)
	}
	return int(math.RoundToEven(float64(size-crop) / 2))
}

// HFlip returns p with left and right exchanged.
func HFlip(p *RGB) *RGB {
	out := NewRGB(p.Width, p.Height)
	for y := range p.Height {
		flipRow(out.row(y), p.row(y))
	}
	return out
}

func flipRow(to, from []uint8) {
	for i, j := 0, len(from)-3; j >= 0; i, j = i+3, j-3 {
		t, f := to[i:i+3:i+3], from[j:j+3:j+3]
		t[0], t[1], t[2] = f[0], f[1], f[2]
	}
}

// VFlip returns p with top and bottom exchanged.
func VFlip(p *RGB) *RGB {
	out := &RGB{Width: p.Width, Height: p.Height, Pix: make([]uint8, 0, len(p.Pix))}
	for y := range p.Height {
		out.Pix = append(out.Pix, p.row(p.Height-1-y)...)
	}
	return out
}
