package weights

import (
	"cmp"
	"fmt"

	"resnetlab/internal/printable"
)

// foreignDTypes are PyTorch's element types that are not read: the weights of a ResNet do not need them. They are known so
// that an error can name them and say how to convert them.
var foreignDTypes = []struct {
	name         string // in PyTorch, without "torch."
	size         int    // of an element in bytes
	safetensors  string // its name there, "" without one
	storageClass string // "" where _rebuild_tensor_v3 names the type instead
	cure         string // method of a tensor that converts it
}{
	{"float8_e4m3fn", 1, "F8_E4M3", "", ".float()"},
	{"float8_e5m2", 1, "F8_E5M2", "", ".float()"},
	{"float8_e4m3fnuz", 1, "F8_E4M3FNUZ", "", ".float()"},
	{"float8_e5m2fnuz", 1, "F8_E5M2FNUZ", "", ".float()"},
	{"float8_e8m0fnu", 1, "F8_E8M0", "", ".float()"},
	{"float4_e2m1fn_x2", 1, "F4", "", ".float()"},
	{"uint16", 2, "U16", "", ".float()"},
	{"uint32", 4, "U32", "", ".float()"},
	{"uint64", 8, "U64", "", ".float()"},
	{"complex32", 4, "", "", ".real.float()"},
	{"complex64", 8, "C64", "ComplexFloatStorage", ".real.float()"},
	{"complex128", 16, "", "ComplexDoubleStorage", ".real.float()"},
	{"qint8", 1, "", "QInt8Storage", ".dequantize()"},
	{"quint8", 1, "", "QUInt8Storage", ".dequantize()"},
	{"qint32", 4, "", "QInt32Storage", ".dequantize()"},
	{"quint4x2", 1, "", "QUInt4x2Storage", ".dequantize()"},
	{"quint2x4", 1, "", "QUInt2x4Storage", ".dequantize()"},
}

// constants are the names beside the foreign types that pickles of foreign tensors hold: how integers are mapped to the
// values of a quantised tensor.
var constants = func() map[global]bool {
	known := map[global]bool{}
	for _, name := range []string{"per_tensor_affine", "per_tensor_symmetric", "per_channel_affine", "per_channel_symmetric",
		"per_channel_affine_float_qparams"} {
		known[global{"torch", name}] = true
	}
	for _, row := range foreignDTypes {
		known[global{"torch", row.name}] = true
	}
	return known
}()

// refusedDType is the error for a tensor of a foreign type.
func refusedDType(name string) error {
	cure := ".float()"
	for _, row := range foreignDTypes {
		if row.name == name {
			cure = row.cure
		}
	}
	return refusal("of type torch."+name, cure)
}

// refusal is the error for a tensor that is of such a kind.
func refusal(kind, cure string) error {
	return fmt.Errorf("it is %.80s, and only dense tensors of float64 to float16, bfloat16, int64 to int8, uint8 and bool are read: "+
		"convert it in PyTorch with %s and save the file again", kind, cure)
}

// rebuildTensorV3 is _rebuild_tensor_v3(storage, offset, size, stride, requires_grad, hooks, dtype, ...), with which
// PyTorch writes the types that have no storage class. All of them are foreign.
func rebuildTensorV3(args tuple) (any, error) {
	const dtype = 6
	if len(args) <= dtype {
		return nil, fmt.Errorf("has %d arguments", len(args))
	}
	g, ok := args[dtype].(global)
	if !ok {
		return nil, fmt.Errorf("the type of a tensor is %s", kindOf(args[dtype]))
	}
	return &view{refused: refusedDType(g.name)}, nil
}

// rebuildQuantised is _rebuild_qtensor(storage, offset, size, stride, quantizer_params, requires_grad, hooks).
func rebuildQuantised(args tuple) (any, error) {
	kind := "quantised"
	if len(args) > 0 {
		if s, ok := args[0].(*storage); ok {
			kind += " (torch." + string(s.dtype) + ")"
		}
	}
	return &view{refused: refusal(kind, ".dequantize()")}, nil
}

// rebuildSparse is _rebuild_sparse_tensor(layout, (indices, values, size, ...)).
func rebuildSparse(args tuple) (any, error) {
	layout := ""
	if len(args) > 0 {
		layout, _ = args[0].(string)
	}
	return &view{refused: refusal("sparse ("+printable.Short(cmp.Or(layout, "torch.sparse_csr"))+")", ".to_dense()")}, nil
}

// layoutName is _get_layout("torch.sparse_coo").
func layoutName(args tuple) (any, error) {
	if len(args) == 1 {
		if name, ok := args[0].(string); ok {
			return name, nil
		}
	}
	return nil, fmt.Errorf("wants a name")
}
