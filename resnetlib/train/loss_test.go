package train

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"

	"resnetlab/internal/testbackend"
)

// CrossEntropy against its definition in float64: smoothing and class weights together, the mean divided by the sum of the weights.
func TestCrossEntropyClosedForm(t *testing.T) {
	logits := [][]float32{{1, 2, -1}, {0.5, -2, 3}, {4, 4, 4}, {-1, 0, 1}}
	labels := []int32{0, 2, 1, 2}
	for _, smoothing := range []float64{0, 0.1} {
		for _, weights := range [][]float32{nil, {1, 2, 0.5}} {
			sum, total := 0.0, 0.0
			for i, row := range logits {
				w := func(c int) float64 {
					if weights == nil {
						return 1
					}
					return float64(weights[c])
				}
				total += w(int(labels[i]))
				sum += (1 - smoothing) * w(int(labels[i])) * crossEntropy(row, int(labels[i]))
				for c := range row {
					sum += smoothing / 3 * w(c) * crossEntropy(row, c)
				}
			}
			testbackend.Each(t, func(t *testing.T, b compute.Backend) {
				loss, err := graph.CallOnce(b, func(logits, labels *graph.Node) *graph.Node {
					return CrossEntropy(logits, labels, smoothing, weights)
				}, logits, labels)
				if err != nil {
					t.Fatal(err)
				}
				if got := float64(loss.Value().(float32)); math.Abs(got-sum/total) > 1e-6 {
					t.Errorf("smoothing %g, weights %v: %g, want %g", smoothing, weights, got, sum/total)
				}
			})
		}
	}
}
