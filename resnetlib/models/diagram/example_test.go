package diagram_test

import (
	"fmt"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/models/diagram"
	"resnetlab/resnetlib/nn"
)

// Drawing a block of ResNet-34 that halves the picture: its shortcut is a projection.
func ExampleBlock() {
	block := models.NewBasicBlock(nn.NewScope(model.NewStore()).In("layer2.0"), 64, 128, 2)
	drawn, err := diagram.Block(block, 1, 56, 56, 64)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, step := range drawn.Main {
		fmt.Println(step.Text)
	}
	// Output:
	// 3x3, 128
	// BN
	// ReLU
	// 3x3, 128
	// BN
}
