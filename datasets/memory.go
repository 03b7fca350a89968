package datasets

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Memory is a data set of pictures that are already in memory.
type Memory struct {
	classes []string
	samples []Sample
}

// NewMemory returns a data set of samples, whose labels index classes. It keeps both slices.
func NewMemory(classes []string, samples []Sample) *Memory { return &Memory{classes, samples} }

// Len returns the number of samples.
func (m *Memory) Len() int { return len(m.samples) }

// Classes returns the names of the classes in label order.
func (m *Memory) Classes() []string { return m.classes }

// Sample returns sample i. Its picture is not copied.
func (m *Memory) Sample(i int) (Sample, error) { return m.samples[i], nil }

// Entry returns the name of sample i, or "sample" and its number where it has none, and its label.
func (m *Memory) Entry(i int) (name string, label int) {
	s := m.samples[i]
	if s.Name == "" {
		return fmt.Sprintf("sample %d", i), s.Label
	}
	return s.Name, s.Label
}

// Fingerprint returns the sha256, in hexadecimal, of every name, label and pixel.
func (m *Memory) Fingerprint() (string, error) {
	hash := sha256.New()
	for i, s := range m.samples {
		name, label := m.Entry(i)
		if s.Image == nil {
			return "", fmt.Errorf("fingerprint: %s has no picture", name)
		}
		fmt.Fprintf(hash, "%s\x00%d\x00%dx%d\n", name, label, s.Image.Width, s.Image.Height)
		hash.Write(s.Image.Pix)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// subset is some samples of another data set, in an order of its own.
type subset struct {
	Dataset
	indices []int
}

// Subset returns the samples of ds at indices, in that order, as torch.utils.data.Subset. It keeps indices.
func Subset(ds Dataset, indices []int) Dataset { return &subset{ds, indices} }

func (s *subset) Len() int                     { return len(s.indices) }
func (s *subset) Sample(i int) (Sample, error) { return s.Dataset.Sample(s.indices[i]) }

// Entry returns the name and label of sample i; a sample that cannot be made has label -1.
func (s *subset) Entry(i int) (string, int) { return entryOf(s.Dataset, s.indices[i]) }

// Encoded returns the file of sample i, or nil.
func (s *subset) Encoded(i int) ([]byte, error) { return encodedOf(s.Dataset, s.indices[i]) }

// Size returns the length of the file of sample i, or 0.
func (s *subset) Size(i int) (int64, error) { return sizeOf(s.Dataset, s.indices[i]) }

func (s *subset) unwrap() Dataset { return s.Dataset }

// wrapper is a data set that shows another one, with some of its samples or other labels.
type wrapper interface{ unwrap() Dataset }

// innermost returns the data set that ds shows, through any number of wrappers.
func innermost(ds Dataset) Dataset {
	for w, ok := ds.(wrapper); ok; w, ok = ds.(wrapper) {
		ds = w.unwrap()
	}
	return ds
}

// entryOf is Entry for a wrapper, whose own Entry has no error: a sample that cannot be made has label -1.
func entryOf(ds Dataset, i int) (name string, label int) {
	name, label, err := Entry(ds, i)
	if err != nil {
		return describe(ds, i), -1
	}
	return name, label
}

// encodedOf returns the file of sample i, or nil where ds is not Encoded.
func encodedOf(ds Dataset, i int) ([]byte, error) {
	if encoded, ok := ds.(Encoded); ok {
		return encoded.Encoded(i)
	}
	return nil, nil
}

// sizeOf returns the length of the file of sample i, or 0 where ds is not Sized.
func sizeOf(ds Dataset, i int) (int64, error) {
	if sized, ok := ds.(Sized); ok {
		return sized.Size(i)
	}
	return 0, nil
}
