package audit

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/bits"
	"path/filepath"
	"slices"
	"strings"

	"resnetlab/resnetlib/transforms"
)

// look is what is kept of one file.
type look struct {
	findings []Finding
	content  [sha256.Size]byte // of the bytes
	hash     hash              // only of a picture
	picture  bool
}

// lookAt reads one file. A panic of a decoder is a finding too.
func lookAt(dir, name string) (l look) {
	find := func(kind Kind, format string, args ...any) {
		l.findings = append(l.findings, Finding{name, kind, fmt.Sprintf(format, args...)})
	}
	defer func() {
		if cause := recover(); cause != nil {
			find(Unreadable, "panic: %v", cause)
		}
	}()
	file, err := transforms.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		find(Unreadable, "%v", err)
		return l
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
	if err != nil {
		return l
	}
	l.hash, l.picture = dHash(p), true
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
	return l
}

// endings are the file name endings of each format.
var endings = map[string][]string{
	"jpeg": {".jpg", ".jpeg"}, "png": {".png"}, "gif": {".gif"}, "bmp": {".bmp"}, "tiff": {".tif", ".tiff"},
	"webp": {".webp"}, "ppm": {".ppm", ".pgm", ".pbm", ".pnm"},
}

// grey says whether red, green and blue are alike everywhere.
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
// Size, quality and contrast change few bits (N. Krawetz, "Kind of Like That", 2013). One direction alone takes flowers
// in the middle of a dark picture for each other.
func dHash(p *transforms.RGB) (h hash) {
	wide, high := greys(p, 8, 9), greys(p, 9, 8)
	for y := range 8 {
		for x := range 8 {
			h.row = h.row<<1 | brighter(wide[9*y+x], wide[9*y+x+1])
			h.column = h.column<<1 | brighter(high[8*y+x], high[8*(y+1)+x])
		}
	}
	return h
}

func brighter(a, b int) uint64 {
	if a > b {
		return 1
	}
	return 0
}

// greys shrinks p and returns the luma of ITU-R 601, times 1000.
func greys(p *transforms.RGB, height, width int) []int {
	small := transforms.ResizeTo(p, height, width, transforms.Bilinear)
	values := make([]int, height*width)
	for i := range values {
		px := small.Pix[3*i:]
		values[i] = 299*int(px[0]) + 587*int(px[1]) + 114*int(px[2])
	}
	return values
}
