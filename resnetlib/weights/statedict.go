package weights

import (
	"iter"
	"slices"
)

// StateDict is PyTorch's state dict: tensors by key, in the order in which they were set. The zero value is empty and ready to use.
type StateDict struct {
	keys    []string
	tensors map[string]*Tensor

	// ModuleVersions is the version of each module ("layer1.0.bn1" -> 2) as the file's _metadata has it; nil without
	// one. From version 2 on a batch norm without num_batches_tracked counts as incomplete.
	ModuleVersions map[string]int
}

// NewStateDict makes an empty state dict.
func NewStateDict() *StateDict { return &StateDict{} }

// Set adds a tensor at the end, or replaces the tensor of the same key in its place.
func (s *StateDict) Set(key string, t *Tensor) {
	if s.tensors == nil {
		s.tensors = map[string]*Tensor{}
	}
	if _, ok := s.tensors[key]; !ok {
		s.keys = append(s.keys, key)
	}
	s.tensors[key] = t
}

// Get returns the tensor with a key, and whether there is one.
func (s *StateDict) Get(key string) (*Tensor, bool) {
	t, ok := s.tensors[key]
	return t, ok
}

// Keys returns the keys in order.
func (s *StateDict) Keys() []string { return slices.Clone(s.keys) }

// Len returns the number of tensors.
func (s *StateDict) Len() int { return len(s.keys) }

// All iterates over keys and tensors in order.
func (s *StateDict) All() iter.Seq2[string, *Tensor] {
	return func(yield func(string, *Tensor) bool) {
		for _, key := range s.keys {
			if !yield(key, s.tensors[key]) {
				return
			}
		}
	}
}
