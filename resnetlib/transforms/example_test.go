package transforms_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"resnetlab/resnetlib/transforms"
)

// ppm is a picture file of 4 x 2 pixels, in the simplest format there is: red above, blue below.
const ppm = `P3 4 2 255
255 0 0  255 0 0  255 0 0  255 0 0
0 0 255  0 0 255  0 0 255  0 0 255`

func ExampleDecode() {
	p, err := transforms.Decode([]byte(ppm))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Width, "x", p.Height)
	fmt.Println("top left:", p.Pix[:3])

	_, err = transforms.Decode([]byte("<!DOCTYPE html><title>404</title>"))
	fmt.Println(err)
	_, err = transforms.Decode([]byte(ppm)[:40])
	fmt.Println(err, errors.Is(err, transforms.ErrTruncated))
	// Output:
	// 4 x 2
	// top left: [255 0 0]
	// no picture but a web page (HTML): download the picture itself
	// PPM: the file is truncated: copy it again true
}

func ExampleDecodeFile() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "flag.jpg") // the ending does not matter, the first bytes do
	if err := os.WriteFile(path, []byte(ppm), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	p, err := transforms.DecodeFile(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Width, "x", p.Height)
	// Output: 4 x 2
}

// One number is the length of the shorter side; two are height and width.
func ExampleResize() {
	p := transforms.NewRGB(333, 251)
	shorter := transforms.Resize(p, 256, transforms.Bilinear)
	both := transforms.ResizeTo(p, 256, 256, transforms.Bilinear)
	fmt.Println(shorter.Width, "x", shorter.Height)
	fmt.Println(both.Width, "x", both.Height)
	// Output:
	// 339 x 256
	// 256 x 256
}

// A picture that is too small is padded with black.
func ExampleCenterCrop() {
	p := &transforms.RGB{Width: 1, Height: 1, Pix: []uint8{9, 9, 9}}
	crop := transforms.CenterCrop(p, 3, 3)
	for y := range 3 {
		fmt.Println(crop.Pix[9*y], crop.Pix[9*y+3], crop.Pix[9*y+6])
	}
	// Output:
	// 0 0 0
	// 0 9 0
	// 0 0 0
}

// What a network of ImageNet sees of a grey picture: 224 x 224 pixels, each channel less its mean, divided by its deviation.
func ExamplePreset_Eval() {
	p := transforms.NewRGB(640, 480)
	for i := range p.Pix {
		p.Pix[i] = 128
	}
	preset := transforms.EvalPreset(224)
	crop := preset.Eval(p)
	values := make([]float32, 3*crop.Height*crop.Width) // [height, width, channel]
	preset.Tensor(crop, values)
	fmt.Println(crop.Width, "x", crop.Height)
	fmt.Printf("%.4f\n", values[:3])
	// Output:
	// 224 x 224
	// [0.0741 0.2052 0.4265]
}

func ExampleParseOps() {
	ops, err := transforms.ParseOps("resize:256, center-crop:224")
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := transforms.Apply(ops, transforms.NewRGB(640, 480), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(ops), "steps:", p.Width, "x", p.Height)
	// Output: 2 steps: 224 x 224
}
