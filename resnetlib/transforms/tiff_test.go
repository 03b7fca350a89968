package transforms

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// makeTIFF is an uncompressed TIFF of one strip. A tag is its number and its values (SHORT), beside those of size, strip and compression.
func makeTIFF(width, height int, data []byte, tags ...[]int) []byte {
	little := binary.LittleEndian
	file := append([]byte("II*\x00\x00\x00\x00\x00"), data...)
	for _, tag := range [][]int{{256, width}, {257, height}, {259, 1}, {273, 8}, {278, height}, {279, len(data)}} {
		if !slices.ContainsFunc(tags, func(t []int) bool { return t[0] == tag[0] }) {
			tags = append(tags, tag)
		}
	}
	slices.SortFunc(tags, func(a, b []int) int { return a[0] - b[0] })
	directory := little.AppendUint16(nil, uint16(len(tags)))
	for _, tag := range tags {
		var values []byte
		for _, v := range tag[1:] {
			values = little.AppendUint16(values, uint16(v))
		}
		if len(values) > 4 { // they lie elsewhere
			file = append(file, values...)
			values = little.AppendUint32(nil, uint32(len(file)-len(values)))
		}
		directory = little.AppendUint16(little.AppendUint16(directory, uint16(tag[0])), 3)
		directory = append(little.AppendUint32(directory, uint32(len(tag)-1)), append(values, 0, 0, 0, 0)[:4]...)
	}
	little.PutUint32(file[4:], uint32(len(file)))
	return append(file, little.AppendUint32(directory, 0)...)
}

// The pixels are those of Pillow 13: Image.open(open(f, "rb")).convert("RGB"), as torchvision's loader does. (Opened by its name, a turned grey file
// without compression comes out scrambled in Pillow.)
func TestTIFFEqualsPillow(t *testing.T) {
	const bits, photometric, fillOrder, orientation, samples, planar, extra = 258, 262, 266, 274, 277, 284, 338
	six := []byte{10, 20, 30, 40, 50, 60}
	wide := []byte{111, 0, 0, 1, 254, 255, 5, 0, 255, 0, 1, 0} // 111, 256, 65534, 5, 255, 1
	rgba := []byte{199, 100, 3, 200, 50, 50, 49, 50, 7, 9, 200, 30, 1, 2, 3, 0, 9, 8, 7, 255, 60, 128, 127, 129}
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"grey":         {makeTIFF(3, 2, six, []int{bits, 8}, []int{photometric, 1}), "3x2 10 20 30 40 50 60"},
		"grey plane":   {makeTIFF(3, 2, six, []int{bits, 8}, []int{photometric, 1}, []int{planar, 2}), "3x2 10 20 30 40 50 60"},
		"turned":       {makeTIFF(3, 2, six, []int{bits, 8}, []int{photometric, 1}, []int{orientation, 6}), "2x3 40 10 50 20 60 30"},
		"turned 7":     {makeTIFF(3, 2, six, []int{bits, 8}, []int{photometric, 1}, []int{orientation, 7}), "2x3 60 30 50 20 40 10"},
		"16 bit":       {makeTIFF(3, 2, wide, []int{bits, 16}, []int{photometric, 1}), "3x2 111 255 255 5 255 1"},
		"16 bit white": {makeTIFF(3, 2, wide, []int{bits, 16}, []int{photometric, 0}), "3x2 111 255 255 5 255 1"},
		"8 bit white":  {makeTIFF(3, 2, six, []int{bits, 8}, []int{photometric, 0}), "3x2 245 235 225 215 205 195"},
		"premultiplied": {makeTIFF(6, 1, rgba, []int{bits, 8, 8, 8, 8}, []int{photometric, 2}, []int{samples, 4}, []int{extra, 1}),
			"6x1 253/127/3 255/255/249 59/76/255 0/0/0 9/8/7 118/253/251"},
		"low bits first": {makeTIFF(3, 2, six, []int{bits, 8}, []int{photometric, 1}, []int{fillOrder, 2}), "3x2 80 40 120 20 76 60"},
		"planes": {makeTIFF(2, 1, six, []int{bits, 8, 8, 8}, []int{photometric, 2}, []int{samples, 3}, []int{planar, 2},
			[]int{273, 8, 10, 12}, []int{279, 2, 2, 2}), "2x1 10/30/50 20/40/60"},
	} {
		p, err := Decode(c.file)
		if err != nil {
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: error %v, want %q", name, err, c.want)
			}
			continue
		}
		got := fmt.Sprintf("%dx%d", p.Width, p.Height)
		for i := 0; i < len(p.Pix); i += 3 {
			if r, g, b := p.Pix[i], p.Pix[i+1], p.Pix[i+2]; r == g && g == b && name != "premultiplied" {
				got += fmt.Sprintf(" %d", r)
			} else {
				got += fmt.Sprintf(" %d/%d/%d", r, g, b)
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if turned := Upright(p, c.file); turned != p {
			t.Errorf("%s: turned twice", name)
		}
	}
}
