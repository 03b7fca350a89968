package train

import (
	"context"

	"resnetlab/datasets"
	"resnetlab/resnetlib/predict"
)

// Evaluation is how a network does on labelled pictures.
type Evaluation struct {
	Pictures  int     `json:"pictures"`
	Loss      float64 `json:"loss"` // mean cross-entropy over the pictures
	Accuracy  float64 `json:"accuracy"`
	Accuracy5 float64 `json:"accuracy_top5"`    // the true class is among the five most probable
	Confusion [][]int `json:"confusion_matrix"` // rows are the true classes
}

// Evaluate runs a network over all pictures of a loader. Every picture counts the same, in the last, smaller batch too. progress may be nil.
func Evaluate(ctx context.Context, f *predict.Forward, l *datasets.Loader, progress func(pictures int)) (*Evaluation, error) {
	classes := len(l.Dataset().Classes())
	e := &Evaluation{Confusion: make([][]int, classes)}
	for i := range e.Confusion {
		e.Confusion[i] = make([]int, classes)
	}
	right, right5 := 0, 0
	for batch, err := range l.Epoch(ctx, 0, 0) {
		if err != nil {
			return nil, err
		}
		logits, err := f.Logits(batch.Images, batch.N, batch.Height, batch.Width)
		if err != nil {
			return nil, err
		}
		for i, row := range logits {
			label := int(batch.Labels[i])
			e.Loss += crossEntropy(row, label)
			e.Confusion[label][argmax(row)]++
			if argmax(row) == label {
				right++
			}
			if rank(row, label) < 5 {
				right5++
			}
		}
		e.Pictures += batch.N
		if progress != nil {
			progress(e.Pictures)
		}
	}
	n := float64(max(e.Pictures, 1))
	e.Loss, e.Accuracy, e.Accuracy5 = e.Loss/n, float64(right)/n, float64(right5)/n
	return e, nil
}

// rank is the number of classes that come before label, equals in class order.
func rank(logits []float32, label int) int {
	r := 0
	for i, v := range logits {
		if v > logits[label] || v == logits[label] && i < label {
			r++
		}
	}
	return r
}
