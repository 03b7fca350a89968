package audit

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/fnv"
	"math/bits"
	"path/filepath"
	"slices"
	"strings"

	"resnetlab/datasets"
	"resnetlab/resnetlib/transforms"
)

// look is what Run keeps of one file.
type look struct {
	findings []Finding
	content  [sha256.Size]byte // sha256 of the file, zero if it could not be read
	picture  bool              // it could be decoded: hash and tint are set
	hash     hash
	tint     uint64 // hash of the colours of a picture of even brightness, whose difference hash is the same for all; else 0
}

// lookAt reads one file. A panic of a decoder is a finding too. The error is one of the machine; see datasets.IsSystemError.
func lookAt(dir, name string) (l look, err error) {
	find := func(kind Kind, format string, args ...any) {
		l.findings = append(l.findings, Finding{name, kind, fmt.Sprintf(format, args...)})
	}
	defer func() {
		if cause := recover(); cause != nil {
			find(Unreadable, "panic: %v", cause)
		}
	}()
	file, err := transforms.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if datasets.IsSystemError(err) {
		return look{}, datasets.SystemError(name, err)
	}
	if err != nil {
		find(Unreadable, "%v", err)
		return l, nil
	}
	l.content = sha256.Sum256(file)
	p, err := transforms.Decode(file)
	switch {
	case errors.Is(err, transforms.ErrTruncated):
		find(Truncated, "%v", err)
	case err != nil:
		find(Unreadable, "%v", err)
	}
	format := transforms.Format(file)
	if format != "" && !slices.Contains(endings[format], strings.ToLower(filepath.Ext(name))) {
		find(Extension, "the content is %s", format)
	}
	if err == nil {
		l.hash, l.tint = dHash(p)
		l.picture = true
		checkPicture(file, p, find)
	}
	return l, nil
}

// checkPicture calls find for what is odd about a picture that can be decoded; p is the picture of file.
func checkPicture(file []byte, p *transforms.RGB, find func(kind Kind, format string, args ...any)) {
	if min(p.Width, p.Height) < TinySide {
		find(Tiny, "%d x %d", p.Width, p.Height)
	}
	if grey(p) {
		find(Grey, "no colour")
	}
	if mode := transforms.Mode(file); !slices.Contains([]string{"RGB", "L", "1"}, mode) {
		find(Mode, "%s, read as RGB", mode)
	}
	if o := transforms.Orientation(file); o > 1 && o <= 8 {
		find(Rotated, "EXIF orientation %d", o)
	}
}

// endings are the file name endings of each format.
var endings = map[string][]string{
	"jpeg": {".jpg", ".jpeg"}, "png": {".png"}, "gif": {".gif"}, "bmp": {".bmp"}, "tiff": {".tif", ".tiff"},
	"webp": {".webp"}, "ppm": {".ppm", ".pgm", ".pbm", ".pnm"},
}

// grey reports whether red, green and blue are alike everywhere.
func grey(p *transforms.RGB) bool {
	for i := 0; i+3 <= len(p.Pix); i += 3 {
		if p.Pix[i] != p.Pix[i+1] || p.Pix[i] != p.Pix[i+2] {
			return false
		}
	}
	return true
}

// hash is a picture's difference hash, along rows and along columns.
type hash struct{ row, column uint64 }

// distance is in bits, of 64: the larger of both directions' distances.
func (h hash) distance(o hash) int {
	return max(bits.OnesCount64(h.row^o.row), bits.OnesCount64(h.column^o.column))
}

// dHash shrinks the picture to a few greys; each bit says whether one is brighter than its right, or lower, neighbour.
// Size, quality and contrast change few bits (N. Krawetz, "Kind of Like That", 2013). One direction alone would confuse
// flowers in the middle of a dark picture. Where no two greys differ (one colour, or colours of one brightness), all bits
// are 0 or noise, and tint stands for the colours; else it is 0.
func dHash(p *transforms.RGB) (h hash, tint uint64) {
	small := transforms.ResizeTo(p, 8, 9, transforms.Bilinear)
	wide, high := greys(small), greys(transforms.ResizeTo(p, 9, 8, transforms.Bilinear))
	if slices.Max(wide)-slices.Min(wide) <= even && slices.Max(high)-slices.Min(high) <= even {
		colours := fnv.New64a()
		colours.Write(small.Pix)
		return hash{}, max(1, colours.Sum64())
	}
	for y := range 8 {
		for x := range 8 {
			h.row = h.row<<1 | brighter(wide[9*y+x], wide[9*y+x+1])
			h.column = h.column<<1 | brighter(high[8*y+x], high[8*(y+1)+x])
		}
	}
	return h, 0
}

// even is how much the greys of a picture of even brightness differ at most: two levels of 255, times 1000.
const even = 2000

func brighter(a, b int) uint64 {
	if a > b {
		return 1
	}
	return 0
}

// greys returns the luma of ITU-R 601 of each pixel, times 1000.
func greys(p *transforms.RGB) []int {
	values := make([]int, p.Width*p.Height)
	for i := range values {
		px := p.Pix[3*i:]
		values[i] = 299*int(px[0]) + 587*int(px[1]) + 114*int(px[2])
	}
	return values
}
