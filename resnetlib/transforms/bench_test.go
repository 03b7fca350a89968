package transforms

import (
	"image"
	"os"
	"path/filepath"
	"testing"

	"resnetlab/internal/golden"
	"resnetlab/resnetlib/transforms/jpeg"
)

// benchFile is a JPEG of 500 x 375, 4:2:0, as in the flower set.
func benchFile(b *testing.B) []byte {
	data, err := os.ReadFile(filepath.Join(golden.Dir(b), "transforms/src/jpeg420.jpg"))
	if err != nil {
		b.Fatal(err)
	}
	return data
}

func benchPicture(b *testing.B) *RGB {
	p, err := Decode(benchFile(b))
	if err != nil {
		b.Fatal(err)
	}
	return p
}

func BenchmarkDecodeJPEG(b *testing.B) {
	data := benchFile(b)
	for b.Loop() {
		if _, err := Decode(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeJPEGRegion(b *testing.B) {
	data := benchFile(b)
	for b.Loop() {
		if _, err := jpeg.DecodeRegion(data, image.Rect(60, 40, 390, 290)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkResizedCrop(b *testing.B) {
	p := benchPicture(b)
	for b.Loop() {
		ResizedCrop(p, 40, 60, 250, 330, 224, 224, Bilinear)
	}
}

func BenchmarkResize256(b *testing.B) {
	p := benchPicture(b)
	for b.Loop() {
		Resize(p, 256, Bilinear)
	}
}

func BenchmarkEval(b *testing.B) {
	p, preset := benchPicture(b), EvalPreset(224)
	for b.Loop() {
		preset.Eval(p)
	}
}

func BenchmarkTensor(b *testing.B) {
	p, preset := NewRGB(224, 224), EvalPreset(224)
	dst := make([]float32, len(p.Pix))
	for b.Loop() {
		preset.Tensor(p, dst)
	}
}

// BenchmarkTrainChain is what the input pipeline does with every file: decode, random crop, flip, normalise.
func BenchmarkTrainChain(b *testing.B) {
	data, preset := benchFile(b), EvalPreset(224)
	dst := make([]float32, 3*224*224)
	i := 0
	for b.Loop() {
		p, err := preset.TrainEncoded(data, Rand(0, 0, i))
		if err != nil {
			b.Fatal(err)
		}
		preset.Tensor(p, dst)
		i++
	}
}
