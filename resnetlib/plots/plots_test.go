package plots

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/transforms"
)

var (
	flowers   = []string{"daisy", "dandelion", "roses", "sunflowers", "tulips"}
	flowersZH = []string{"雏菊", "蒲公英", "玫瑰", "向日葵", "郁金香"}
	confusion = [][]int{{58, 3, 1, 1, 0}, {4, 82, 0, 3, 0}, {2, 0, 49, 1, 12}, {0, 5, 1, 61, 2}, {1, 0, 9, 3, 66}}
)

// tenEpochs is a run whose best epoch is the eighth.
func tenEpochs() []runs.Metrics {
	var metrics []runs.Metrics
	for e := 1; e <= 10; e++ {
		x := float64(e)
		accuracy := 0.95 - 0.5*math.Exp(-x/2) - 0.004*(x-8)*(x-8)/4
		metrics = append(metrics, runs.Metrics{Epoch: e, TrainLoss: 0.2 + 1.4*math.Exp(-x/3), ValLoss: 0.3 + 1.2*math.Exp(-x/2.5) + 0.01*x, ValAccuracy: accuracy, LR: 1e-4})
	}
	return metrics
}

// photo is a picture that says which way up it is: red grows to the right, green downwards.
func photo(w, h int) *transforms.RGB {
	p := &transforms.RGB{Width: w, Height: h, Pix: make([]uint8, 3*w*h)}
	for y := range h {
		for x := range w {
			i := 3 * (y*w + x)
			p.Pix[i], p.Pix[i+1], p.Pix[i+2] = uint8(255*x/w), uint8(255*y/h), 128
		}
	}
	return p
}

func normal(mean, std float64, n int) []float64 {
	values := make([]float64, n)
	for i := range values { // the quantiles of the logistic distribution: close to normal, and no chance in it
		q := (float64(i) + 0.5) / float64(n)
		values[i] = mean + std*0.55*math.Log(q/(1-q))
	}
	return values
}

// gallery draws every kind of picture once, with class names in the language.
func gallery(classes []string) map[string]*Picture {
	tiles := []*transforms.RGB{photo(224, 224), photo(224, 150), photo(7, 7), photo(100, 224), photo(500, 400), photo(224, 224), photo(224, 224)}
	titles := []string{"true: " + classes[4] + "\n" + classes[2] + " 0.61  loss 2.31", classes[1], "7x7", classes[3], "a title that is far longer than its picture is wide"}
	rates, losses := []float64{}, []float64{}
	for e := -7.0; e < 0; e += 0.1 {
		rates, losses = append(rates, math.Pow(10, e)), append(losses, 1.6-1.1/(1+math.Exp(-2*(e+3.5)))+math.Exp(5*(e+0.8)))
	}
	strategies := []string{"all", "last:layer4", "new"}
	hundred, hundredCounts := many(100)
	twenty, twentyCounts := many(20)
	return map[string]*Picture{
		"confusion20":  ConfusionMatrix(twenty, twentyCounts),
		"confusion100": ConfusionMatrix(hundred, hundredCounts),
		"card100":      PredictionCard(Card{Image: photo(240, 320), Classes: hundred, Probs: normal(0.01, 0.001, 100)}),
		"curves":       Curves(tenEpochs()),
		"confusion":    ConfusionMatrix(classes, confusion),
		"confused":     MostConfused(classes, confusion, 6),
		"card":         PredictionCard(Card{Image: photo(320, 240), Classes: classes, Probs: []float64{0.004, 0.001, 0.011, 0.001, 0.983}}),
		"grid":         Grid(tiles, titles, 4),
		"toplosses":    TopLosses(verdicts(classes)),
		"strategies":   Strategies("Strategies", stageNames, contenders),
		"classes":      ClassHistogram(classes, CountLabels("train", 5, []int{0, 0, 1, 2, 2, 2, 3, 4, 4}), CountLabels("val", 5, []int{0, 1, 2})),
		"bars":         Bars("Strategies", say("accuracy"), strategies, Group{Name: "3 seeds", Values: []float64{0.2270833, 0.425, 0.4791667}, Std: []float64{0.0229167, 0.0375, 0.0083333}}),
		"lines":        Lines("Gradient norm", "layer", "norm", Series{Name: "plain", Y: []float64{1, 0.5, 0.2, 0.1}}, Series{Name: "ResNet", Y: []float64{1, 0.9, 0.95, 0.9}}),
		"loglines":     LogLines("Gradient norm", "block", "", Series{Name: "plain", Y: []float64{1e-3, 1e-2, 0.3, 40}}, Series{Name: "ResNet", Y: []float64{9, 5, 0, 0.95}}),
		"heat":         HeatMap("Grad-CAM layer4: "+classes[4], photo(224, 224), Heat{7, 7, normal(5, 1, 49)}),
		"signed":       HeatMap("signed", photo(224, 160), Heat{7, 5, normal(0, 1, 35)}, Box{classes[0], image.Rect(-20, 40, 100, 120)}, Box{classes[1], image.Rect(30, 50, 60, 90)}),
		"rates":        LearningRates(rates, losses, 3e-4),
		"residual":     ResidualBlocks("Blocks", identityBlock, projectionBlock),
		"network":      Network("Network", "note", stem, stages(3), stages(8)),
		"wiring":       Wiring(8, 8, 1, 4, 8),
		"augmentation": Augmentations(photo(300, 200), transforms.EvalPreset(224), Draws{Count: 9, Seed: 1}),
		"histogram":    Histogram("bn1", Axis{Label: "x"}, Sample{"before", normal(1.5, 2, 5000)}, Sample{"after", normal(0, 1, 3000)}),
	}
}

var stageNames = []string{"conv1", "bn1", "layer1", "layer2", "layer3", "layer4", "fc"}

var contenders = []Contender{
	{"all", 0.871, 0.012, 2.31, 11179077, []float64{0.02, 0.03, 0.05, 0.07, 0.1, 0.2, 0.8}},
	{"last:fc", 0.802, 0.008, 0.74, 2565, []float64{0, 0, 0, 0, 0, 0, 0.9}},
	{"new", 0.655, 0.02, 0.75, 105, []float64{0, 0, 0, 0, 0, 0, 0}},
	{"scratch", 0.38, math.NaN(), 2.3, 11179077, []float64{0.1, 0.2, 0.31, 0.44, 0.52, 0.61, 1.1}},
}

// verdicts are five mistakes and one right answer, in pictures of several shapes.
func verdicts(classes []string) []Verdict {
	all := []Verdict{}
	for i, size := range [][2]int{{96, 96}, {128, 96}, {96, 120}, {300, 200}, {96, 96}, {128, 96}} {
		all = append(all, Verdict{Image: photo(size[0], size[1]), True: classes[i%5], Predicted: classes[(i+1)%5], Prob: 0.97 - 0.1*float64(i), Loss: 5 - 0.8*float64(i)})
	}
	all[5].Predicted = all[5].True
	return all
}

func speak(t *testing.T, l Language) {
	t.Helper()
	before := Speak
	Speak = l
	t.Cleanup(func() { Speak = before })
}

// drawn says which colours of the style each picture of the gallery must have, in how many pixels at least.
var drawn = map[string]map[color.NRGBA]int{
	"curves":       {blue: 500, vermillion: 500, green: 300},
	"confusion":    {shade(blue, 58.0/63): 3000, shade(vermillion, 12.0/64): 3000, blue: 5000, paleGrey: 500},
	"confusion20":  {shade(blue, 50.0/53): 300, shade(vermillion, 22.0/53): 300},
	"confusion100": {shade(blue, 50.0/53): 30},
	"confused":     {blue: 20000},
	"card":         {blue: 7000, sky: 50},
	"card100":      {blue: 30, sky: 300, grey: 3000},
	"grid":         {},
	"toplosses":    {vermillion: 14000, blue: 2400},
	"strategies":   {blue: 20000, shade(blue, 0.8/1.1): 500, shade(blue, 0): 3000, ink: 300},
	"classes":      {blue: 20000, vermillion: 8000},
	"bars":         {blue: 20000},
	"lines":        {blue: 300, vermillion: 300},
	"loglines":     {blue: 300, vermillion: 300},
	"heat":         {inferno[8]: 50},
	"signed":       {blue: 10, vermillion: 1000, sky: 500},
	"rates":        {blue: 300},
	"residual":     {shade(blue, 0.1): 5000, shade(green, 0.1): 2000, shade(orange, 0.1): 2000, blue: 300, ink: 500},
	"network":      {shade(blue, 0.1): 20000, shade(purple, 0.1): 2000, blue: 500, ink: 800},
	"wiring":       {blue: 1000, vermillion: 290, green: 290, orange: 290, grey: 80},
	"augmentation": {},
	"histogram":    {blue: 300, vermillion: 300},
}

// TestGallery draws everything in both languages. With PLOTS_OUT=folder the pictures stay there, to be looked at.
func TestGallery(t *testing.T) {
	for _, c := range []struct {
		language Language
		classes  []string
	}{{English, flowers}, {Chinese, flowersZH}} {
		speak(t, c.language)
		pictures := gallery(c.classes)
		if len(pictures) != len(drawn) {
			t.Errorf("%d pictures drawn, %d expected", len(pictures), len(drawn))
		}
		for name, p := range pictures {
			t.Run(string(c.language)+"/"+name, func(t *testing.T) {
				img := p.Image()
				checkSize(t, p, img)
				checkNotBlank(t, img)
				for colour, least := range drawn[name] {
					if n := count(img, colour); n < least {
						t.Errorf("%d pixels of colour %v, want %d", n, colour, least)
					}
				}
				checkSVG(t, p)
				keepForEyes(t, p, name+"-"+string(c.language))
			})
		}
	}
}

func keepForEyes(t *testing.T, p *Picture, name string) {
	folder := os.Getenv("PLOTS_OUT")
	if folder == "" {
		return
	}
	for _, ending := range []string{".png", ".svg"} {
		if err := p.Save(filepath.Join(folder, name+ending)); err != nil {
			t.Error(err)
		}
	}
}

func checkSize(t *testing.T, p *Picture, img image.Image) {
	t.Helper()
	if got := img.Bounds(); got.Dx() != p.Width || got.Dy() != p.Height || p.Width != int(width) {
		t.Errorf("picture of %v, wanted %dx%d", got, p.Width, p.Height)
	}
	content, err := p.PNG()
	if err != nil {
		t.Fatal(err)
	}
	if config, err := png.DecodeConfig(bytes.NewReader(content)); err != nil || config.Width != p.Width || config.Height != p.Height {
		t.Errorf("PNG: %v, %dx%d", err, config.Width, config.Height)
	}
}

// checkNotBlank looks for text (ink) and a margin: something drawn to the very edge has been cut off.
func checkNotBlank(t *testing.T, img image.Image) {
	t.Helper()
	inked := 0
	each(img, func(_, _ int, c color.NRGBA) {
		if c.R < 0x70 && c.R == c.G && c.G == c.B {
			inked++
		}
	})
	if inked < 150 {
		t.Errorf("%d dark pixels: no text?", inked)
	}
	b := img.Bounds()
	for x := range b.Dx() {
		for _, y := range []int{0, b.Dy() - 1} {
			if at(img, x, y) != background {
				t.Fatalf("something is cut off at the edge, pixel %d,%d", x, y)
			}
		}
	}
	for y := range b.Dy() {
		for _, x := range []int{0, b.Dx() - 1} {
			if at(img, x, y) != background {
				t.Fatalf("something is cut off at the edge, pixel %d,%d", x, y)
			}
		}
	}
}

// checkSVG parses the picture as XML: its size in pixels, its title, outlines and no text that would need a font.
func checkSVG(t *testing.T, p *Picture) {
	t.Helper()
	content, err := p.SVG()
	if err != nil {
		t.Fatal(err)
	}
	elements, title := map[string]int{}, ""
	for decoder := xml.NewDecoder(bytes.NewReader(content)); ; {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		elements[start.Name.Local]++
		for _, a := range start.Attr {
			if start.Name.Local == "svg" && a.Name.Local == "width" && a.Value != fmt.Sprint(p.Width) {
				t.Errorf("width %q, want %d", a.Value, p.Width)
			}
		}
		if start.Name.Local == "title" {
			if err := decoder.DecodeElement(&title, &start); err != nil {
				t.Fatal(err)
			}
		}
	}
	if elements["path"] < 5 || elements["text"] > 0 || title != p.Title {
		t.Errorf("elements %v, title %q", elements, title)
	}
}

func at(img image.Image, x, y int) color.NRGBA {
	return color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
}

func count(img image.Image, c color.NRGBA) (n int) {
	each(img, func(_, _ int, got color.NRGBA) {
		if got == c {
			n++
		}
	})
	return n
}

// each visits the pixels row by row. Pictures are opaque: an RGBA pixel's bytes are its colour.
func each(img image.Image, visit func(x, y int, c color.NRGBA)) {
	rgba := img.(*image.RGBA)
	for y := range rgba.Rect.Dy() {
		for x := range rgba.Rect.Dx() {
			p := rgba.Pix[rgba.PixOffset(x, y):]
			visit(x, y, color.NRGBA{p[0], p[1], p[2], p[3]})
		}
	}
}

func many(n int) (classes []string, m [][]int) {
	for i := range n {
		classes = append(classes, fmt.Sprintf("class number %d", i))
		m = append(m, make([]int, n))
		m[i][i], m[i][(i*7+1)%n] = 50-i%20, 3+i%20
	}
	return classes, m
}
