package train

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"resnetlab/datasets"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/predict"
)

// Evaluation is how a network does on labelled pictures.
type Evaluation struct {
	Pictures  int     `json:"pictures"`
	Loss      float64 `json:"loss"` // mean cross-entropy over the pictures
	Accuracy  float64 `json:"accuracy"`
	Top5      float64 `json:"top5"`             // share of pictures whose true class is among the five most probable
	Confusion [][]int `json:"confusion_matrix"` // rows are the true classes

	Outcomes []Outcome `json:"-"` // one for each picture, in the loader's order
}

// Outcome is what came out for one picture.
type Outcome struct {
	Index     int // in the data set
	Label     int // the true class
	Predicted int
	Prob      float64 // of the predicted class
	Loss      float64 // cross-entropy of the true class
}

// Evaluate runs a classifier (a [predict.Forward], or one behind [predict.Mirrored]) over all pictures of a loader. Every picture counts the
// same, in the last, smaller batch too. progress may be nil.
func Evaluate(ctx context.Context, f predict.Classifier, l datasets.Source, progress func(pictures int)) (*Evaluation, error) {
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
			o := outcome(row, batch.Indices[i], int(batch.Labels[i]))
			e.Loss += o.Loss
			e.Confusion[o.Label][o.Predicted]++
			if o.Predicted == o.Label {
				right++
			}
			if rank(row, o.Label) < 5 {
				right5++
			}
			e.Outcomes = append(e.Outcomes, o)
		}
		e.Pictures += batch.N
		if progress != nil {
			progress(e.Pictures)
		}
	}
	n := float64(max(e.Pictures, 1))
	e.Loss, e.Accuracy, e.Top5 = e.Loss/n, float64(right)/n, float64(right5)/n
	return e, nil
}

func outcome(logits []float32, index, label int) Outcome {
	r := predict.NewResult(logits)
	return Outcome{Index: index, Label: label, Predicted: r.Index, Prob: r.Probs[r.Index], Loss: crossEntropy(logits, label)}
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

// TopLosses are the n pictures of the highest loss, the highest first: where the network is most surely wrong, and where labels deserve a
// second look.
func (e *Evaluation) TopLosses(n int) []Outcome {
	sorted := slices.Clone(e.Outcomes)
	slices.SortStableFunc(sorted, func(a, b Outcome) int { return cmp.Compare(b.Loss, a.Loss) })
	return sorted[:min(n, len(sorted))]
}

// ClassScore is how one class did.
type ClassScore struct {
	Class     string   `json:"class"`
	Pictures  int      `json:"pictures"`  // that are of the class
	Precision *float64 `json:"precision"` // right ones among the pictures that were given the class; nil where there was none
	Recall    *float64 `json:"recall"`    // right ones among the pictures of the class; nil where there is none
}

// PerClass reads precision and recall off the confusion matrix.
func (e *Evaluation) PerClass(classes []string) []ClassScore {
	scores := make([]ClassScore, len(classes))
	for i, name := range classes {
		given, are := 0, 0
		for j := range classes {
			given += e.Confusion[j][i]
			are += e.Confusion[i][j]
		}
		right := e.Confusion[i][i]
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

// Verdicts makes the pictures of outcomes anew, for [plots.TopLosses].
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
