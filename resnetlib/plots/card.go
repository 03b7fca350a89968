package plots

import (
	"fmt"
	"image/color"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"resnetlab/resnetlib/transforms"
)

// cardBars is the largest number of classes that a card shows; the others share one bar, so that the sum stays 1.
const cardBars = 12

// Card is a prediction for one picture, as [PredictionCard] draws it.
type Card struct {
	Image   *transforms.RGB
	Title   string // "": that of [CardTitle]
	Classes []string
	Probs   []float64 // of each class
}

// PredictionCard draws a picture with the title above it and beside it the probability of every class, in the order of Classes; of more than
// 12 classes, the most probable ones. Where a probability is not finite, the card says so in place of the bars.
func PredictionCard(card Card) *Picture {
	title, n := card.Title, min(len(card.Classes), len(card.Probs))
	if n == 0 || card.Image == nil {
		return nothing(title)
	}
	classes, probs := card.Classes[:n], card.Probs[:n]
	if slices.ContainsFunc(probs, func(p float64) bool { return !finite(p) }) {
		return nothingFinite(title, true)
	}
	if title == "" {
		best := slices.Index(probs, slices.Max(probs))
		title = CardTitle(classes[best], probs[best])
	}
	return card.draw(title, cardChart(classes, probs))
}

// draw draws the photograph beside the chart.
func (card Card) draw(title string, chart *barChart) *Picture {
	const side = 340
	_, photoHeight := fit(card.Image, side)
	chart.stretch(photoHeight)
	height := max(photoHeight, chart.height()) + frameHeight(0)
	return newPicture(title, height, func(c draw.Canvas) {
		rest := frame(c, title, nil)
		photo := draw.Crop(rest, 0, side-rest.Size().X, 0, 0)
		drawPhoto(photo, card.Image, side)
		chart.draw(draw.Crop(rest, side+24, 0, 0, 0))
	})
}

// CardTitle returns the title of a prediction: "class: tulips   prob: 0.983".
func CardTitle(class string, prob float64) string {
	return fmt.Sprintf("%s%s   %s%s", say("class")+colon(), class, say("prob")+colon(), threeDecimals(prob))
}

// threeDecimals writes a number, and "n/a" for one that is not finite.
func threeDecimals(v float64) string {
	if !finite(v) {
		return notAvailable
	}
	return fmt.Sprintf("%.3f", v)
}

// cardChart chooses the classes to show, and marks the most probable.
func cardChart(classes []string, probs []float64) *barChart {
	best, others := slices.Index(probs, slices.Max(probs)), -1
	if len(classes) > cardBars {
		classes, probs = mostProbable(classes, probs, cardBars-1)
		best, others = 0, len(classes)-1
	}
	return &barChart{
		labels: classes, groups: []Group{{Values: probs}}, unit: say("probability"), limit: 170, top: 1,
		format: decimals(3),
		paint: func(i int) color.NRGBA {
			switch i {
			case best:
				return blue
			case others:
				return grey
			}
			return sky
		},
	}
}

// mostProbable returns the n most probable classes, most probable first, and the sum of the others.
func mostProbable(classes []string, probs []float64, n int) ([]string, []float64) {
	order := make([]int, len(classes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case probs[a] > probs[b]:
			return -1
		case probs[a] < probs[b]:
			return 1
		}
		return 0
	})
	names, values, rest := make([]string, 0, n+1), make([]float64, 0, n+1), 0.0
	for rank, i := range order {
		if rank < n {
			names, values = append(names, classes[i]), append(values, probs[i])
		} else {
			rest += probs[i]
		}
	}
	return append(names, say("other classes")), append(values, rest)
}

// drawPhoto draws img in the upper left of c, as large as fits a square of side pixels, in its own proportions.
func drawPhoto(c draw.Canvas, img *transforms.RGB, side vg.Length) {
	w, h := fit(img, side)
	c.DrawImage(vg.Rectangle{Min: vg.Point{X: c.Min.X, Y: c.Max.Y - h}, Max: vg.Point{X: c.Min.X + w, Y: c.Max.Y}}, img.Image())
}

// fit returns the size of img with its longer side at side pixels.
func fit(img *transforms.RGB, side vg.Length) (w, h vg.Length) {
	longer := pixels(max(img.Width, img.Height, 1))
	return max(1, side*pixels(img.Width)/longer), max(1, side*pixels(img.Height)/longer)
}
