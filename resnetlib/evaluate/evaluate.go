// Package evaluate measures how a network does on labelled pictures: loss, accuracy, the confusion matrix, precision and recall of each class, and
// the pictures of the highest loss.
//
//	loader := datasets.NewLoader(pictures, datasets.LoaderConfig{BatchSize: 16, Preset: net.Preset})
//	result, err := evaluate.Run(ctx, forward, loader)
//	fmt.Println(result.Accuracy, result.PerClass(net.Classes))
package evaluate

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"resnetlab/datasets"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/predict"
)

// Result is how a classifier did on labelled pictures.
type Result struct {
	Pictures  int     `json:"pictures"`
	Loss      float64 `json:"loss"` // mean cross-entropy over the pictures
	Accuracy  float64 `json:"accuracy"`
	Top5      float64 `json:"top5"`             // share of pictures whose true class is among the five most probable
	Confusion [][]int `json:"confusion_matrix"` // rows are the true classes

	Outcomes []Outcome `json:"-"` // one for each picture, in the order of the source
}

// Outcome is the result for one picture.
type Outcome struct {
	Index     int // in the data set
	Label     int // the true class
	Predicted int
	Prob      float64 // of the predicted class
	Loss      float64 // cross-entropy of the true class
}

// Option is an option of [Run].
type Option func(*options)

type options struct{ progress func(pictures int) }

// Progress has f called after every batch with the number of pictures that are done.
// nil: it is not called.
func Progress(f func(pictures int)) Option {
	if f == nil {
		f = func(int) {}
	}
	return func(o *options) { o.progress = f }
}

// Run classifies all pictures of a source and compares with their labels. The classifier is a [predict.Forward], or one behind [predict.Mirrored].
// Every picture counts the same, in the last, smaller batch too. The data must have the classes of the network, in its order
// ([datasets.WithClasses]); their number is checked.
func Run(ctx context.Context, c predict.Classifier, source datasets.Source, opts ...Option) (*Result, error) {
	o := options{progress: func(int) {}}
	for _, option := range opts {
		option(&o)
	}
	r := newResult(len(source.Dataset().Classes()))
	for batch, err := range source.Epoch(ctx, 0, 0) {
		if err != nil {
			return nil, err
		}
		logits, err := c.Logits(batch.Images, batch.N, batch.Height, batch.Width)
		if err != nil {
			return nil, err
		}
		for i, row := range logits {
			if len(row) != len(r.Confusion) {
				return nil, fmt.Errorf("evaluating a network of %d classes on data of %d classes", len(row), len(r.Confusion))
			}
			r.count(row, outcome(row, batch.Indices[i], int(batch.Labels[i])))
		}
		o.progress(r.Pictures)
	}
	n := float64(max(r.Pictures, 1))
	r.Loss, r.Accuracy, r.Top5 = r.Loss/n, r.Accuracy/n, r.Top5/n
	return r, nil
}

func newResult(classes int) *Result {
	r := &Result{Confusion: make([][]int, classes)}
	for i := range r.Confusion {
		r.Confusion[i] = make([]int, classes)
	}
	return r
}

// count adds a picture. Until all are there, Loss, Accuracy and Top5 are sums.
func (r *Result) count(logits []float32, o Outcome) {
	r.Pictures++
	r.Loss += o.Loss
	r.Confusion[o.Label][o.Predicted]++
	if o.Predicted == o.Label {
		r.Accuracy++
	}
	if rank(logits, o.Label) < 5 {
		r.Top5++
	}
	r.Outcomes = append(r.Outcomes, o)
}

func outcome(logits []float32, index, label int) Outcome {
	r := predict.NewResult(logits)
	return Outcome{Index: index, Label: label, Predicted: r.Index, Prob: r.Probs[r.Index], Loss: crossEntropy(logits, label)}
}

// rank counts the classes with a higher logit than label; of equal ones, those before it.
func rank(logits []float32, label int) int {
	r := 0
	for i, v := range logits {
		if v > logits[label] || v == logits[label] && i < label {
			r++
		}
	}
	return r
}

// TopLosses returns the n pictures of the highest loss, the highest first. There the network is surest and wrong, or the label is.
func (r *Result) TopLosses(n int) []Outcome {
	sorted := slices.Clone(r.Outcomes)
	slices.SortStableFunc(sorted, func(a, b Outcome) int { return cmp.Compare(b.Loss, a.Loss) })
	return sorted[:min(n, len(sorted))]
}

// ClassScore is the precision and recall of one class.
type ClassScore struct {
	Class     string   `json:"class"`
	Pictures  int      `json:"pictures"`  // of the class
	Precision *float64 `json:"precision"` // share of the class among the pictures that were predicted as it; nil without any
	Recall    *float64 `json:"recall"`    // share of the class's pictures that were predicted as it; nil without any
}

// PerClass computes precision and recall of each class from the confusion matrix. classes are the names of its rows, all of them.
func (r *Result) PerClass(classes []string) []ClassScore {
	scores := make([]ClassScore, len(classes))
	for i, name := range classes {
		given, are := 0, 0
		for j := range classes {
			given += r.Confusion[j][i]
			are += r.Confusion[i][j]
		}
		right := r.Confusion[i][i]
		scores[i] = ClassScore{Class: name, Pictures: are, Precision: share(right, given), Recall: share(right, are)}
	}
	return scores
}

func share(part, whole int) *float64 {
	if whole == 0 {
		return nil
	}
	s := float64(part) / float64(whole)
	return &s
}

// Verdicts reads the pictures of outcomes, for [plots.TopLosses].
func Verdicts(ds datasets.Dataset, outcomes []Outcome) ([]plots.Verdict, error) {
	classes, verdicts := ds.Classes(), make([]plots.Verdict, len(outcomes))
	for i, o := range outcomes {
		sample, err := ds.Sample(o.Index)
		if err != nil {
			return nil, fmt.Errorf("a picture of the top losses: %w", err)
		}
		verdicts[i] = plots.Verdict{Image: sample.Image, True: classes[o.Label], Predicted: classes[o.Predicted], Prob: o.Prob, Loss: o.Loss}
	}
	return verdicts, nil
}
