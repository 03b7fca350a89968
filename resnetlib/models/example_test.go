package models_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

func ExampleNew() {
	net, err := models.New(model.NewStore(), "resnet34", 5, nn.SkipInit())
	if err != nil {
		log.Fatal(err)
	}
	total, _ := net.NumParameters()
	if err := net.TrainOnly("layer4", "fc"); err != nil {
		log.Fatal(err)
	}
	_, trainable := net.NumParameters()
	fmt.Println(total, trainable, net.Classes())
	// Output: 21287237 13116933 5
}

// The ResNet-20 that He et al. trained on CIFAR-10, with projection shortcuts.
func ExampleNewResNet() {
	net, err := models.NewResNet(nn.NewScope(model.NewStore(), nn.SkipInit()),
		models.Config{Block: models.BlockBasic, Layers: []int{3, 3, 3}, Planes: 16, Stem: models.CIFARStem, NumClasses: 10})
	if err != nil {
		log.Fatal(err)
	}
	total, _ := net.NumParameters()
	fmt.Println(total)
	// Output: 272474
}

func ExampleSummarize() {
	block := models.NewBottleneck(nn.NewScope(model.NewStore(), nn.SkipInit()).In("layer2.0"), 256, 128, 2, 32, 4) // ResNeXt's
	s, err := models.Summarize(block, 1, 56, 56, 256)
	if err != nil {
		log.Fatal(err)
	}
	for _, l := range s.Layers {
		if l.Kernel > 0 {
			fmt.Println(l.Name, l.Kernel, l.Stride, l.Groups, l.Output, l.Params, l.MACs)
		}
	}
	fmt.Println(s.Params, s.MACs)
	// Output:
	// layer2.0.downsample.0 1 2 1 [1 28 28 512] 131072 102760448
	// layer2.0.conv1 1 1 1 [1 56 56 256] 65536 205520896
	// layer2.0.conv2 3 2 32 [1 28 28 256] 18432 14450688
	// layer2.0.conv3 1 1 1 [1 28 28 512] 131072 102760448
	// 349184 425492480
}

func ExampleResNet_Split() {
	net, err := models.New(model.NewStore(), "resnet18", 5, nn.SkipInit())
	if err != nil {
		log.Fatal(err)
	}
	body, tail, err := net.Split("fc")
	if err != nil {
		log.Fatal(err)
	}
	features, err := models.OutputShape(body, 1, 224, 224, 3)
	if err != nil {
		log.Fatal(err)
	}
	logits, err := models.OutputShape(tail, features...)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(features, logits)
	// Output: [1 512] [1 5]
}

func ExampleCompare() {
	c, err := models.Compare(224, "resnet50", "resnext50_32x4d")
	if err != nil {
		log.Fatal(err)
	}
	_, rows := c.Table()
	for _, row := range rows[:5] {
		fmt.Println(strings.Join(row, " | "))
	}
	// Output:
	// conv1 | 112x112 | 7x7, 64, stride 2 | 7x7, 64, stride 2
	// conv2_x | 56x56 | 3x3 max pool, stride 2 | 3x3 max pool, stride 2
	//  |  | ┌ 1x1, 64 | ┌ 1x1, 128
	//  |  | │ 3x3, 64   ×3 | │ 3x3, 128, C=32   ×3
	//  |  | └ 1x1, 256 | └ 1x1, 256
}
