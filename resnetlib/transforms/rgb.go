// Package transforms turns picture files into the numbers a network sees, bit for bit as torchvision does on top of
// Pillow: decoding to RGB, antialiased resizing, crops, flips, colour jitter and normalisation.
//
// It works on 8-bit RGB rows and knows nothing of graphs or datasets. Sizes are always given as height, width, as in
// torchvision; a picture's own fields are Width and Height, as in Go's image package.
package transforms

import (
	"image"
	"image/color"
	"image/draw"
)

// RGB is an 8-bit RGB picture: 3 bytes a pixel, row by row, no padding.
type RGB struct {
	Width, Height int
	Pix           []uint8 // len = 3 * Width * Height
}

// NewRGB returns a black picture.
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

// FromImage copies m into an RGB picture. Alpha is dropped, not blended: the colour hidden under it shows, as with
// Pillow's convert("RGB").
func FromImage(m image.Image) *RGB {
	b := m.Bounds()
	out := NewRGB(b.Dx(), b.Dy())
	nrgba, ok := m.(*image.NRGBA)
	if !ok {
		nrgba = image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
		if opaque, ok := m.(interface{ Opaque() bool }); ok && opaque.Opaque() {
			draw.Draw(nrgba, nrgba.Rect, m, b.Min, draw.Src)
		} else {
			copyColours(nrgba, m)
		}
	}
	for y := range out.Height {
		from := nrgba.Pix[nrgba.PixOffset(nrgba.Rect.Min.X, nrgba.Rect.Min.Y+y):]
		to := out.row(y)
		for i, j := 0, 0; i < len(to); i, j = i+3, j+4 {
			to[i], to[i+1], to[i+2] = from[j], from[j+1], from[j+2]
		}
	}
	return out
}

// copyColours copies pixel by pixel; draw.Draw would pass through premultiplied alpha and lose hidden colours.
func copyColours(to *image.NRGBA, from image.Image) {
	b := from.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() {
			to.SetNRGBA(x, y, color.NRGBAModel.Convert(from.At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA))
		}
	}
}
