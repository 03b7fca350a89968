package transforms

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"resnetlab/internal/golden"
)

func TestParseOpsAndApplyEqualTheFunctions(t *testing.T) {
	file, err := os.ReadFile(filepath.Join(golden.Dir(t), "transforms/src/jpeg_exif6.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]*RGB{
		"":                                     p,
		"resize:100":                           Resize(p, 100, Bilinear),
		"resize:100:bicubic":                   Resize(p, 100, Bicubic),
		"resize:60x90, center-crop:50":         CenterCrop(ResizeTo(p, 60, 90, Bilinear), 50, 50),
		"resize:60x90:nearest":                 ResizeTo(p, 60, 90, Nearest),
		"center-crop:20x300":                   CenterCrop(p, 20, 300),
		"resized-crop:1:2:50:60:32":            ResizedCrop(p, 1, 2, 50, 60, 32, 32, Bilinear),
		"resized-crop:1:2:50:60:32x16:bicubic": ResizedCrop(p, 1, 2, 50, 60, 32, 16, Bicubic),
		"hflip,vflip":                          VFlip(HFlip(p)),
		"brightness:1.3,contrast:0.7":          AdjustContrast(AdjustBrightness(p, 1.3), 0.7),
		"saturation:1.5,hue:-0.1":              AdjustHue(AdjustSaturation(p, 1.5), -0.1),
		"grayscale":                            Grayscale(p),
		"exif":                                 Upright(p, file),
	}
	for list, want := range cases {
		ops, err := ParseOps(list)
		if err != nil {
			t.Errorf("%q: %v", list, err)
			continue
		}
		got, err := Apply(ops, p, file)
		if err != nil || got.Width != want.Width || got.Height != want.Height || !bytes.Equal(got.Pix, want.Pix) {
			t.Errorf("%q: other picture than the functions give (%v)", list, err)
		}
	}
}

func TestParseOpsRefusesWhatItDoesNotKnow(t *testing.T) {
	for list, say := range map[string]string{
		"rotate:90":                "unknown",
		"resize":                   "missing",
		"resize:0":                 "whole number",
		"resize:-3":                "whole number",
		"resize:2x":                "whole number",
		"resize:10:cubic":          "interpolation",
		"resize:10:bicubic:3":      "too much",
		"hflip:1":                  "too much",
		"center-crop:1.5":          "whole number",
		"resized-crop:1:2:3:4":     "missing",
		"resized-crop:1:2:0:4:224": "whole number",
		"hue:0.6":                  "factor",
		"brightness:NaN":           "factor",
		"brightness:x":             "factor",
		"hflip,,vflip":             "unknown",
	} {
		if _, err := ParseOps(list); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%q: error %v, want one with %q", list, err, say)
		}
	}
	ops, err := ParseOps("resize:20000x20000")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Apply(ops, NewRGB(2, 2), nil); err == nil {
		t.Error("a result of 400 million pixels is not refused")
	}
}
