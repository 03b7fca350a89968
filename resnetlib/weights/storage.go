package weights

import (
	"fmt"
	"math"
	"math/bits"
)

// storage is a run of elements in a .pth file, over which tensors are views. The pickle names it first; its bytes are
// found afterwards.
type storage struct {
	key string
	element
	length int    // in elements
	data   []byte // length * size bytes
	// PyTorch 0.1 to 0.3 could write a storage as a part of another.
	root   *storage
	offset int // in elements of root
}

// storageClasses are the element types that a storage may have.
var storageClasses = func() map[global]element {
	classes := map[global]element{{"torch.storage", "UntypedStorage"}: {dtype: UInt8, size: 1}} // the bytes of what _rebuild_tensor_v3 makes
	for _, row := range dtypes {
		classes[global{"torch", row.storageClass}] = element{dtype: row.dtype, size: row.size}
	}
	for _, row := range foreignDTypes {
		if row.storageClass != "" {
			classes[global{"torch", row.storageClass}] = element{dtype: DType(row.name), size: row.size, foreign: true}
		}
	}
	return classes
}()

// element is the type of a storage's elements.
type element struct {
	dtype   DType
	size    int  // in bytes
	foreign bool // one of foreignDTypes
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
	element, ok := storageClasses[class]
	if !ok {
		return nil, fmt.Errorf("a storage of %s", kindOf(id[1]))
	}
	key, ok := id[2].(string)
	if !ok {
		return nil, fmt.Errorf("the key of a storage is %s", kindOf(id[2]))
	}
	length, err := integer(id[4])
	if err != nil {
		return nil, fmt.Errorf("storage %.80q: %w", key, err)
	}
	if _, err := byteLength([]int{length}, element.size); err != nil {
		return nil, fmt.Errorf("storage %.80q: %w", key, err)
	}
	return s.add(&storage{key: key, element: element, length: length})
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
	refused       error // why no Tensor can be made of it; the rest may be empty then
}

// check checks that every element lies in the storage.
func (v *view) check() error {
	if len(v.shape) != len(v.stride) {
		return fmt.Errorf("%d dimensions and %d strides", len(v.shape), len(v.stride))
	}
	bytes, err := byteLength(v.shape, v.storage.size)
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
		return fmt.Errorf("a tensor of shape %s, strides %s and offset %d leaves its storage of %d elements",
			shapeString(v.shape), shapeString(v.stride), v.offset, v.storage.length)
	}
	return nil
}

// tensor converts the view to a dense tensor: a part of the storage if it is contiguous, else a copy.
func (v *view) tensor(b *budget) (*Tensor, error) {
	if v.refused != nil {
		return nil, v.refused
	}
	size := v.storage.size
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
		shape, stride := merged(v.shape, v.stride)
		t.Data = gather(make([]byte, 0, bytes), v.storage.data, v.offset*size, shape, stride, size)
	}
	return t, nil
}

// contiguous reports whether the elements lie one after the other in C order.
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

// merged drops dimensions of 1 and joins those that lie one after the other in memory, so that gather has long inner
// loops. There is at least one dimension left, and size is not 0.
func merged(shape, stride []int) (s, t []int) {
	for i, d := range shape {
		last := len(s) - 1
		switch {
		case d == 1:
		case last >= 0 && t[last] == d*stride[i]:
			s[last] *= d
			t[last] = stride[i]
		default:
			s, t = append(s, d), append(t, stride[i])
		}
	}
	return s, t
}

// gather appends the elements of a view, in C order, to dst; position is the byte of src where the first one begins.
func gather(dst, src []byte, position int, shape, stride []int, size int) []byte {
	step := stride[0] * size
	for range shape[0] {
		switch {
		case len(shape) > 1:
			dst = gather(dst, src, position, shape[1:], stride[1:], size)
		case size == 4:
			dst = append(dst, src[position], src[position+1], src[position+2], src[position+3])
		default:
			dst = append(dst, src[position:position+size]...)
		}
		position += step
	}
	return dst
}
