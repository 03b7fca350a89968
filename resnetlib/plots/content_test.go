package plots

import (
	"image"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/font"

	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/transforms"
)

// longestRow returns the length of the longest unbroken line of pixels, left to right, that match.
func longestRow(img image.Image, match func(color.NRGBA) bool) (longest int) {
	run, lastY := 0, -1
	each(img, func(_, y int, c color.NRGBA) {
		if y != lastY {
			run, lastY = 0, y
		}
		if run++; !match(c) {
			run = 0
		}
		longest = max(longest, run)
	})
	return longest
}

func dark(c color.NRGBA) bool { return c.R < 0xD0 && c.R == c.G && c.G == c.B }

func TestAxesAreDrawn(t *testing.T) {
	for name, least := range map[string]int{"lines": 700, "rates": 700, "histogram": 700, "curves": 300} {
		if got := longestRow(gallery(flowers)[name].Image(), dark); got < least {
			t.Errorf("%s: the longest dark line has %d pixels: no axis", name, got)
		}
	}
}

// TestBarsAreAsLongAsTheirValues measures the bars.
func TestBarsAreAsLongAsTheirValues(t *testing.T) {
	img := Bars("t", "u", []string{"a", "b", "c"}, Group{Values: []float64{1, 4, 2}}).Image()
	var lengths []int
	inside := false
	for y := range img.Bounds().Dy() {
		n := 0
		for x := range img.Bounds().Dx() {
			if at(img, x, y) == blue {
				n++
			}
		}
		if n > 20 && !inside {
			lengths = append(lengths, n)
		}
		inside = n > 20
	}
	if len(lengths) != 3 {
		t.Fatalf("%d bars, want 3", len(lengths))
	}
	for i, want := range []float64{0.25, 1, 0.5} {
		if got := float64(lengths[i]) / float64(lengths[1]); math.Abs(got-want) > 0.01 {
			t.Errorf("bar %d is %.3f of the longest, want %.3f", i, got, want)
		}
	}
}

func TestNegativeBarsGoLeft(t *testing.T) {
	img := Bars("t", "u", []string{"a", "b"}, Group{Values: []float64{-1, 1}}).Image()
	var left, right []int
	each(img, func(x, y int, c color.NRGBA) {
		if c == blue && y < img.Bounds().Dy()/2 {
			left = append(left, x)
		} else if c == blue {
			right = append(right, x)
		}
	})
	if len(left) == 0 || len(right) == 0 || slices.Max(left) > slices.Min(right)+2 {
		t.Error("the bars of -1 and 1 do not lie on the two sides of zero")
	}
}

// TestRingMarksTheBestEpoch moves the best epoch and sees the ring move.
func TestRingMarksTheBestEpoch(t *testing.T) {
	centre := func(best int) (x float64) {
		metrics := tenEpochs()
		metrics[best-1].ValAccuracy = 0.99
		var sum, n float64
		each(Curves(metrics).Image(), func(x, y int, c color.NRGBA) {
			if x > 480 && y > 60 && c == vermillion {
				sum, n = sum+float64(x), n+1
			}
		})
		if n < 30 {
			t.Fatalf("no ring for epoch %d: %v pixels", best, n)
		}
		return sum / n
	}
	step := (centre(8) - centre(3)) / 5
	if step < 30 || step > 50 { // nine steps over about 370 pixels
		t.Errorf("the ring moves %.1f pixels an epoch", step)
	}
	if title := Curves(tenEpochs()).Title; !strings.Contains(title, "in epoch 9") {
		t.Errorf("title %q", title)
	}
}

func TestPhotosStandUpright(t *testing.T) {
	for name, p := range map[string]*Picture{
		"card": PredictionCard(Card{Image: photo(200, 200), Classes: flowers, Probs: []float64{0.2, 0.2, 0.2, 0.2, 0.2}}),
		"grid": Grid([]*transforms.RGB{photo(200, 200)}, []string{"title"}, 1),
	} {
		img := p.Image()
		corner := map[color.NRGBA][]int{}
		each(img, func(x, y int, c color.NRGBA) {
			if c.B == 128 { // only the photo has this blue
				corner[c] = []int{x, y}
			}
		})
		topLeft, bottomRight := corner[color.NRGBA{0, 0, 128, 255}], corner[color.NRGBA{253, 253, 128, 255}]
		if topLeft == nil || bottomRight == nil || topLeft[0] >= bottomRight[0] || topLeft[1] >= bottomRight[1] {
			t.Errorf("%s: darkest corner at %v, brightest at %v", name, topLeft, bottomRight)
		}
	}
}

func TestCardTitle(t *testing.T) {
	card := PredictionCard(Card{Image: photo(8, 8), Classes: flowers, Probs: []float64{0, 0.01, 0.007, 0, 0.983}})
	if want := "class: tulips   prob: 0.983"; card.Title != want {
		t.Errorf("title %q, want %q", card.Title, want)
	}
}

func TestFeatureMapsKeepTheirSquares(t *testing.T) {
	img := Grid([]*transforms.RGB{photo(7, 7)}, nil, 1).Image()
	colours := map[color.NRGBA]bool{}
	each(img, func(_, _ int, c color.NRGBA) { colours[c] = true })
	if len(colours) != 49+1 {
		t.Errorf("%d colours, want those of 7x7 pixels and white", len(colours))
	}
}

func TestMostConfusedIsSorted(t *testing.T) {
	names, counts := commonestMistakes(flowers, confusion, 3)
	if want := []string{"roses → tulips", "tulips → roses", "sunflowers → dandelion"}; !slices.Equal(names, want) || !slices.Equal(counts, []float64{12, 9, 5}) {
		t.Errorf("%v %v", names, counts)
	}
}

func TestMostProbableKeepsTheSum(t *testing.T) {
	names, probs := mostProbable([]string{"a", "b", "c", "d"}, []float64{0.1, 0.4, 0.3, 0.2}, 2)
	if !slices.Equal(names, []string{"b", "c", "other classes"}) || math.Abs(probs[2]-0.3) > 1e-12 {
		t.Errorf("%v %v", names, probs)
	}
}

func TestSharesSumToOne(t *testing.T) {
	got := shares([]float64{0, 0.5, 1, 1, math.NaN()}, 0, 1, 4)
	if want := []float64{0.25, 0, 0.25, 0.5}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCountLabels(t *testing.T) {
	if got := CountLabels("train", 3, []int{0, 2, 2, 7, -1}).Values; !slices.Equal(got, []float64{1, 0, 2}) {
		t.Error(got)
	}
}

// TestUnusualInputIsDrawn draws what a run that went wrong, or has only just begun, has to show.
func TestUnusualInputIsDrawn(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	broken := []runs.Metrics{{Epoch: 1, TrainLoss: 1, ValLoss: 1, ValAccuracy: 0.2}, {Epoch: 2, TrainLoss: nan, ValLoss: inf, ValAccuracy: 0.2}}
	for name, p := range map[string]*Picture{
		"no epoch": Curves(nil), "one epoch": Curves(tenEpochs()[:1]), "NaN": Curves(broken), "only NaN": Curves([]runs.Metrics{{Epoch: 1, TrainLoss: nan, ValLoss: nan, ValAccuracy: nan}}),
		"no class": ConfusionMatrix(nil, nil), "empty matrix": ConfusionMatrix(flowers, make([][]int, 5)), "short rows": ConfusionMatrix(flowers, [][]int{{1}, {0, 2}}),
		"no mistake": MostConfused(flowers, [][]int{{1}}, 5), "no picture": PredictionCard(Card{Image: nil, Classes: flowers, Probs: make([]float64, 5)}), "NaN card": PredictionCard(Card{Image: photo(3, 5), Classes: flowers, Probs: []float64{nan, nan, nan, nan, nan}}),
		"empty grid": Grid(nil, nil, 3), "hole": Grid([]*transforms.RGB{nil, photo(4, 4)}, []string{"none", "some"}, 2),
		"no bars": Bars("t", "u", nil), "bars missing": Bars("t", "u", flowers, Group{Values: []float64{1, nan}}), "zeros": Bars("t", "u", []string{"a"}, Group{Values: []float64{0}}),
		"no line": Lines("t", "x", "y"), "flat": Lines("t", "x", "y", Series{Y: []float64{1, 1, 1}}), "point": Lines("t", "x", "y", Series{Y: []float64{1}}),
		"no rate": LearningRates(nil, nil, 1), "zero rate": LearningRates([]float64{0, 1e-3, 1e-2}, []float64{1, nan, 2}, 0),
		"no block": ResidualBlocks("t"), "bare block": ResidualBlocks("t", ResidualBlock{}), "five blocks": ResidualBlocks("t", make([]ResidualBlock, 5)...),
		"no row": Network("t", ""), "empty row": Network("t", "", NetworkRow{Name: "layer1"}), "long lines": Network("t", "", NetworkRow{Boxes: []NetworkBox{{Lines: []string{strings.Repeat("3x3, ", 20)}}}}),
		"no channel": Wiring(0, 8, 1), "no group": Wiring(8, 8), "odd groups": Wiring(12, 6, 1, 0, 3, 4), "many channels": Wiring(128, 64, 32),
		"no draw": Augmentations(photo(4, 4), transforms.EvalPreset(8), Draws{Count: 0, Seed: 1}), "nothing to draw": Augmentations(nil, transforms.EvalPreset(8), Draws{Count: 3, Seed: 1}),
		"no value": Histogram("t", Axis{Label: "x"}, Sample{}), "one value": Histogram("t", Axis{Label: "x", Bins: 3}, Sample{Values: []float64{2, 2, inf}}),
		"large value": Histogram("t", Axis{Label: "x", Bins: 3}, Sample{Values: []float64{1e17, 1e17}}), "next value": Histogram("t", Axis{Label: "x", Bins: 3}, Sample{Values: []float64{1, math.Nextafter(1, 2)}}),
		"next line": Lines("t", "x", "y", Series{Y: []float64{1.6094379124341003, math.Nextafter(1.6094379124341003, 2)}}), "fewer than none": MostConfused(flowers, confusion, -1),
	} {
		t.Run(name, func(t *testing.T) {
			if n := count(p.Image(), background); n == p.Width*p.Height {
				t.Error("blank")
			}
			if _, err := p.SVG(); err != nil {
				t.Error(err)
			}
			keepForEyes(t, p, "odd-"+strings.ReplaceAll(name, " ", "-"))
		})
	}
}

func TestEveryChineseWordHasGlyphs(t *testing.T) {
	face := handler().Cache().Lookup(font.Font{Typeface: "Noto Sans SC"}, 12)
	var buffer sfnt.Buffer
	words := []string{strings.Join(flowersZH, ""), "鸢尾芍药栀子茉莉（）：，。×±→≈"}
	for english, translated := range chinese {
		words = append(words, english, translated)
	}
	for _, word := range words {
		for _, r := range word {
			if glyph, err := face.Face.GlyphIndex(&buffer, r); err != nil || glyph == 0 {
				t.Errorf("%q: no glyph for %q (%v)", word, r, err)
			}
		}
	}
}

// TestEveryWordIsTranslated reads what the package says from its own source.
func TestEveryWordIsTranslated(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	said := map[string]bool{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range regexp.MustCompile(`say\("([^"]+)"\)`).FindAllStringSubmatch(string(source), -1) {
			said[match[1]] = true
			if chinese[match[1]] == "" {
				t.Errorf("%s: %q has no Chinese", file, match[1])
			}
		}
	}
	for words := range chinese {
		if !said[words] {
			t.Errorf("%q is translated, and nowhere said", words)
		}
	}
}

func TestLanguages(t *testing.T) {
	for name, want := range map[string]Language{"": English, "zh": Chinese, "zh_CN.UTF-8": Chinese, "en": English, "de": English} {
		if got := languageOf(name); got != want {
			t.Errorf("%q is taken for %q, want %q", name, got, want)
		}
	}
	speak(t, Chinese)
	if got := Curves(tenEpochs()).Title; got != "训练曲线：最佳准确率 0.943（第 9 个 epoch）" {
		t.Error(got)
	}
	if got := ConfusionMatrix(flowersZH, confusion).Title; got != "混淆矩阵：364 张中 316 张正确（86.8%）" {
		t.Error(got)
	}
}

func TestRoundTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		whole     bool
		want      string
	}{
		{0, 1, false, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{-0.05, 0.15, false, "-0.05 0.00 0.05 0.10 0.15"},
		{1, 3, true, "1 2 3"},
		{1, 100, true, "20 40 60 80 100"},
		{0, 12000, false, "0 5000 10000"},
		{2, 2, false, "2"},
		{1, math.Nextafter(1, 2), false, "1 1.0000000000000002"}, // counting would never end
		{-1e308, 1e308, false, "-1e+308 1e+308"},
	} {
		var labels []string
		for _, tick := range (roundTicks{Whole: c.whole}).Ticks(c.low, c.high) {
			labels = append(labels, tick.Label)
		}
		if got := strings.Join(labels, " "); got != c.want {
			t.Errorf("%v to %v: %s, want %s", c.low, c.high, got, c.want)
		}
	}
}

func TestSaveWritesTheFormatOfTheEnding(t *testing.T) {
	p := Bars("t", "u", []string{"a"}, Group{Values: []float64{1}})
	path := filepath.Join(t.TempDir(), "bars.PNG")
	if err := p.Save(path); err != nil {
		t.Fatal(err)
	}
	saved, err := os.ReadFile(path)
	if content, _ := p.PNG(); err != nil || string(saved) != string(content) {
		t.Error("the file is not the PNG; a picture must come out the same each time", err)
	}
	for _, bad := range []string{"x.jpg", filepath.Join(t.TempDir(), "missing", "x.png")} {
		if err := p.Save(bad); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("saving to %s: %v", bad, err)
		}
	}
}

// Colour blindness as Machado, Oliveira and Fernandes (2009) simulate it, in linear RGB.
var blindness = map[string][3][3]float64{
	"protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"tritanopia":   {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
	"none":         {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
}

// TestPaletteForTheColourBlind wants any two colours to differ by seven times what an eye can just tell (2.3 in CIE
// Lab), neighbours in the palette by nine times, and blue and red-brown, which carry right and wrong, by forty times.
func TestPaletteForTheColourBlind(t *testing.T) {
	for name, matrix := range blindness {
		for i := range palette {
			for j := range i {
				if d := labDistance(seenBy(matrix, palette[i]), seenBy(matrix, palette[j])); d < 16 || i == j+1 && d < 20 || i == 1 && d < 90 {
					t.Errorf("%s: colours %d and %d differ by %.1f", name, j, i, d)
				}
			}
		}
	}
}

func seenBy(matrix [3][3]float64, c color.NRGBA) (lab [3]float64) {
	linear := [3]float64{}
	for i, v := range []uint8{c.R, c.G, c.B} {
		s := float64(v) / 255
		if linear[i] = s / 12.92; s > 0.04045 {
			linear[i] = math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	var rgb [3]float64
	for i, row := range matrix {
		for j, m := range row {
			rgb[i] += m * linear[j]
		}
		rgb[i] = min(1, max(0, rgb[i]))
	}
	f := func(t float64) float64 {
		if t > 0.008856 {
			return math.Cbrt(t)
		}
		return 7.787*t + 16.0/116
	}
	x := f((0.4124*rgb[0] + 0.3576*rgb[1] + 0.1805*rgb[2]) / 0.9505)
	y := f(0.2126*rgb[0] + 0.7152*rgb[1] + 0.0722*rgb[2])
	z := f((0.0193*rgb[0] + 0.1192*rgb[1] + 0.9505*rgb[2]) / 1.089)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

func labDistance(a, b [3]float64) float64 {
	return math.Sqrt((a[0]-b[0])*(a[0]-b[0]) + (a[1]-b[1])*(a[1]-b[1]) + (a[2]-b[2])*(a[2]-b[2]))
}
