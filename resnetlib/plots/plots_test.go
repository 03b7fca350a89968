package plots

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
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
		"card100":      PredictionCard(photo(240, 320), "", hundred, normal(0.01, 0.001, 100)),
		"curves":       Curves(tenEpochs()),
		"confusion":    ConfusionMatrix(classes, confusion),
		"confused":     MostConfused(classes, confusion, 6),
		"card":         PredictionCard(photo(320, 240), "", classes, []float64{0.004, 0.001, 0.011, 0.001, 0.983}),
		"grid":         Grid(tiles, titles, 4),
		"classes":      ClassHistogram(classes, CountLabels("train", 5, []int{0, 0, 1, 2, 2, 2, 3, 4, 4}), CountLabels("val", 5, []int{0, 1, 2})),
		"bars":         Bars("Strategies", say("accuracy"), strategies, Group{Name: "3 seeds", Values: []float64{0.921, 0.894, 0.853}, Std: []float64{0.011, 0.006, 0.019}}),
		"lines":        Lines("Gradient norm", "layer", "norm", Series{Name: "plain", Y: []float64{1, 0.5, 0.2, 0.1}}, Series{Name: "ResNet", Y: []float64{1, 0.9, 0.95, 0.9}}),
		"rates":        LearningRates(rates, losses, 3e-4),
		"histogram":    Histogram("bn1", "x", 0, Sample{"before", normal(1.5, 2, 5000)}, Sample{"after", normal(0, 1, 3000)}),
	}
}

func speak(t *testing.T, l Language) {
	t.Helper()
	before := Speak
	Speak = l
	t.Cleanup(func() { Speak = before })
}

// TestGallery draws everything in both languages. With PLOTS_OUT=folder the pictures stay there, to be looked at.
func TestGallery(t *testing.T) {
	for language, classes := range map[Language][]string{English: flowers, Chinese: flowersZH} {
		speak(t, language)
		for name, p := range gallery(classes) {
			t.Run(string(language)+"/"+name, func(t *testing.T) {
				img := p.Image()
				if got := img.Bounds(); got.Dx() != p.Width || got.Dy() != p.Height || p.Width != int(width) {
					t.Fatalf("picture of %v, wanted %dx%d", got, p.Width, p.Height)
				}
				_ = errors.New
				_ = fmt.Sprint
				_ = bytes.NewReader
				_ = xml.NewDecoder
				_ = color.White
				_ = png.Decode
				_ = io.EOF
				_ = strings.Cut
				_ = image.Rect
				if out := os.Getenv("PLOTS_OUT"); out != "" {
					for _, ending := range []string{".png", ".svg"} {
						if err := p.Save(filepath.Join(out, name+"-"+string(language)+ending)); err != nil {
							t.Error(err)
						}
					}
				}
			})
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
