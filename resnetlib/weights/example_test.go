package weights_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"resnetlab/resnetlib/weights"
)

// classifier is a network of one batch norm and a head, to stand for a whole ResNet.
type classifier struct{ classes int }

func (c classifier) Spec() []weights.Spec {
	return []weights.Spec{
		{Key: "bn1.weight", Shape: []int{2}, DType: weights.Float32},
		{Key: "fc.weight", Shape: []int{c.classes, 2}, DType: weights.Float32},
		{Key: "fc.bias", Shape: []int{c.classes}, DType: weights.Float32},
	}
}

func (c classifier) SetTensor(key string, t *weights.Tensor) error { return nil }

// trained returns weights of the classifier for three classes.
func trained() *weights.StateDict {
	sd := weights.NewStateDict()
	sd.Set("bn1.weight", weights.FromFloat32s([]int{2}, []float32{1, 0.5}))
	sd.Set("fc.weight", weights.FromFloat32s([]int{3, 2}, []float32{1, 2, 3, 4, 5, 6}))
	sd.Set("fc.bias", weights.FromFloat32s([]int{3}, []float32{0, 0, 1}))
	return sd
}

// A network for five classes takes the weights of one for three, all but the head.
func ExampleWithoutHead() {
	report, err := weights.LoadStateDict(trained(), classifier{classes: 5}, weights.WithoutHead())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(report)
	// Output:
	// the state dict: loaded 1 of the network's 3 tensors
	// 2 missing
	//     fc         weight, bias
	// 2 left out
	//     fc         weight, bias
	// => the file's head of 3 classes was left out; fc keeps the values that it has
}

// Strict loading says what does not fit, and sets nothing.
func ExampleLoadStateDict() {
	_, err := weights.LoadStateDict(trained(), classifier{classes: 5})
	misfit := new(weights.LoadError)
	if errors.As(err, &misfit) {
		for _, m := range misfit.Report.Mismatched {
			fmt.Println(m.Key, m.File, m.Network)
		}
		fmt.Println(misfit.Report.Diagnosis[0])
	}
	// Output:
	// fc.weight [3 2] [5 2]
	// fc.bias [3] [5]
	// the head has 3 classes and the network 5: use WithoutHead, or load into a network of 3 classes and replace fc
}

// Weights with a NaN are refused before any is set.
func ExampleErrNotFinite() {
	sd := trained()
	sd.Set("bn1.weight", weights.FromFloat32s([]int{2}, []float32{1, float32(math.NaN())}))
	_, err := weights.LoadStateDict(sd, classifier{classes: 3})
	fmt.Println(errors.Is(err, weights.ErrNotFinite))
	fmt.Println(err)
	// Output:
	// true
	// the state dict cannot be used, and nothing was loaded: NaN or infinite values in bn1.weight (1 of 2 values): use an earlier checkpoint of that training, or fetch the file again
}

// A file is written as PyTorch would, and read again.
func ExampleWritePth() {
	folder, err := os.MkdirTemp("", "weights")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "net.pth")
	if err := weights.WritePth(path, trained()); err != nil {
		fmt.Println(err)
		return
	}
	file, err := weights.Read(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer file.Close()
	fmt.Println(file.Format, file.StateDict.Keys())
	fmt.Println(len(weights.Diff(trained(), file.StateDict).Equal), "tensors are equal")
	// Output:
	// pth-zip [bn1.weight fc.weight fc.bias]
	// 3 tensors are equal
}

// What a file holds is a table, or JSON.
func ExampleFile_Inspect() {
	file := weights.File{StateDict: trained()}
	in := file.Inspect()
	_, rows := in.Table()
	for _, row := range rows {
		fmt.Println(row)
	}
	fmt.Println(in.Elements, "elements")
	// Output:
	// [bn1.weight float32 [2] 1.5 1.11803]
	// [fc.weight float32 [3 2] 21 9.53939]
	// [fc.bias float32 [3] 1 1]
	// 11 elements
}

// A name as in torchvision finds an entry of its table.
func ExampleFindPublished() {
	p, ok := weights.FindPublished("ResNet50_Weights.IMAGENET1K_V1")
	fmt.Println(p.Name(), p.File(), p.Acc1, ok)
	p, _ = weights.FindPublished("resnet50") // the version that torchvision takes
	fmt.Println(p.Name(), p.Preset().Resize)
	// Output:
	// resnet50/IMAGENET1K_V1 resnet50-0676ba61.pth 76.13 true
	// resnet50/IMAGENET1K_V2 232
}
