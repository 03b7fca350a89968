package evaluate_test

import (
	"context"
	"fmt"

	"resnetlab/datasets"
	"resnetlab/resnetlib/evaluate"
	"resnetlab/resnetlib/transforms"
)

// first says the first of two classes, whatever it sees.
type first struct{}

func (first) Logits(_ []float32, n, _, _ int) ([][]float32, error) {
	logits := make([][]float32, n)
	for i := range logits {
		logits[i] = []float32{1, 0}
	}
	return logits, nil
}

func ExampleRun() {
	picture := transforms.NewRGB(8, 8)
	pictures := datasets.NewMemory([]string{"cat", "dog"}, []datasets.Sample{{Image: picture, Label: 0}, {Image: picture, Label: 0}, {Image: picture, Label: 1}})
	loader := datasets.NewLoader(pictures, datasets.LoaderConfig{BatchSize: 2, Preset: transforms.EvalPreset(8)})
	result, err := evaluate.Run(context.Background(), first{}, loader)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d pictures, accuracy %.2f, confusion %v\n", result.Pictures, result.Accuracy, result.Confusion)
	for _, class := range result.PerClass(pictures.Classes()) {
		fmt.Println(class.Class, "recall", *class.Recall)
	}
	// Output:
	// 3 pictures, accuracy 0.67, confusion [[2 0] [1 0]]
	// cat recall 1
	// dog recall 0
}
