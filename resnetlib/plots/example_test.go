package plots_test

import (
	"fmt"
	"image"
	"math"

	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/transforms"
)

func ExampleCurves() {
	p := plots.Curves([]runs.Metrics{
		{Epoch: 1, TrainLoss: 1.5, ValLoss: 1.4, ValAccuracy: 0.42},
		{Epoch: 2, TrainLoss: 0.9, ValLoss: 1.0, ValAccuracy: 0.61},
	})
	fmt.Println(p)
	// Output: [picture: Training curves: best accuracy 0.610 in epoch 2, 900x384 pixels; Save writes it to a .png or .svg file]
}

func ExampleBars() {
	p := plots.Bars("Accuracy of three strategies", "accuracy", []string{"all", "last:fc", "new"},
		plots.Group{Values: []float64{0.87, 0.8, 0.65}, Std: []float64{0.01, 0.01, 0.02}})
	fmt.Println(p.Width, "x", p.Height)
	// Output: 900 x 166
}

func ExampleConfusionMatrix() {
	p := plots.ConfusionMatrix([]string{"daisy", "tulips"}, [][]int{{9, 1}, {2, 8}})
	fmt.Println(p.Title)
	// Output: Confusion matrix: 17 of 20 correct (85.0%)
}

func ExamplePredictionCard() {
	p := plots.PredictionCard(plots.Card{Image: transforms.NewRGB(320, 240), Classes: []string{"daisy", "tulips"}, Probs: []float64{0.017, 0.983}})
	fmt.Println(p.Title)
	// Output: class: tulips   prob: 0.983
}

// A loss that has become NaN breaks the line; a picture without any finite number says so in words.
func ExampleLines() {
	broken := plots.Lines("Loss", "step", "loss", plots.Series{Name: "lr 0.1", Y: []float64{1.6, 1.2, math.NaN()}})
	nothing := plots.Lines("Loss", "step", "loss", plots.Series{Name: "lr 10", Y: []float64{math.NaN()}})
	fmt.Println(broken.Height, nothing.Height)
	// Output: 360 100
}

func ExampleHistogram() {
	p := plots.Histogram("bn1", plots.Axis{Label: "value", Bins: 20},
		plots.Sample{Name: "before", Values: []float64{1, 2, 2, 3}}, plots.Sample{Name: "after", Values: []float64{-1, 0, 0, 1}})
	fmt.Println(p.Width, "x", p.Height)
	// Output: 900 x 384
}

// A map of 2 x 2 numbers over a photograph, with a frame.
func ExampleHeatMap() {
	heat := plots.Heat{Width: 2, Height: 2, Values: []float64{0, 0.2, 0.5, 1}}
	p := plots.HeatMap("Grad-CAM layer4: tulips (0.983)", transforms.NewRGB(224, 224), heat,
		plots.Box{Name: "receptive field", Rectangle: image.Rect(10, 10, 120, 120)})
	fmt.Println(p.Title, p.Height)
	// Output: Grad-CAM layer4: tulips (0.983) 470
}

func ExampleCheckName() {
	fmt.Println(plots.CheckName("curves.svg"))
	fmt.Println(plots.CheckName("curves.jpg"))
	// Output:
	// <nil>
	// curves.jpg: the name of a picture must end in .png or .svg
}
