package datasets

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"golang.org/x/text/unicode/norm"
)

// ErrUnknownClass matches, with errors.Is, the error for data with a class that is not among the given ones; see [WithClasses].
var ErrUnknownClass = errors.New("unknown class")

// WithClasses returns ds with labels that index classes: the training data's classes for validation data, a network's classes
// for data to evaluate it on. Classes are matched by name, whatever their order in ds. Names that differ in their Unicode form
// alone (macOS may write é as e and an accent) are the same class. Samples keep their order.
//
// A class without a picture in ds is no error: its recall is undefined. A class of ds that is not in classes is an
// [ErrUnknownClass] that names it. WithClasses returns ds itself if its classes are equal to classes.
func WithClasses(ds Dataset, classes []string) (Dataset, error) {
	if slices.Equal(ds.Classes(), classes) {
		return ds, nil
	}
	known, err := labelsOf(classes)
	if err != nil {
		return nil, err
	}
	if _, err := labelsOf(ds.Classes()); err != nil {
		return nil, err
	}
	labels := make([]int, len(ds.Classes()))
	var unknown []string
	for i, class := range ds.Classes() {
		label, ok := known[norm.NFC.String(class)]
		if !ok {
			unknown = append(unknown, class)
		}
		labels[i] = label
	}
	if unknown != nil {
		return nil, fmt.Errorf("%w %s in the data; the known classes are %s", ErrUnknownClass, listed(unknown), listed(classes))
	}
	return &relabelled{Dataset: ds, classes: classes, labels: labels}, nil
}

// labelsOf returns the label of each class by its name in Unicode form NFC. Two names that differ in their form alone
// are an error: on a screen they look the same.
func labelsOf(classes []string) (map[string]int, error) {
	labels := make(map[string]int, len(classes))
	for i, class := range classes {
		composed := norm.NFC.String(class)
		first, ok := labels[composed]
		switch {
		case !ok:
			labels[composed] = i
		case classes[first] != class:
			return nil, fmt.Errorf("the classes %s and %s differ in their Unicode form alone and look the same: make them one class, or rename one",
				strconv.QuoteToASCII(classes[first]), strconv.QuoteToASCII(class))
		}
	}
	return labels, nil
}

// relabelled is a data set with the labels of other classes.
type relabelled struct {
	Dataset
	classes []string
	labels  []int // by the label in Dataset
}

// Classes returns the classes that the labels index.
func (r *relabelled) Classes() []string { return r.classes }

// Sample makes sample i and translates its label.
func (r *relabelled) Sample(i int) (Sample, error) {
	s, err := r.Dataset.Sample(i)
	s.Label = r.translate(s.Label)
	return s, err
}

// Entry returns the name of sample i and its translated label.
func (r *relabelled) Entry(i int) (name string, label int) {
	name, label = entryOf(r.Dataset, i)
	return name, r.translate(label)
}

// Encoded returns the file of sample i, or nil.
func (r *relabelled) Encoded(i int) ([]byte, error) { return encodedOf(r.Dataset, i) }

// Size returns the length of the file of sample i, or 0.
func (r *relabelled) Size(i int) (int64, error) { return sizeOf(r.Dataset, i) }

func (r *relabelled) unwrap() Dataset { return r.Dataset }

// translate leaves a label that is wrong already for checkLabel to find.
func (r *relabelled) translate(label int) int {
	if label < 0 || label >= len(r.labels) {
		return -1
	}
	return r.labels[label]
}
