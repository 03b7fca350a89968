package explain_test

import (
	"context"
	"fmt"
	"log"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/explain"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/transforms"
)

// open makes an explainer of a small network with random weights, and a picture. A real program loads weights.
func open() (*explain.Explainer, *transforms.RGB) {
	b, _, err := backend.Open("go")
	if err != nil {
		log.Fatal(err)
	}
	net, err := models.NewResNet(nn.NewScope(model.NewStore(), nn.Seed(1)), models.Config{Block: models.BlockBasic, Layers: []int{1, 1}, NumClasses: 5})
	if err != nil {
		log.Fatal(err)
	}
	e, err := explain.New(b, net, sketch.Classes, transforms.EvalPreset(64))
	if err != nil {
		log.Fatal(err)
	}
	sample, err := sketch.New("test", sketch.Config{Test: 5, Size: 80}).Sample(0)
	if err != nil {
		log.Fatal(err)
	}
	return e, sample.Image
}

// Grad-CAM for the most probable class of a picture. notebook.Show(h) draws the map over the picture.
func Example() {
	e, picture := open()
	defer e.Finalize()
	h, err := e.GradCAM(context.Background(), picture, "layer2", explain.Top)
	if err != nil {
		log.Fatal(err)
	}
	p := h.Picture()
	fmt.Println("map:", h.Height, "x", h.Width, "of", len(h.Logits), "classes")
	fmt.Println("picture:", p.Width, "x", p.Height, "pixels")
	fmt.Println("most probable:", h.Class == e.Classes[h.Target])
	// Output:
	// map: 8 x 8 of 5 classes
	// picture: 900 x 446 pixels
	// most probable: true
}

func ExampleExplainer_Layers() {
	e, _ := open()
	for _, l := range e.Layers()[:5] {
		fmt.Println(l.Name, l.Output)
	}
	// Output:
	// conv1 [1 32 32 64]
	// bn1 [1 32 32 64]
	// relu [1 32 32 64]
	// maxpool [1 16 16 64]
	// layer1.0.conv1 [1 16 16 64]
}

// The receptive field by the closed form: one place of layer2 depends on 51 x 51 pixels, and the field of the next place lies 8 pixels further.
func ExampleExplainer_Fields() {
	e, _ := open()
	for _, f := range e.Fields() {
		switch f.Layer {
		case "conv1", "maxpool", "layer1", "layer2":
			fmt.Printf("%-8s size %2d, jump %d\n", f.Layer, f.Size, f.Jump)
		}
	}
	// Output:
	// conv1    size  7, jump 2
	// maxpool  size 11, jump 4
	// layer1   size 27, jump 4
	// layer2   size 51, jump 8
}

func ExampleExplainer_FeatureMaps() {
	e, picture := open()
	defer e.Finalize()
	maps, err := e.FeatureMaps(context.Background(), picture, "conv1")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(maps.Layer, maps.Shape, len(maps.Channel(0)), "values in a channel")
	// Output: conv1 [1 32 32 64] 1024 values in a channel
}

func ExampleHeatmap_ReLU() {
	h := &explain.Heatmap{Height: 1, Width: 4, Values: []float64{-2, 0, 1, 4}}
	fmt.Println(h.ReLU().Values)
	// Output: [0 0 0.25 1]
}

// Methods are chosen by name, as resnetlab explain --method does.
func ExampleMethods() {
	for _, m := range explain.Methods {
		fmt.Print(m.Name, " ")
	}
	// Output: gradcam saliency occlusion features filters receptive-field
}
