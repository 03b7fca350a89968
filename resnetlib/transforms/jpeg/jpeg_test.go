package jpeg

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"
)

// pillowCase is a file with what Pillow decodes it to; see testdata/make.py.
type pillowCase struct {
	What          string
	Width, Height int
	CRC32         string
	JPEG          []byte
}

func pillowCases(t testing.TB) []pillowCase {
	t.Helper()
	data, err := os.ReadFile("testdata/pillow.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []pillowCase
	if err := json.Unmarshal(data, &cases); err != nil || len(cases) == 0 {
		t.Fatalf("testdata/pillow.json: %d cases, %v", len(cases), err)
	}
	return cases
}

func TestDecodeEqualsPillow(t *testing.T) {
	for i, c := range pillowCases(t) {
		t.Run(fmt.Sprintf("%d %s", i, c.What), func(t *testing.T) {
			got, err := Decode(c.JPEG)
			if err != nil {
				t.Fatal(err)
			}
			if got.Width != c.Width || got.Height != c.Height {
				t.Fatalf("size %dx%d, want %dx%d", got.Width, got.Height, c.Width, c.Height)
			}
			if sum := fmt.Sprintf("%08x", crc32.ChecksumIEEE(got.Pix)); sum != c.CRC32 {
				t.Errorf("crc32 %s, want %s", sum, c.CRC32)
			}
		})
	}
}

func TestDecodeRegionEqualsPartOfWhole(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, c := range pillowCases(t) {
		whole, err := Decode(c.JPEG)
		if err != nil {
			t.Fatal(err)
		}
		for range 4 {
			x, y := rnd.IntN(c.Width), rnd.IntN(c.Height)
			r := image.Rect(x, y, x+1+rnd.IntN(c.Width-x), y+1+rnd.IntN(c.Height-y))
			part, err := DecodeRegion(c.JPEG, r)
			if err != nil {
				t.Fatal(err)
			}
			sameAsWhole(t, part, whole, r)
		}
	}
}

func sameAsWhole(t *testing.T, part, whole *Image, r image.Rectangle) {
	t.Helper()
	for y := range r.Dy() {
		from := 3 * ((r.Min.Y+y)*whole.Width + r.Min.X)
		if !bytes.Equal(part.Pix[3*y*r.Dx():3*(y+1)*r.Dx()], whole.Pix[from:from+3*r.Dx()]) {
			t.Fatalf("region %v differs from the whole in row %d", r, y)
		}
	}
}

func TestTruncatedAtEveryLengthIsAnError(t *testing.T) {
	for _, c := range pillowCases(t) {
		for n := range c.JPEG {
			if _, err := Decode(c.JPEG[:n]); err == nil {
				t.Fatalf("%s: %d of %d bytes decode without an error", c.What, n, len(c.JPEG))
			}
		}
	}
}

func TestHeaderThatPromisesTooMuchIsRefusedBeforeAllocation(t *testing.T) {
	good := pillowCases(t)[0].JPEG
	for _, size := range []uint16{4000, 13000, 65500} {
		bad := bytes.Clone(good)
		frame := bytes.Index(bad, []byte{0xff, sof0}) + 5
		bad[frame], bad[frame+1] = byte(size>>8), byte(size)
		bad[frame+2], bad[frame+3] = byte(size>>8), byte(size)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Decode(bad)
		runtime.ReadMemStats(&after)
		if err == nil || errors.Is(err, ErrTruncated) {
			t.Errorf("%dx%d in %d bytes: error %v", size, size, len(bad), err)
		}
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20 {
			t.Errorf("%dx%d: %d bytes were taken before it was refused", size, size, taken)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, c := range pillowCases(f) {
		f.Add(c.JPEG)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		width, height, err := DecodeConfig(data)
		if err == nil && width*height > 1<<22 {
			t.Skip("large")
		}
		p, err := Decode(data)
		if err != nil {
			return
		}
		if len(p.Pix) != 3*p.Width*p.Height {
			t.Fatalf("%dx%d with %d bytes", p.Width, p.Height, len(p.Pix))
		}
		r := image.Rect(width/3, height/2, width/3+max(1, width/4), height/2+1)
		part, err := DecodeRegion(data, r)
		if err != nil {
			t.Fatalf("the whole decodes, region %v does not: %v", r, err)
		}
		sameAsWhole(t, part, p, r)
	})
}
