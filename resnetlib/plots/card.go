package plots

import (
	"fmt"
	"image/color"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"resnetlab/resnetlib/transforms"
)

// cardBars is how many classes a card shows at most; the rest go into one bar, so that the sum stays 1.
const cardBars = 12

// PredictionCard draws the picture with the title above it and beside it the probability of every class, in the order
// of classes, as the lesson notes' predict.py shows them; of more than 12 classes, the most probable. Without a title it
// is the notes': "class: tulips   prob: 0.983". Probs[i] belongs to classes[i].
func PredictionCard(img *transforms.RGB, title string, classes []string, probs []float64) *Picture {
	n := min(len(classes), len(probs))
	if n == 0 || img == nil {
		return nothing(title)
	}
	best := slices.Index(probs[:n], slices.Max(probs[:n]))
	if title == "" {
		title = CardTitle(classes[max(best, 0)], probs[max(best, 0)])
	}
	chart := cardChart(classes[:n], probs[:n])
	const side = 340
	_, photoHeight := fit(img, side)
	chart.stretch(photoHeight)
	height := max(photoHeight, chart.height()) + frameHeight(0)
	return newPicture(title, height, func(c draw.Canvas) {
		rest := frame(c, title, nil)
		photo := draw.Crop(rest, 0, side-rest.Size().X, 0, 0)
		drawPhoto(photo, img, side)
		chart.draw(draw.Crop(rest, side+24, 0, 0, 0))
	})
}

// CardTitle is the title that the lesson notes give a prediction.
func CardTitle(class string, prob float64) string {
	return fmt.Sprintf("%s%s   %s%.3f", say("class")+colon(), class, say("prob")+colon(), prob)
}

// cardChart sorts out which classes are shown, and marks the most probable.
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
