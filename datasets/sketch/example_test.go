package sketch_test

import (
	"fmt"
	"log"

	"resnetlab/datasets/sketch"
)

// A drawn picture depends on the seed, the part and its name alone.
func ExampleNew() {
	train := sketch.New("train", sketch.Config{Train: 10, Size: 64})
	fmt.Println(train.Len(), train.Classes())
	sample, err := train.Sample(3)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sample.Name, sample.Label, min(sample.Image.Width, sample.Image.Height))
	// Output:
	// 10 [clover daisy fern lily tulip]
	// daisy/00001.png 1 64
}

func ExampleOpen() {
	parts, err := sketch.Open("sketch:few", 0)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(parts.Train.Len(), parts.Val.Len(), parts.Test.Len())
	_, err = sketch.Open("sketch:fish", 0)
	fmt.Println(err)
	// Output:
	// 60 50 500
	// sketch:fish is no drawn data set: there are sketch and sketch:TASK with a TASK of few, many, plants
}
