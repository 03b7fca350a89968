package plots

import (
	"image/color"
	"math"
	"testing"
)

// The bars of accuracy are as long as the values, on an axis that ends at 1; a stage that did not move has the palest field, the one that moved
// most the full blue.
func TestStrategiesDrawTheirNumbers(t *testing.T) {
	stages := []string{"conv1", "fc"}
	img := Strategies("t", stages, []Contender{
		{Name: "a", Accuracy: 0.8, Error: math.NaN(), Seconds: 1, Trained: 1, Moved: []float64{0, 2}},
		{Name: "b", Accuracy: 0.4, Error: math.NaN(), Seconds: 1, Trained: 1, Moved: []float64{1, 0}},
	}).Image()
	var bars []int // widths of the two bars of accuracy, from the top
	inside := false
	for y := range 110 {
		n := 0
		for x := range img.Bounds().Dx() {
			if at(img, x, y) == blue {
				n++
			}
		}
		if n > 20 && !inside {
			bars = append(bars, n)
		}
		inside = n > 20
	}
	if len(bars) != 2 || math.Abs(float64(bars[0])/float64(bars[1])-2) > 0.02 {
		t.Errorf("bars of %v pixels, want the first twice the second", bars)
	}
	fields := map[color.NRGBA]int{}
	each(img, func(x, y int, c color.NRGBA) {
		if y > img.Bounds().Dy()-80 {
			fields[c]++
		}
	})
	if full, half, none := fields[shade(blue, 1)], fields[shade(blue, 0.5)], fields[shade(blue, 0)]; full < 5000 || half < 5000 || none < 2*5000 {
		t.Errorf("fields of %d, %d and %d pixels for the most, half of it and nothing", full, half, none)
	}
}

func TestCountsAreShortened(t *testing.T) {
	for v, want := range map[float64]string{11178051: "11.2 M", 2565: "2.6 k", 105: "105", 0: "0"} {
		if got := countOf(v); got != want {
			t.Errorf("%v is written %q, want %q", v, got, want)
		}
	}
}
