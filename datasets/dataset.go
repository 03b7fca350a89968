// Package datasets reads labelled pictures, splits them, and loads them in batches for a network.
//
// [Open] opens a folder or a list as training, validation and test data. [NewImageFolder] reads a folder per class by
// the rules of torchvision.datasets.ImageFolder, [NewList] reads a table or text file, [NewMemory] takes pictures that are
// in memory, and package sketch draws them. Another kind of data set needs three methods; see
// [Dataset].
//
// [Readable] leaves out the pictures that cannot be decoded; [Check] only finds them. [Split] holds out a fraction of each class.
// [WithClasses] gives validation or evaluation data the labels of a network's classes.
//
// A [Loader] does the work of torch.utils.data.DataLoader. Its order and its augmentation depend on the seed, the epoch
// and a picture's index alone, so the batches are the same, byte for byte, for any number of workers.
//
// A resumed training recognises its data by their fingerprint; see [Splits.Fingerprint].
package datasets

import (
	"errors"
	"fmt"
	"runtime/debug"

	"resnetlab/resnetlib/transforms"
)

// Sample is one labelled picture.
type Sample struct {
	Image *transforms.RGB // the caller must not change it: the data set may return it again
	Label int             // index into the data set's Classes
	Name  string          // path relative to the data set's root, with /; errors and predictions use it
}

// Dataset is torch.utils.data.Dataset for classification: a length and a sample by index. Sample is called by several
// goroutines at once, and its errors should name the file.
type Dataset interface {
	Len() int
	Classes() []string // in label order; the caller must not change it
	Sample(i int) (Sample, error)
}

// Indexed is implemented by data sets that know a sample's name and label without making its picture.
type Indexed interface {
	Entry(i int) (name string, label int)
}

// Sized is implemented by data sets whose pictures are files. Size returns the length of sample i's file in bytes, which is part
// of the [Fingerprint].
type Sized interface {
	Size(i int) (int64, error)
}

// Encoded is implemented by data sets whose pictures are files. It makes a [Loader] faster: of a JPEG it decodes only the part
// that the crop needs. The method returns the bytes of sample i's file, or nil without an error if the Loader must call Sample
// for it. A type that embeds such a data set and changes Sample must also define Encoded, or the Loader does not call its Sample.
type Encoded interface {
	Encoded(i int) (file []byte, err error)
}

// Entry returns the name and label of sample i, without making its picture where ds is Indexed.
func Entry(ds Dataset, i int) (name string, label int, err error) {
	if indexed, ok := ds.(Indexed); ok {
		name, label = indexed.Entry(i)
		return name, label, nil
	}
	s, err := ds.Sample(i)
	return s.Name, s.Label, err
}

// Labels returns the label of every sample, for class weights and class balance.
func Labels(ds Dataset) ([]int, error) {
	labels := make([]int, ds.Len())
	for i := range labels {
		var err error
		if _, labels[i], err = Entry(ds, i); err != nil {
			return nil, err
		}
	}
	return labels, nil
}

// fetch makes sample i and checks it. A panic (of a decoder on a damaged picture, or of a data set under development)
// becomes an error that names the sample, so that one picture cannot end a long run.
func fetch(ds Dataset, i int) (s Sample, err error) {
	defer catch(ds, i, &err)
	s, err = ds.Sample(i)
	switch {
	case err != nil:
		return s, err
	case s.Image == nil || s.Image.Width < 1 || s.Image.Height < 1 || len(s.Image.Pix) != 3*s.Image.Width*s.Image.Height:
		return s, fmt.Errorf("reading %s: the data set returned no picture", describe(ds, i))
	}
	return s, checkLabel(ds, i, s.Label)
}

// catch is deferred around whatever makes sample i.
func catch(ds Dataset, i int, err *error) {
	if cause := recover(); cause != nil {
		*err = fmt.Errorf("reading %s: panic: %v\n%s", describe(ds, i), cause, debug.Stack())
	}
}

func checkLabel(ds Dataset, i, label int) error {
	if label < 0 || label >= len(ds.Classes()) {
		return fmt.Errorf("reading %s: label %d, but there are %d classes", describe(ds, i), label, len(ds.Classes()))
	}
	return nil
}

// describe names sample i without making it.
func describe(ds Dataset, i int) string {
	if indexed, ok := ds.(Indexed); ok {
		name, _ := indexed.Entry(i)
		return name
	}
	return fmt.Sprintf("sample %d", i)
}

var errNoPictures = errors.New("no pictures")
