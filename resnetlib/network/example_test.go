package network_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/weights"
)

// saved writes a ResNet-18 of random weights, as torch.save(net.state_dict(), path) would.
func saved(dir string, classes int) (path string, err error) {
	net, err := models.New(model.NewStore(), "resnet18", classes, nn.Seed(1))
	if err != nil {
		return "", err
	}
	sd, err := net.StateDict()
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, "net.pth")
	return path, weights.WritePth(path, sd)
}

func ExampleOpen() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	path, err := saved(dir, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	net, err := network.Open(path, network.Arch("resnet18"), network.Classes("cat", "dog"), network.ImageSize(64))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(net.Arch, net.Classes, net.Preset.Resize, net.Preset.Crop)
	// Output: resnet18 [cat dog] 73 64
}

// The weights of five classes become the start of a network of three: fc is replaced, all else is loaded.
func ExampleLoad() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	path, err := saved(dir, 5)
	if err != nil {
		fmt.Println(err)
		return
	}
	file, err := weights.Read(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Close()
	net, err := network.Load(file, network.Spec{Arch: "resnet18", Classes: 3, Head: network.ReplaceHead})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(net.FC.In, net.FC.Out)
	// Output: 512 3
}
