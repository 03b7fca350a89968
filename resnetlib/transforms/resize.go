package transforms

import (
	"fmt"
	"math"
)

// Filter is a resampling filter. Bilinear and Bicubic are antialiased, as Pillow's are: when a picture shrinks, the
// filter grows with the scale, so that every source pixel counts.
type Filter int

// The filters of torchvision's InterpolationMode that its presets and tests use.
const (
	Bilinear Filter = iota
	Bicubic         // Keys' cubic with a = -0.5
	Nearest
)

var filterNames = [...]string{Bilinear: "bilinear", Bicubic: "bicubic", Nearest: "nearest"}

// String returns torchvision's name of the filter.
func (f Filter) String() string {
	if f < 0 || int(f) >= len(filterNames) {
		return fmt.Sprintf("Filter(%d)", int(f))
	}
	return filterNames[f]
}

// MarshalText writes the filter's name, for JSON.
func (f Filter) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads a filter's name.
func (f *Filter) UnmarshalText(text []byte) error {
	for i, name := range filterNames {
		if string(text) == name {
			*f = Filter(i)
			return nil
		}
	}
	return fmt.Errorf("unknown interpolation %.40q: take bilinear, bicubic or nearest", text)
}

// kernel returns the filter's function and its half width at scale 1.
func (f Filter) kernel() (func(float64) float64, float64) {
	if f == Bicubic {
		return cubic, 2
	}
	return triangle, 1
}

func triangle(x float64) float64 { return max(0, 1-math.Abs(x)) }

// cubic is Pillow's bicubic_filter. The conversions keep compilers for machines with fused multiply-add from fusing.
func cubic(x float64) float64 {
	const a = -0.5
	x = math.Abs(x)
	switch {
	case x < 1:
		return float64((float64((a+2)*x)-(a+3))*x*x) + 1
	case x < 2:
		return (float64((float64((x-5)*x)+8)*x) - 4) * a
	}
	return 0
}

// Resize scales p so that its shorter side has the given length. The longer side is truncated, not rounded, as in
// torchvision: 333x251 becomes 339x256. It returns p itself if it has the size already.
func Resize(p *RGB, shorter int, f Filter) *RGB {
	height, width := resizedShape(p.Height, p.Width, shorter)
	return ResizeTo(p, height, width, f)
}

// resizedShape is torchvision's _compute_resized_output_size for one int.
func resizedShape(height, width, shorter int) (toHeight, toWidth int) {
	if width <= height {
		return shorter * height / width, shorter
	}
	return shorter, shorter * width / height
}

// ResizeTo scales p to height x width, as torchvision's F.resize with a list. It returns p itself if it has the size already.
func ResizeTo(p *RGB, height, width int, f Filter) *RGB {
	if p.Width == width && p.Height == height {
		return p
	}
	return resample(whole(p), height, width, f)
}

// ResizedCrop cuts height x width pixels at (top, left) and scales them to toHeight x toWidth, as F.resized_crop does.
// What lies outside the picture is black.
func ResizedCrop(p *RGB, top, left, height, width, toHeight, toWidth int, f Filter) *RGB {
	box := rect{top, left, height, width}
	if !box.inside(p.Height, p.Width) {
		return ResizeTo(Crop(p, top, left, height, width), toHeight, toWidth, f)
	}
	if height == toHeight && width == toWidth {
		return Crop(p, top, left, height, width)
	}
	return resample(whole(p).part(box), toHeight, toWidth, f)
}
