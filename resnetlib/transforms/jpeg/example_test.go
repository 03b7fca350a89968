package jpeg_test

import (
	"bytes"
	"fmt"
	"image"
	gojpeg "image/jpeg"

	"resnetlab/resnetlib/transforms/jpeg"
)

// A crop needs only a part of the picture, and only that part is decoded.
func ExampleDecodeRegion() {
	var file bytes.Buffer
	if err := gojpeg.Encode(&file, image.NewGray(image.Rect(0, 0, 64, 48)), nil); err != nil {
		fmt.Println(err)
		return
	}
	width, height, err := jpeg.DecodeConfig(file.Bytes())
	if err != nil {
		fmt.Println(err)
		return
	}
	part, err := jpeg.DecodeRegion(file.Bytes(), image.Rect(8, 8, 24, 16))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(width, "x", height, "->", part.Width, "x", part.Height)
	// Output: 64 x 48 -> 16 x 8
}
