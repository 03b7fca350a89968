package transforms

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"resnetlab/internal/golden"
)

// fuzzFormat feeds one decoder with damaged files that still begin like the format's.
func fuzzFormat(f *testing.F, format, pattern string) {
	f.Add(smallFiles(f)[format])
	paths, err := filepath.Glob(filepath.Join(golden.Dir(f), "transforms/src", pattern))
	if err != nil || len(paths) == 0 {
		f.Fatalf("no seeds %s: %v", pattern, err)
	}
	for _, path := range paths {
		if data, err := os.ReadFile(path); err == nil && len(data) < 5_000 {
			f.Add(data)
		}
	}
	for _, c := range pillowCases(f) {
		if Format(c.File) == format && len(c.File) < 5_000 {
			f.Add(c.File)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if Format(data) != format {
			return
		}
		width, height := Size(data)
		if width > 1<<18/max(height, 1) {
			t.Skip("large: it would take most of the time")
		}
		Mode(data)
		p, err := Decode(data)
		if err != nil {
			checkMessage(t, err)
		}
		if err == nil && (p.Width < 1 || p.Height < 1 || len(p.Pix) != 3*p.Width*p.Height) {
			t.Fatalf("%dx%d with %d bytes", p.Width, p.Height, len(p.Pix))
		}
		if err == nil && format != "gif" && (p.Width != width || p.Height != height) {
			t.Fatalf("Size says %dx%d, Decode makes %dx%d", width, height, p.Width, p.Height)
		}
		Orientation(data)
	})
}

func FuzzPNG(f *testing.F)  { fuzzFormat(f, "png", "*.png") }
func FuzzGIF(f *testing.F)  { fuzzFormat(f, "gif", "*.gif") }
func FuzzBMP(f *testing.F)  { fuzzFormat(f, "bmp", "*.bmp") }
func FuzzTIFF(f *testing.F) { fuzzFormat(f, "tiff", "*.tif") }
func FuzzPPM(f *testing.F)  { fuzzFormat(f, "ppm", "*.ppm") }
func FuzzWebP(f *testing.F) { fuzzFormat(f, "webp", "*.webp") }

func FuzzOrientation(f *testing.F) {
	for _, data := range smallFiles(f) {
		f.Add(data)
	}
	data, err := os.ReadFile(filepath.Join(golden.Dir(f), "transforms/src/jpeg_exif6.jpg"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(_ *testing.T, data []byte) { Orientation(data) })
}

func FuzzOps(f *testing.F) {
	for _, list := range []string{"resize:256,center-crop:224", "resized-crop:1:2:3:4:5x6:bicubic", "hue:0.1,exif"} {
		f.Add(list)
	}
	f.Fuzz(func(t *testing.T, list string) {
		if ops, err := ParseOps(list); err == nil && strings.TrimSpace(list) != "" && len(ops) != strings.Count(list, ",")+1 {
			t.Fatalf("%q: %d steps", list, len(ops))
		}
	})
}

// FuzzMessages: whatever a file holds, the error is a short printable line.
func FuzzMessages(f *testing.F) {
	for _, c := range pillowCases(f) {
		f.Add(c.File[:min(len(c.File), 60)])
	}
	for _, k := range append(pictureKinds, otherKinds...) {
		f.Add([]byte(strings.Repeat("\x00", k.at) + k.begins + "\x1b[2J"))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if Format(data) == "" {
			if _, err := Decode(data); err == nil {
				t.Fatal("a file of no format was read")
			} else {
				checkMessage(t, err)
			}
		}
	})
}
