package transforms

import (
	"math"
	"slices"
	"testing"
)

type cropStats struct {
	Cases []struct {
		Width        int        `json:"image_width"`
		Height       int        `json:"image_height"`
		Draws        int        `json:"draws"`
		Scale        [2]float64 `json:"scale"`
		Ratio        [2]float64 `json:"ratio"`
		Fallback     float64    `json:"fallback_fraction"`
		FallbackBox  []int      `json:"fallback_top_left_height_width"`
		Percent      []float64  `json:"quantile_percent"`
		Area         []float64  `json:"area_ratio_quantiles"`
		LogAspect    []float64  `json:"log_aspect_quantiles"`
		AreaMean     float64    `json:"area_ratio_mean"`
		AspectMean   float64    `json:"log_aspect_mean"`
		RelativeTop  [2]float64 `json:"relative_top_mean_std"`
		RelativeLeft [2]float64 `json:"relative_left_mean_std"`
		WidthRange   [2]int     `json:"width_min_max"`
		HeightRange  [2]int     `json:"height_min_max"`
	} `json:"cases"`
	FallbackBoxes [][6]int `json:"fallback"`
}

// TestGoldenRandomCrop compares quantiles and means of our draws with torchvision's. The tolerances are about four
// standard errors of the smaller sample, ours.
func TestGoldenRandomCrop(t *testing.T) {
	var stats cropStats
	readGolden(t, "randomcrop_stats.json", &stats)
	if len(stats.Cases) == 0 || len(stats.FallbackBoxes) == 0 {
		t.Fatal("no cases in randomcrop_stats.json")
	}
	for i, c := range stats.Cases {
		const draws = 50_000
		var area, aspect, tops, lefts []float64
		fallbacks := 0
		for n := range draws {
			top, left, h, w := cropBox(Rand(1, i, n), c.Width, c.Height, c.Scale, c.Ratio)
			if slices.Equal([]int{top, left, h, w}, c.FallbackBox) {
				fallbacks++
				continue
			}
			if w < c.WidthRange[0]-3 || w > c.WidthRange[1]+3 || h < c.HeightRange[0]-3 || h > c.HeightRange[1]+3 {
				t.Errorf("case %d: a crop of %dx%d is outside of torchvision's range", i, h, w)
			}
			area = append(area, float64(w*h)/float64(c.Width*c.Height))
			aspect = append(aspect, math.Log(float64(w)/float64(h)))
			if h < c.Height {
				tops = append(tops, float64(top)/float64(c.Height-h))
			}
			if w < c.Width {
				lefts = append(lefts, float64(left)/float64(c.Width-w))
			}
		}
		near(t, i, "fall-backs", float64(fallbacks)/draws, c.Fallback, 0.008)
		near(t, i, "mean area", mean(area), c.AreaMean, 0.005)
		near(t, i, "mean log aspect", mean(aspect), c.AspectMean, 0.005)
		near(t, i, "mean relative top", mean(tops), c.RelativeTop[0], 0.008)
		near(t, i, "mean relative left", mean(lefts), c.RelativeLeft[0], 0.008)
		slices.Sort(area)
		slices.Sort(aspect)
		for k, percent := range c.Percent {
			near(t, i, "area quantile", quantile(area, percent), c.Area[k], 0.012)
			near(t, i, "log aspect quantile", quantile(aspect, percent), c.LogAspect[k], 0.012)
		}
	}
	for _, f := range stats.FallbackBoxes {
		top, left, h, w := cropBox(Rand(0, 0, 0), f[0], f[1], [2]float64{50, 60}, [2]float64{3. / 4, 4. / 3})
		if got, want := [4]int{top, left, h, w}, [4]int(f[2:]); got != want {
			t.Errorf("fall-back of %dx%d (width x height): %v, want %v", f[0], f[1], got, want)
		}
	}
}

func near(t *testing.T, i int, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("case %d: %s %.4f, want %.4f", i, what, got, want)
	}
}

func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

func quantile(sorted []float64, percent float64) float64 {
	return sorted[int(math.Round(percent/100*float64(len(sorted)-1)))]
}

func TestRandDependsOnSeedEpochAndIndexAlone(t *testing.T) {
	base := Rand(7, 3, 11).Uint64()
	if Rand(7, 3, 11).Uint64() != base {
		t.Error("the same sample draws other numbers")
	}
	for _, other := range [][3]int{{8, 3, 11}, {7, 4, 11}, {7, 3, 12}, {7, 11, 3}} {
		if Rand(uint64(other[0]), other[1], other[2]).Uint64() == base {
			t.Errorf("%v draws what (7, 3, 11) draws", other)
		}
	}
}
