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

func (m *Memory) Len() int                     { return len(m.samples) }
func (m *Memory) Classes() []string            { return m.classes }
func (m *Memory) Sample(i int) (Sample, error) { return m.samples[i], nil }

// Entry is the name of sample i, or its number where it has none, and its label.
func (m *Memory) Entry(i int) (name string, label int) {
	s := m.samples[i]
	if s.Name == "" {
		return fmt.Sprintf("sample %d", i), s.Label
	}
	return s.Name, s.Label
}

// Fingerprint is the sha256 of every name, label and pixel.
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

func (s *subset) Entry(i int) (string, int) {
	if indexed, ok := s.Dataset.(Indexed); ok {
		return indexed.Entry(s.indices[i])
	}
	return s.fetchEntry(i)
}

// fetchEntry makes the picture to learn its name; a sample that cannot be made has label -1.
func (s *subset) fetchEntry(i int) (string, int) {
	sample, err := s.Dataset.Sample(s.indices[i])
	if err != nil {
		return describe(s.Dataset, s.indices[i]), -1
	}
	return sample.Name, sample.Label
}

func (s *subset) Encoded(i int) ([]byte, error) {
	if encoded, ok := s.Dataset.(Encoded); ok {
		return encoded.Encoded(s.indices[i])
	}
	return nil, nil
}

func (s *subset) Size(i int) (int64, error) {
	if sized, ok := s.Dataset.(Sized); ok {
		return sized.Size(s.indices[i])
	}
	return 0, nil
}
