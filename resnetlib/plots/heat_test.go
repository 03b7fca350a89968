package plots

import (
	"image/color"
	"math"
	"testing"

	"resnetlab/resnetlib/transforms"
)

// PyTorch: F.interpolate(torch.tensor([[[[0., 1.], [2., 3.]]]]), size=(4, 4), mode="bilinear")[0, 0].
func TestHeatIsBilinearAsInPyTorch(t *testing.T) {
	want := []float64{0, 0.25, 0.75, 1, 0.5, 0.75, 1.25, 1.5, 1.5, 1.75, 2.25, 2.5, 2, 2.25, 2.75, 3}
	for i, v := range (Heat{2, 2, []float64{0, 1, 2, 3}}).Resized(4, 4) {
		if math.Abs(v-want[i]) > 1e-12 {
			t.Errorf("value %d is %v, want %v", i, v, want[i])
		}
	}
}

func TestHeatColours(t *testing.T) {
	pixel := func(p *transforms.RGB, i int) color.NRGBA {
		return color.NRGBA{p.Pix[3*i], p.Pix[3*i+1], p.Pix[3*i+2], 255}
	}
	for name, c := range map[string]struct {
		values []float64
		want   []color.NRGBA
	}{
		"positive":   {[]float64{0, 4, 2}, []color.NRGBA{inferno[0], inferno[8], inferno[4]}},
		"signed":     {[]float64{-2, 0, 2}, []color.NRGBA{blue, background, vermillion}},
		"negative":   {[]float64{-2, 0, 0}, []color.NRGBA{blue, background, background}},
		"nothing":    {[]float64{0, 0, 0}, []color.NRGBA{inferno[0], inferno[0], inferno[0]}},
		"not finite": {[]float64{math.NaN(), 1, math.Inf(1)}, []color.NRGBA{inferno[0], inferno[8], inferno[0]}},
	} {
		p := Heat{3, 1, c.values}.Image(3, 1)
		for i, want := range c.want {
			if got := pixel(p, i); got != want {
				t.Errorf("%s: colour %d is %v, want %v", name, i, got, want)
			}
		}
	}
}

// Where the field is 0 the photograph shows in grey, where it is strong the colour does.
func TestHeatOverAPhotograph(t *testing.T) {
	photo := transforms.NewRGB(2, 1)
	copy(photo.Pix, []uint8{200, 200, 200, 200, 200, 200})
	over := Heat{2, 1, []float64{0, 1}}.Over(photo)
	if over.Pix[0] < 140 {
		t.Errorf("pixels %v", over.Pix)
	}
	if over.Pix[3] < 200 || over.Pix[5] > 190 { // nearly inferno's light yellow
		t.Errorf("pixels %v", over.Pix)
	}
}

func TestHeatOfTheWrongSize(t *testing.T) {
	if p := HeatMap("t", nil, Heat{}); p.Height != 100 {
		t.Error("no photograph, but a picture")
	}
	if p := HeatMap("t", photo(10, 10), Heat{2, 2, []float64{1}}); p.Height != 100 {
		t.Error("a field of the wrong size was drawn")
	}
}
