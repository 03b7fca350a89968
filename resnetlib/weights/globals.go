package weights

import (
	"fmt"
	"slices"

	"resnetlab/internal/printable"
)

// global is a name that a pickle may use.
type global struct{ module, name string }

func (g global) String() string { return g.module + "." + g.name }

// functions is the allow-list of what a pickle may call; storageClasses (storage.go) may be named, but not called. The names
// are those that torch.save has written since PyTorch 0.1.10, under Python 2 and 3.
var functions = map[global]func(args tuple) (any, error){
	{"collections", "OrderedDict"}:                    orderedDict,
	{"collections", "Counter"}:                        counter, // milestones of a learning-rate schedule
	{"torch", "Size"}:                                 size,
	{"torch._utils", "_rebuild_tensor"}:               rebuildTensor,
	{"torch._utils", "_rebuild_tensor_v2"}:            rebuildTensor,
	{"torch._utils", "_rebuild_parameter"}:            rebuildParameter,
	{"torch._utils", "_rebuild_parameter_with_state"}: rebuildParameter,
	{"torch.nn.parameter", "Parameter"}:               rebuildParameter,

	// Tensors that are refused when they turn out to be part of the state dict.
	{"torch._utils", "_rebuild_tensor_v3"}:         rebuildTensorV3,
	{"torch._utils", "_rebuild_qtensor"}:           rebuildQuantised,
	{"torch._utils", "_rebuild_sparse_tensor"}:     rebuildSparse,
	{"torch._utils", "_rebuild_sparse_csr_tensor"}: rebuildSparse,
	{"torch.serialization", "_get_layout"}:         layoutName,
}

func (u *unpickler) global(module, name string) {
	if u.err != nil {
		return
	}
	g := global{module, name}
	if _, ok := storageClasses[g]; !ok && functions[g] == nil && !constants[g] {
		u.err = &foreignGlobalError{global: g, root: len(u.stack) == 0}
	}
	u.push(g)
}

// foreignGlobalError is the error for a pickle that names something other than tensors and plain containers.
type foreignGlobalError struct {
	global global
	root   bool // nothing stands before it
}

func (e *foreignGlobalError) Error() string {
	const advice = "only tensors and plain containers are read; if you trust the file, save its state dict alone in Python: " +
		"torch.save(model.state_dict(), ...)"
	if e.root {
		return fmt.Sprintf("not a state dict: the file begins with %s (as a whole model after torch.save(model) does with "+
			"its class), and %s", printable.Short(e.global.String()), advice)
	}
	return fmt.Sprintf("the file uses %s, and %s", printable.Short(e.global.String()), advice)
}

// reduce calls a function of the allow-list.
func (u *unpickler) reduce() {
	pair := u.popN(2)
	args, ok := pair[1].(tuple)
	g, _ := pair[0].(global)
	function := functions[g]
	if function == nil || !ok {
		u.fail("calls %s with %s", kindOf(pair[0]), kindOf(pair[1]))
		return
	}
	for _, a := range args { // a list in the memo can be copied again and again
		u.steps += len(elements(a))
	}
	result, err := function(args)
	if err != nil {
		u.fail("%s: %w", g, err)
	}
	u.push(result)
}

// build sets attributes of an OrderedDict. On a parameter (PyTorch 0.1 wrote requires_grad and hooks so) it does nothing.
func (u *unpickler) build() {
	state := u.pop()
	switch target := u.top().(type) {
	case *view:
	case *dict:
		attributes, ok := state.(*dict)
		if !target.ordered || !ok {
			u.fail("sets attributes of %s from %s", kindOf(target), kindOf(state))
			return
		}
		target.attributes = attributes
	default:
		u.fail("sets attributes of %s", kindOf(target))
	}
}

// persistent replaces the name of a storage by the storage.
func (u *unpickler) persistent() {
	id := u.pop()
	fields, ok := id.(tuple)
	if !ok {
		u.fail("the name of a storage is %s", kindOf(id))
		return
	}
	s, err := u.persistentLoad(fields)
	if err != nil {
		u.fail("%w", err)
	}
	u.push(s)
}

// orderedDict is OrderedDict() or, as Python 2 wrote it, OrderedDict([[key, value], ...]).
func orderedDict(args tuple) (any, error) {
	d := &dict{ordered: true}
	if len(args) == 0 {
		return d, nil
	}
	pairs, ok := args[0].(*list)
	if !ok || len(args) != 1 {
		return nil, fmt.Errorf("wants a list of pairs")
	}
	for _, item := range pairs.items {
		pair := elements(item)
		if len(pair) != 2 {
			return nil, fmt.Errorf("wants a list of pairs")
		}
		if err := d.set(pair[0], pair[1]); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func counter(args tuple) (any, error) {
	if len(args) == 1 {
		if d, ok := args[0].(*dict); ok {
			return d, nil
		}
	}
	return nil, fmt.Errorf("wants a dict")
}

// size is torch.Size((2, 3)), a tuple.
func size(args tuple) (any, error) {
	if len(args) == 1 {
		if dims, ok := args[0].(tuple); ok {
			return dims, nil
		}
	}
	return nil, fmt.Errorf("wants a tuple")
}

// rebuildTensor is _rebuild_tensor(storage, offset, size, stride) and _rebuild_tensor_v2, which has requires_grad, hooks
// and metadata after these.
func rebuildTensor(args tuple) (any, error) {
	if len(args) < 4 || len(args) > 7 {
		return nil, fmt.Errorf("has %d arguments", len(args))
	}
	storage, ok := args[0].(*storage)
	if !ok {
		return nil, fmt.Errorf("a tensor over %s", kindOf(args[0]))
	}
	offset, err := integer(args[1])
	if err != nil {
		return nil, fmt.Errorf("storage offset: %w", err)
	}
	shape, err := integers(args[2])
	if err != nil {
		return nil, fmt.Errorf("size: %w", err)
	}
	stride, err := integers(args[3])
	if err != nil {
		return nil, fmt.Errorf("stride: %w", err)
	}
	v := &view{storage: storage, offset: offset, shape: shape, stride: stride}
	if err := v.check(); err != nil {
		return nil, err
	}
	if storage.foreign {
		v.refused = refusedDType(string(storage.dtype))
	}
	return v, nil
}

// rebuildParameter is Parameter(tensor, ...): here a parameter is its tensor.
func rebuildParameter(args tuple) (any, error) {
	if len(args) == 0 {
		return nil, fmt.Errorf("has no arguments")
	}
	v, ok := args[0].(*view)
	if !ok {
		return nil, fmt.Errorf("a parameter of %s", kindOf(args[0]))
	}
	return v, nil
}

// elements returns the members of a tuple or a list, and nil for anything else.
func elements(v any) []any {
	switch v := v.(type) {
	case tuple:
		return v
	case *list:
		return v.items
	}
	return nil
}

// integer converts a size, an offset or a stride, none of which may be negative.
func integer(v any) (int, error) {
	n, ok := v.(int64)
	if !ok {
		return 0, fmt.Errorf("%s is not a size", kindOf(v))
	}
	if n < 0 || int64(int(n)) != n {
		return 0, fmt.Errorf("%d is not a size", n)
	}
	return int(n), nil
}

func integers(v any) ([]int, error) {
	values, ok := v.(tuple)
	if !ok {
		return nil, fmt.Errorf("%s is not a tuple of sizes", kindOf(v))
	}
	if len(values) > maxRank {
		return nil, fmt.Errorf("%d dimensions, and %d are the most", len(values), maxRank)
	}
	sizes := make([]int, len(values))
	for i, value := range values {
		n, err := integer(value)
		if err != nil {
			return nil, err
		}
		sizes[i] = n
	}
	return slices.Clip(sizes), nil
}
