// Package jpeg decodes JPEG files into RGB with exactly the bytes that Pillow gets from libjpeg-turbo: the integer
// "islow" inverse DCT, "fancy" upsampling of chroma, 16.16 fixed-point YCbCr to RGB. Go's image/jpeg rounds otherwise
// at each of these steps, and at chroma edges by up to 126 grey levels.
//
// Read are baseline and progressive files with Huffman coding, of 1 (grey), 3 (YCbCr or RGB) and 4 (CMYK or YCCK)
// components of 8 bits, and frames of Motion-JPEG, which have no Huffman tables. Refused by name are arithmetic coding,
// lossless and hierarchical JPEG, JPEG-LS, other than 8 bits a sample, and chroma sampled in a ratio that is not whole.
//
// Sound files are exact, with one exception: for a progressive file that ends before its last refinement libjpeg guesses
// smooth coefficients, which is not done here. In damaged files that can still be read a few blocks may differ, and a few
// damaged files are refused by one decoder and not by the other.
package jpeg

import (
	"fmt"
	"image"

	"resnetlab/resnetlib/transforms/internal/refuse"
)

// Image is an RGB picture: 3 bytes a pixel, row by row, without padding.
type Image struct {
	Width, Height int
	Pix           []uint8
}

// MaxPixels is the largest number of pixels that is read: above it Pillow refuses a picture as a decompression bomb.
const MaxPixels = 178_956_970

// ErrTruncated is what errors.Is finds where a file ends before its picture does.
var ErrTruncated = refuse.ErrTruncated

// DecodeConfig reads a picture's size from its header, without decoding it.
func DecodeConfig(data []byte) (width, height int, err error) {
	d := decoder{data: data}
	if err := d.readHeader(); err != nil {
		return 0, 0, refuse.Explain("JPEG", err)
	}
	return d.width, d.height, nil
}

// Components reads from the header how many values a pixel has: 1 grey, 3 colour, 4 CMYK or YCCK.
func Components(data []byte) (int, error) {
	d := decoder{data: data}
	if err := d.readHeader(); err != nil {
		return 0, refuse.Explain("JPEG", err)
	}
	return len(d.components), nil
}

// Decode reads a whole picture. errors.Is finds ErrTruncated in its error where the file ends too early.
func Decode(data []byte) (*Image, error) {
	return decode(data, func(d *decoder) image.Rectangle { return image.Rect(0, 0, d.width, d.height) })
}

// DecodeRegion reads the pixels of r, which must lie inside the picture. They are those that Decode gives; the work
// for what lies outside (inverse DCT, upsampling, colour) is left out. Damage below the region may go unnoticed.
func DecodeRegion(data []byte, r image.Rectangle) (*Image, error) {
	return decode(data, func(*decoder) image.Rectangle { return r })
}

func decode(data []byte, region func(*decoder) image.Rectangle) (*Image, error) {
	d := decoder{data: data}
	if err := d.readHeader(); err != nil {
		return nil, refuse.Explain("JPEG", err)
	}
	r := region(&d)
	if r.Empty() || !r.In(image.Rect(0, 0, d.width, d.height)) {
		return nil, fmt.Errorf("JPEG: region %v outside of a picture of %dx%d", r, d.width, d.height)
	}
	d.prepare(r)
	if err := d.readScans(); err != nil {
		return nil, refuse.Explain("JPEG", err)
	}
	return d.output(), nil
}

// decoder holds one file's state.
type decoder struct {
	data []byte
	pos  int // of the next byte

	width, height int
	progressive   bool
	components    []component
	maxH, maxV    int // largest sampling factors
	mcusWide      int
	mcusHigh      int

	quant           [4]*[64]uint16 // natural order
	dc, ac          [4]*huffman
	restartInterval int // in MCUs; 0 for none

	jfif           bool
	adobe          bool
	adobeTransform uint8

	region image.Rectangle
	bits   bitReader
	eobRun int // of a progressive scan
	scans  int
}

// component is one colour plane. Its samples may be fewer than the picture's pixels.
type component struct {
	id            uint8
	h, v          int // sampling factors
	quantIndex    uint8
	width, height int // in samples
	blocksWide    int // that hold samples
	blocksHigh    int
	paddedWide    int // blocks, in whole MCUs
	paddedHigh    int
	dcTable       uint8
	acTable       uint8
	lastDC        int32
	quant         *[64]uint16 // as it was when the component's first scan began

	need   image.Rectangle // blocks that the region needs
	plane  []uint8         // samples of those blocks
	stride int
	coefs  []int16 // progressive: 64 of each padded block
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// prepare allocates what the region needs.
func (d *decoder) prepare(r image.Rectangle) {
	d.region = r
	for i := range d.components {
		c := &d.components[i]
		// One sample of margin: the triangle filter looks at neighbours.
		stepX, stepY := d.maxH/c.h, d.maxV/c.v
		samples := image.Rect(r.Min.X/stepX-1, r.Min.Y/stepY-1, (r.Max.X-1)/stepX+2, (r.Max.Y-1)/stepY+2)
		samples = samples.Intersect(image.Rect(0, 0, c.width, c.height))
		c.need = image.Rect(samples.Min.X/8, samples.Min.Y/8, ceilDiv(samples.Max.X, 8), ceilDiv(samples.Max.Y, 8))
		c.stride = c.need.Dx() * 8
		c.plane = make([]uint8, c.stride*c.need.Dy()*8)
		if d.progressive {
			c.coefs = make([]int16, 64*c.paddedWide*c.paddedHigh)
		}
	}
}

// blockAt returns where in the plane the block goes, or false if nobody needs it.
func (c *component) blockAt(x, y int) (offset int, needed bool) {
	x, y = x-c.need.Min.X, y-c.need.Min.Y
	return y*8*c.stride + x*8, uint(x) < uint(c.need.Dx()) && uint(y) < uint(c.need.Dy())
}
