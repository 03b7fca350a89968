package predict

import (
	"math"
	"slices"
	"testing"
)

// brightLeft is a classifier of two classes that looks at the red of the left column alone.
type brightLeft struct{}

func (brightLeft) Logits(pixels []float32, n, height, width int) ([][]float32, error) {
	rows := make([][]float32, n)
	for i := range rows {
		rows[i] = []float32{pixels[i*height*width*3], 0}
	}
	return rows, nil
}

// The probabilities are the means of those of the picture and of its mirror image, in every picture of a batch that is not full.
func TestMirroredIsTheMeanOfProbabilities(t *testing.T) {
	const height, width = 1, 3
	pixels := []float32{
		2, 0, 0, 9, 9, 9, -1, 0, 0,
		500, 0, 0, 9, 9, 9, -500, 0, 0, // probabilities 1 and 0, and nothing that is no number
		7, 7, 7, 7, 7, 7, 7, 7, 7, // fills the batch up
	}
	before := slices.Clone(pixels)
	logits, err := Mirrored(brightLeft{}).Logits(pixels, 2, height, width)
	if err != nil || len(logits) != 2 || !slices.Equal(pixels, before) {
		t.Fatalf("%v, %v; the pixels are changed: %v", logits, err, !slices.Equal(pixels, before))
	}
	for i, pair := range [][2]float32{{2, -1}, {500, -500}} {
		want := (Softmax([]float32{pair[0], 0})[0] + Softmax([]float32{pair[1], 0})[0]) / 2
		if got := Softmax(logits[i])[0]; math.Abs(got-want) > 1e-6 {
			t.Errorf("picture %d: probability %v, want %v", i, got, want)
		}
	}
}

func TestMirrorTwiceIsThePicture(t *testing.T) {
	pixels := make([]float32, 2*4*5*3)
	for i := range pixels {
		pixels[i] = float32(i)
	}
	once := mirror(pixels, 5)
	if slices.Equal(once, pixels) || once[0] != 12 || once[2] != 14 {
		t.Errorf("the first pixel is %v, want the fifth: 12 13 14", once[:3])
	}
	if !slices.Equal(mirror(once, 5), pixels) {
		t.Error("mirrored twice it is another picture")
	}
}
