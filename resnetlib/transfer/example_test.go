package transfer_test

import (
	"fmt"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/transfer"
)

// Training the last stage and fc of a ResNet-18.
func ExampleStrategy_Apply() {
	net, err := models.New(model.NewStore(), "resnet18", 5, nn.SkipInit())
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := transfer.LastLayers("layer4").Apply(net)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(plan)
	fmt.Println(net.Parameter("layer3.0.conv1.weight").RequiresGrad(), net.Parameter("layer4.0.conv1.weight").RequiresGrad())
	// Output:
	// strategy last:layer4: training 17 tensors, 8396293 of 11179077 parameters (75.1 %): layer4, fc
	// frozen: conv1, bn1, layer1, layer2, layer3; their batch norms use and keep their running statistics
	// false true
}
