package transforms

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"

	"resnetlab/internal/golden"
)

// pillowCase is a small file and what Pillow makes of it.
type pillowCase struct {
	What          string
	Width, Height int
	CRC32         string
	File          []byte
}

// pillowCases reads the files made by testdata/make.py and testdata/make_kinds.py.
func pillowCases(t testing.TB) (cases []pillowCase) {
	t.Helper()
	for _, path := range []string{"testdata/pillow.json", "testdata/kinds.json"} {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var some []pillowCase
		if err := json.Unmarshal(data, &some); err != nil || len(some) == 0 {
			t.Fatalf("%s: %d cases, %v", path, len(some), err)
		}
		cases = append(cases, some...)
	}
	return cases
}

func (c pillowCase) check(t *testing.T) {
	got, err := Decode(c.File)
	if err != nil {
		t.Fatal(err)
	}
	if got.Width != c.Width || got.Height != c.Height {
		t.Fatalf("size %dx%d, want %dx%d", got.Width, got.Height, c.Width, c.Height)
	}
	if sum := fmt.Sprintf("%08x", crc32.ChecksumIEEE(got.Pix)); sum != c.CRC32 {
		t.Errorf("crc32 %s, want %s", sum, c.CRC32)
	}
}

func TestDecodeEqualsPillow(t *testing.T) {
	for _, c := range pillowCases(t) {
		t.Run(c.What, c.check)
	}
}

func TestSizeIsThatOfTheDecodedPicture(t *testing.T) {
	for _, c := range pillowCases(t) {
		if c.What == "GIF frame larger than the screen" {
			continue // Size says so
		}
		if width, height := Size(c.File); width != c.Width || height != c.Height {
			t.Errorf("%s: %dx%d, want %dx%d", c.What, width, height, c.Width, c.Height)
		}
	}
	for format, file := range smallFiles(t) {
		p, err := Decode(file)
		if err != nil {
			t.Fatal(err)
		}
		if width, height := Size(file); width != p.Width || height != p.Height {
			t.Errorf("%s: %dx%d, want %dx%d", format, width, height, p.Width, p.Height)
		}
		for n := range min(len(file), 40) {
			Size(file[:n]) // must not panic
		}
	}
}

// TestDecodeLeavesTheFileUnchanged matters for callers that decode a file twice: the predictor is undone in place.
func TestDecodeLeavesTheFileUnchanged(t *testing.T) {
	for _, c := range pillowCases(t) {
		before := crc32.ChecksumIEEE(c.File)
		if _, err := Decode(c.File); err != nil {
			t.Fatalf("%s: %v", c.What, err)
		}
		if crc32.ChecksumIEEE(c.File) != before {
			t.Errorf("%s: Decode changed its input", c.What)
		}
	}
}

// TestDecodeReportedPictures reads files after public reports. The sums are those of Pillow 13.0.0's Image.open(f).convert("RGB").
func TestDecodeReportedPictures(t *testing.T) {
	dir := filepath.Join(golden.Shared(t), "cases", "pictures")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: no reported pictures: %v", err)
	}
	for _, c := range []pillowCase{
		{What: "big.tif", Width: 97, Height: 73, CRC32: "d0ba0f4b"},
		{What: "cmyk_lzw.tif", Width: 97, Height: 73, CRC32: "d0ba0f4b"},
		{What: "extra_rows.png", Width: 97, Height: 73, CRC32: "d0ba0f4b"},
		{What: "grey_alpha.tif", Width: 37, Height: 23, CRC32: "347b0d8a"},
		{What: "planar.tif", Width: 37, Height: 23, CRC32: "675d4736"},
		{What: "rgb565.bmp", Width: 8, Height: 6, CRC32: "aa422c2c"},
		{What: "rgb_extra_unspecified.tif", Width: 37, Height: 23, CRC32: "d021caf4"},
		{What: "rgba_trns.png", Width: 31, Height: 20, CRC32: "3d76b8f7"},
		{What: "rle8.bmp", Width: 8, Height: 2, CRC32: "3a92871d"},
		{What: "sticker.webp", Width: 97, Height: 73, CRC32: "452e1d2b"},
		{What: "uncompressed.tif", Width: 97, Height: 73, CRC32: "d0ba0f4b"},
	} {
		t.Run(c.What, func(t *testing.T) {
			var err error
			if c.File, err = os.ReadFile(filepath.Join(dir, c.What)); err != nil {
				t.Fatal(err)
			}
			c.check(t)
		})
	}
	for name, want := range map[string]string{
		"avif.jpg":    "AVIF is not read: save it as RGB PNG",
		"webpage.jpg": "no picture but a web page (HTML): download the picture itself",
	} {
		path := filepath.Join(dir, name)
		if _, err := DecodeFile(path); err == nil || err.Error() != "decoding "+path+": "+want {
			t.Errorf("%s: error %v, want %s", name, err, want)
		}
	}
}
