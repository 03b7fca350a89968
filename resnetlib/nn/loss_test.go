package nn_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"

	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/nn"
)

// negativeLogProb is -ln softmax(logits)[class] in float64.
func negativeLogProb(logits []float32, class int) float64 {
	sum := 0.0
	for _, v := range logits {
		sum += math.Exp(float64(v))
	}
	return math.Log(sum) - float64(logits[class])
}

// wantCrossEntropy is the definition of torch.nn.CrossEntropyLoss: label smoothing and class weights together, the mean divided by the sum of
// the samples' weights.
func wantCrossEntropy(logits [][]float32, labels []int32, smoothing float64, weights []float32) float64 {
	weight := func(class int) float64 {
		if weights == nil {
			return 1
		}
		return float64(weights[class])
	}
	sum, total := 0.0, 0.0
	for i, row := range logits {
		label := int(labels[i])
		total += weight(label)
		sum += (1 - smoothing) * weight(label) * negativeLogProb(row, label)
		for c := range row {
			sum += smoothing / float64(len(row)) * weight(c) * negativeLogProb(row, c)
		}
	}
	return sum / total
}

func TestCrossEntropyEqualsItsDefinition(t *testing.T) {
	logits := [][]float32{{1, 2, -1}, {0.5, -2, 3}, {4, 4, 4}, {-1, 0, 1}}
	labels := []int32{0, 2, 1, 2}
	for _, smoothing := range []float64{0, 0.1} {
		for _, weights := range [][]float32{nil, {1, 2, 0.5}} {
			want := wantCrossEntropy(logits, labels, smoothing, weights)
			t.Run(fmt.Sprintf("smoothing %g, weights %v", smoothing, weights), func(t *testing.T) {
				testbackend.Each(t, func(t *testing.T, b compute.Backend) {
					loss, err := graph.CallOnce(b, func(logits, labels *graph.Node) *graph.Node {
						return nn.CrossEntropy(logits, labels, nn.LabelSmoothing(smoothing), nn.ClassWeights(weights))
					}, logits, labels)
					if err != nil {
						t.Fatal(err)
					}
					if got := float64(loss.Value().(float32)); math.Abs(got-want) > 1e-6 { // a few roundings of float32 at values near 1
						t.Errorf("%g, want %g", got, want)
					}
				})
			})
		}
	}
}
