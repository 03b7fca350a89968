package predict

import "math"

// Classifier computes the logits of n pictures: pixels [n, height, width, 3], normalised -> [n, classes]. A [Forward] is one.
type Classifier interface {
	Logits(pixels []float32, n, height, width int) ([][]float32, error)
}

// Mirrored adds test-time augmentation to c: it classifies each picture and its mirror image, and takes the mean of the two probabilities of each
// class. It returns the logarithms of the means as logits: their softmax is the means.
//
// Probabilities are averaged, as in Krizhevsky et al. 2012 (section 4.1), rather than logits: by convexity the cross-entropy of the mean never
// exceeds the mean of the two cross-entropies, and a view with extreme logits cannot outvote the other.
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
