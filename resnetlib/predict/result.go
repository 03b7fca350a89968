package predict

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// ErrNotFinite says that the network computed NaN or an infinity for a picture.
var ErrNotFinite = errors.New("the network's output is not finite")

// Result holds the prediction of one picture, or the error why there is none.
type Result struct {
	File   string    // the name as given to Files; empty for decoded pictures
	Index  int       // of the most probable class
	Logits []float32 // [classes]
	Probs  []float64 // [classes], softmax of the logits
	Err    error     // nil, or why there is no prediction: then only File is set
}

// NewResult makes a result of a row of logits [classes], which it keeps. If one is NaN or infinite, Err is an [ErrNotFinite].
func NewResult(logits []float32) Result {
	if err := checkFinite(logits); err != nil {
		return Result{Err: err}
	}
	r := Result{Logits: logits, Probs: Softmax(logits)}
	for i, v := range logits {
		if v > logits[r.Index] {
			r.Index = i
		}
	}
	return r
}

func checkFinite(values []float32) error {
	for i, v := range values {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return fmt.Errorf("%w: number %d of %d is %g; look for NaN in the weights", ErrNotFinite, i, len(values), v)
		}
	}
	return nil
}

// Top returns the indices of the k most probable classes, the most probable first, equal ones in class order; all classes for k = 0.
func (r Result) Top(k int) []int {
	order := make([]int, len(r.Probs))
	for i := range order {
		order[i] = i
	}
	score := func(i int) float64 { return r.Probs[i] }
	if r.Logits != nil { // two logits that differ may have equal probabilities
		score = func(i int) float64 { return float64(r.Logits[i]) }
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(score(b), score(a)) })
	if k > 0 && k < len(order) {
		order = order[:k]
	}
	return order
}
