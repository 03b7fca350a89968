package transforms

import "resnetlab/resnetlib/transforms/internal/refuse"

// bmpRuns undoes RLE8 and RLE4: a byte a pixel, in the file's order of rows. What the runs leave out has colour 0.
type bmpRuns struct {
	in            []byte
	out           []byte
	width, height int
	x, y          int  // of the next pixel; x is width behind a full row
	halves        bool // RLE4: two pixels in a byte
}

// What a pair of bytes stands for whose first byte, the length of a run, is 0.
const (
	bmpEndOfLine   = 0
	bmpEndOfBitmap = 1
	bmpDelta       = 2 // the next pair of bytes says how far to go, to the right and to the next rows
)

func (b *bmpFile) runs() bool { return b.compression == bmpRLE8 || b.compression == bmpRLE4 }

// expandRuns returns the pixels of the file's runs.
func (b *bmpFile) expandRuns() ([]byte, error) {
	r := bmpRuns{in: b.pixels, out: make([]byte, b.width*b.height), width: b.width, height: b.height, halves: b.compression == bmpRLE4}
	for !r.full() {
		pair, ok := r.take(2)
		if !ok {
			return nil, refuse.ErrTruncated
		}
		switch n, code := int(pair[0]), pair[1]; {
		case n > 0:
			r.repeat(n, code)
		case code == bmpEndOfLine:
			r.x, r.y = 0, r.y+1
		case code == bmpEndOfBitmap:
			return r.out, nil
		case code == bmpDelta:
			pair, ok = r.take(2)
			if ok {
				r.x, r.y = min(r.x+int(pair[0]), r.width), r.y+int(pair[1])
			}
		default:
			ok = r.copyPixels(int(code))
		}
		if !ok {
			return nil, refuse.ErrTruncated
		}
	}
	return r.out, nil
}

func (r *bmpRuns) full() bool {
	return r.y >= r.height || r.y == r.height-1 && r.x == r.width
}

func (r *bmpRuns) take(n int) (head []byte, ok bool) {
	if len(r.in) < n {
		return nil, false
	}
	head, r.in = r.in[:n], r.in[n:]
	return head, true
}

// place returns where the next n pixels go, or fewer at the end of the row, and steps over them.
func (r *bmpRuns) place(n int) []byte {
	n = min(n, r.width-r.x)
	at := r.y*r.width + r.x
	r.x += n
	return r.out[at : at+n]
}

// pixel returns pixel i of bytes of one or two pixels.
func (r *bmpRuns) pixel(from []byte, i int) byte {
	switch {
	case !r.halves:
		return from[i]
	case i%2 == 0:
		return from[i/2] >> 4
	}
	return from[i/2] & 15
}

// repeat puts a run of one colour, or of two in turn.
func (r *bmpRuns) repeat(n int, code byte) {
	to, pair := r.place(n), []byte{code, code}
	for i := range to {
		to[i] = r.pixel(pair, i%2)
	}
}

// copyPixels puts n pixels that stand one by one, filled up to an even number of bytes; the file may end before the filling.
func (r *bmpRuns) copyPixels(n int) bool {
	size := n
	if r.halves {
		size = (n + 1) / 2
	}
	from, ok := r.take(size)
	if !ok {
		return false
	}
	to := r.place(n)
	for i := range to {
		to[i] = r.pixel(from, i)
	}
	r.in = r.in[min(size%2, len(r.in)):]
	return true
}
