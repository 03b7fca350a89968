package weights

import (
	"fmt"
	"math"
	"math/bits"
)

// storage is a run of elements in a .pth file, over which tensors are views. The pickle names it first; its bytes are
// found afterwards.
type storage struct {
	key    string
	dtype  DType
	length int    // in elements
	data   []byte // length * dtype.Size() bytes
	// PyTorch 0.1 to 0.3 could write a storage as a part of another.
	root   *storage
	offset int // in elements of root
}

// storages are those that a pickle has named.
type storages struct {
	byKey map[string]*storage
	order []*storage
}

// declare notes a storage that the pickle names: ("storage", class, key, device, length). Named again it must be the
// same.
func (s *storages) declare(id tuple) (*storage, error) {
	if len(id) != 5 || id[0] != "storage" {
		return nil, fmt.Errorf("a persistent value that is not a storage")
	}
	class, _ := id[1].(global)
	dtype, ok := storageClasses[class]
	if !ok {
		return nil, fmt.Errorf("a storage of %s", kindOf(id[1]))
	}
	key, ok := id[2].(string)
	if !ok {
		return nil, fmt.Errorf("the key of a storage is %s", kindOf(id[2]))
	}
	length, err := integer(id[4])
	if err != nil {
		return nil, fmt.Errorf("storage %q: %w", key, err)
	}
	if _, err := byteLength([]int{length}, dtype.Size()); err != nil {
		return nil, fmt.Errorf("storage %q: %w", key, err)
	}
	return s.add(&storage{key: key, dtype: dtype, length: length})
}

func (s *storages) add(new *storage) (*storage, error) {
	old, ok := s.byKey[new.key]
	if !ok {
		if s.byKey == nil {
			s.byKey = map[string]*storage{}
		}
		s.byKey[new.key] = new
		s.order = append(s.order, new)
		return new, nil
	}
	if old.dtype != new.dtype || old.length != new.length || old.root != new.root || old.offset != new.offset {
		return nil, fmt.Errorf("storage %.40q is declared as %d x %s and as %d x %s",
			new.key, old.length, old.dtype, new.length, new.dtype)
	}
	return old, nil
}

// view is a tensor of a .pth file: a storage seen with an offset, a shape and strides, all in elements.
type view struct {
	storage       *storage
	offset        int
	shape, stride []int
}

// check makes sure that every element lies in the storage.
func (v *view) check() error {
	if len(v.shape) != len(v.stride) {
		return fmt.Errorf("%d dimensions and %d strides", len(v.shape), len(v.stride))
	}
	bytes, err := byteLength(v.shape, v.storage.dtype.Size())
	if err != nil || bytes == 0 {
		return err
	}
	last := uint64(v.offset)
	for i, d := range v.shape {
		high, step := bits.Mul64(uint64(d-1), uint64(v.stride[i]))
		if high != 0 || step > math.MaxInt64 {
			return fmt.Errorf("stride %d leaves the storage", v.stride[i])
		}
		last += step
		if last >= uint64(v.storage.length) {
			break
		}
	}
	if last >= uint64(v.storage.length) {
		return fmt.Errorf("a tensor of shape %v, strides %v and offset %d leaves its storage of %d elements",
			v.shape, v.stride, v.offset, v.storage.length)
	}
	return nil
}

// tensor makes the view a dense tensor: a part of the storage where it is contiguous, a copy elsewhere.
func (v *view) tensor(b *budget) (*Tensor, error) {
	size := v.storage.dtype.Size()
	bytes, err := byteLength(v.shape, size)
	if err != nil {
		return nil, err
	}
	if err := b.spend(bytes); err != nil {
		return nil, err
	}
	t := &Tensor{DType: v.storage.dtype, Shape: v.shape, Data: []byte{}}
	switch {
	case bytes == 0:
	case v.contiguous():
		begin := v.offset * size
		t.Data = v.storage.data[begin : begin+bytes : begin+bytes]
	default:
		t.Data = make([]byte, 0, bytes)
		t.Data = v.gather(t.Data, 0, v.offset)
	}
	return t, nil
}

// contiguous tells whether the elements lie one after the other in C order.
func (v *view) contiguous() bool {
	expected := 1
	for i := len(v.shape) - 1; i >= 0; i-- {
		if v.shape[i] != 1 && v.stride[i] != expected {
			return false
		}
		expected *= v.shape[i]
	}
	return true
}

// gather appends the elements below axis, in C order, to dst; position is where they begin in the storage.
func (v *view) gather(dst []byte, axis, position int) []byte {
	size := v.storage.dtype.Size()
	if axis == len(v.shape) {
		return append(dst, v.storage.data[position*size:(position+1)*size]...)
	}
	for range v.shape[axis] {
		dst = v.gather(dst, axis+1, position)
		position += v.stride[axis]
	}
	return dst
}
