package predict

import "math"

// Classifier gives the logits of n pictures: pixels [n, height, width, 3], normalised -> [n, classes]. A [Forward] is one.
type Classifier interface {
	Logits(pixels []float32, n, height, width int) ([][]float32, error)
}

// Mirrored is test-time augmentation: it asks c for each picture and for its mirror image, and returns the logarithms of the means of the two
// probabilities, which are logits of those means (softmax gives them back).
//
// Means of probabilities, as in Krizhevsky et al. 2012 (section 4.1), rather than of logits: by convexity their cross-entropy never exceeds the
// mean of the two single ones, and one view that is wildly sure of itself cannot outvote the other.
func Mirrored(c Classifier) Classifier { return mirrored{c} }

type mirrored struct{ Classifier }

func (m mirrored) Logits(pixels []float32, n, height, width int) ([][]float32, error) {
	logits, err := m.Classifier.Logits(pixels, n, height, width)
	if err != nil {
		return nil, err
	}
	flipped, err := m.Classifier.Logits(mirror(pixels[:n*height*width*3], width), n, height, width)
	if err != nil {
		return nil, err
	}
	for i, row := range logits {
		one, two := logSoftmax(row), logSoftmax(flipped[i])
		for j := range row { // log((e^a + e^b) / 2), with the larger taken out so that nothing underflows
			most := max(one[j], two[j])
			row[j] = float32(most + math.Log((math.Exp(one[j]-most)+math.Exp(two[j]-most))/2))
		}
	}
	return logits, nil
}

// mirror swaps left and right of pictures [..., width, 3], in a copy.
func mirror(pixels []float32, width int) []float32 {
	out := make([]float32, len(pixels))
	for row := 0; row < len(pixels); row += width * 3 {
		for x := range width {
			copy(out[row+x*3:][:3], pixels[row+(width-1-x)*3:])
		}
	}
	return out
}

func logSoftmax(logits []float32) []float64 {
	most := math.Inf(-1)
	for _, v := range logits {
		most = max(most, float64(v))
	}
	sum := 0.0
	for _, v := range logits {
		sum += math.Exp(float64(v) - most)
	}
	out := make([]float64, len(logits))
	for i, v := range logits {
		out[i] = float64(v) - most - math.Log(sum)
	}
	return out
}
