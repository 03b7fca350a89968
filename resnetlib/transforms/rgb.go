package transforms

import (
	"image"
	"image/color"
)

// RGB is an 8-bit RGB picture: 3 bytes a pixel, row by row, without padding.
type RGB struct {
	Width, Height int
	Pix           []uint8 // len = 3 * Width * Height
}

// NewRGB returns a black picture of width x height pixels.
func NewRGB(width, height int) *RGB {
	return &RGB{Width: width, Height: height, Pix: make([]uint8, 3*width*height)}
}

// row returns the bytes of row y.
func (p *RGB) row(y int) []uint8 {
	n := 3 * p.Width
	return p.Pix[y*n : (y+1)*n : (y+1)*n]
}

// Image returns a copy of p as an opaque image of the standard library, for encoders and plots.
func (p *RGB) Image() image.Image {
	out := image.NewNRGBA(image.Rect(0, 0, p.Width, p.Height))
	for i, j := 0, 0; i+3 <= len(p.Pix); i, j = i+3, j+4 {
		out.Pix[j], out.Pix[j+1], out.Pix[j+2], out.Pix[j+3] = p.Pix[i], p.Pix[i+1], p.Pix[i+2], 255
	}
	return out
}

// FromImage copies m into an RGB picture. Alpha is dropped, not blended, so that a transparent pixel shows its colour, as with
// Pillow's convert("RGB"). Of 16 bits the high byte is kept.
func FromImage(m image.Image) *RGB {
	b := m.Bounds()
	out := NewRGB(b.Dx(), b.Dy())
	for y := range out.Height {
		to := out.row(y)
		switch m := m.(type) {
		case *image.NRGBA:
			copyBytes(to, m.Pix[y*m.Stride:], 4, 1)
		case *image.RGBA:
			copyPremultiplied(to, m.Pix[y*m.Stride:], 1)
		case *image.RGBA64:
			copyPremultiplied(to, m.Pix[y*m.Stride:], 2)
		case *image.NRGBA64:
			copyBytes(to, m.Pix[y*m.Stride:], 8, 2)
		case *image.Gray:
			for x, v := range m.Pix[y*m.Stride : y*m.Stride+out.Width] {
				to[3*x], to[3*x+1], to[3*x+2] = v, v, v
			}
		default:
			copyColours(to, m, b.Min.Y+y)
		}
	}
	return out
}

// copyBytes takes three bytes of each pixel of step bytes, apart bytes between them.
func copyBytes(to, from []uint8, step, apart int) {
	for i := 0; i < len(to); i += 3 {
		to[i], to[i+1], to[i+2] = from[0], from[apart], from[2*apart]
		from = from[min(step, len(from)):]
	}
}

// copyPremultiplied divides by alpha as Pillow does (unpackRGBa in libImaging/Unpack.c): of values of apart bytes by their high bytes.
func copyPremultiplied(to, from []uint8, apart int) {
	for i := 0; i < len(to); i += 3 {
		px := from[i/3*4*apart:]
		switch alpha := int(px[3*apart]); alpha {
		case 0: // black
		case 255:
			to[i], to[i+1], to[i+2] = px[0], px[apart], px[2*apart]
		default:
			for c := range 3 {
				to[i+c] = uint8(min(255, 255*int(px[c*apart])/alpha))
			}
		}
	}
}

// copyColours takes a row's colours one by one.
func copyColours(to []uint8, m image.Image, y int) {
	x := m.Bounds().Min.X
	for i := 0; i < len(to); i += 3 {
		c := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
		to[i], to[i+1], to[i+2] = c.R, c.G, c.B
		x++
	}
}
