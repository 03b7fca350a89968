package transforms

import (
	"os"
	"path/filepath"
	"testing"

	"resnetlab/internal/golden"
)

// TestModeIsPillows has what Image.open(f).mode says in Pillow; of 16-bit colour Pillow says RGB.
func TestModeIsPillows(t *testing.T) {
	for name, want := range map[string]string{
		"jpeg420.jpg": "RGB", "jpeg_gray.jpg": "L", "jpeg_cmyk.jpg": "CMYK", "jpeg_ycck.jpg": "CMYK",
		"bilevel.png": "1", "gray.png": "L", "gray16.png": "I;16", "gray_alpha.png": "LA", "palette.png": "P",
		"rgb.png": "RGB", "rgb16.png": "RGB;16", "rgba.png": "RGBA",
		"image.gif": "P", "image.bmp": "RGB", "image.tif": "RGB", "image.ppm": "RGB", "lossy.webp": "RGB", "lossless.webp": "RGB",
	} {
		file, err := os.ReadFile(filepath.Join(golden.Dir(t), "transforms/src", name))
		if err != nil {
			t.Fatal(err)
		}
		if got := Mode(file); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for file, want := range map[string]string{"P5 2 1 255\nab": "L", "P5 2 1 65535\nabcd": "I;16", "P1 1 1 0": "1", "x": "", "\xff\xd8\xff": ""} {
		if got := Mode([]byte(file)); got != want {
			t.Errorf("%q: %q, want %q", file, got, want)
		}
	}
}
