package weights

import (
	"fmt"
	"strings"
	"testing"
)

// foreignTensor pickles {"bn1.weight": a tensor}, as an archive whose first storage is data/0 of two float32.
func foreignTensor(tensor string) []byte {
	return []byte("\x80\x02}X\x0a\x00\x00\x00bn1.weight" + tensor + "s.")
}

// storageOf pickles the name of storage 0.
func storageOf(module, class string, length int) string {
	return fmt.Sprintf("((X\x07\x00\x00\x00storagec%s\n%s\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK%ctQ", module, class, rune(length))
}

const sizes = "K\x00K\x02\x85K\x01\x85" // offset 0, size (2,), stride (1,)

// A tensor of a type or kind that is not read is named, with its key and with what converts it.
func TestForeignTensorsInPth(t *testing.T) {
	v3 := func(dtype string) string {
		return "ctorch._utils\n_rebuild_tensor_v3\n" + storageOf("torch.storage", "UntypedStorage", 8) + sizes +
			"\x89ccollections\nOrderedDict\n)Rctorch\n" + dtype + "\ntR"
	}
	v2 := func(class string, length int) string {
		return "ctorch._utils\n_rebuild_tensor_v2\n" + storageOf("torch", class, length) + "K\x00)" + ")\x89ccollections\nOrderedDict\n)RtR"
	}
	dense := "ctorch._utils\n_rebuild_tensor_v2\n" + storageOf("torch", "FloatStorage", 2) + sizes + "\x89ccollections\nOrderedDict\n)RtR"
	for tensor, want := range map[string][]string{
		v3("float8_e4m3fn"):          {"torch.float8_e4m3fn", ".float()"},
		v3("float8_e5m2"):            {"torch.float8_e5m2", ".float()"},
		v3("uint16"):                 {"torch.uint16", ".float()"},
		v3("uint64"):                 {"torch.uint64", ".float()"},
		v2("ComplexFloatStorage", 1): {"torch.complex64", ".real.float()"},
		"ctorch._utils\n_rebuild_qtensor\n" + storageOf("torch", "QInt8Storage", 8) + sizes +
			"(ctorch\nper_tensor_affine\nG?\xb9\x99\x99\x99\x99\x99\x9aK\x00t\x89ccollections\nOrderedDict\n)RtR": {"quantised (torch.qint8)", ".dequantize()"},
		"ctorch._utils\n_rebuild_sparse_tensor\n(ctorch.serialization\n_get_layout\nX\x10\x00\x00\x00torch.sparse_coo\x85R(" +
			dense + dense + "ctorch\nSize\nK\x05\x85\x85RttR": {"sparse (torch.sparse_coo)", ".to_dense()"},
	} {
		_, err := ReadBytes("foreign.pth", archiveOf(t, foreignTensor(tensor)))
		for _, w := range append(want, `tensor "bn1.weight"`, "foreign.pth", "save the file again") {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%q: %v lacks %q", tensor, err, w)
			}
		}
		if err != nil && strings.Contains(err.Error(), "torch.save(model.state_dict()") {
			t.Errorf("%v: the advice is what made the file", err)
		}
	}
}

// A foreign tensor outside the state dict does no harm.
func TestForeignTensorBesideTheStateDict(t *testing.T) {
	pickle := "\x80\x02}(X\x05\x00\x00\x00modelccollections\nOrderedDict\n)RX\x05\x00\x00\x00scale" +
		"ctorch._utils\n_rebuild_tensor_v3\n" + storageOf("torch.storage", "UntypedStorage", 8) + sizes +
		"\x89ccollections\nOrderedDict\n)Rctorch\nuint16\ntRu."
	file, err := ReadBytes("beside.pth", archiveOf(t, []byte(pickle)))
	if err != nil || file.Wrapper != "model" {
		t.Errorf("%+v %v", file, err)
	}
}

// The same types by safetensors' names; one that is not known at all is quoted.
func TestForeignDTypesInSafetensors(t *testing.T) {
	for dtype, want := range map[string][]string{
		"F8_E4M3": {"torch.float8_e4m3fn", ".float()"}, "F8_E5M2": {"torch.float8_e5m2", ".float()"}, "U16": {"torch.uint16", ".float()"},
		"U32": {"torch.uint32", ".float()"}, "U64": {"torch.uint64", ".float()"}, "C64": {"torch.complex64", ".real.float()"},
		"F9": {"dtype F9 is not supported", "float32"}, `F\u001b[31m`: {`dtype "F\x1b[31m" is not supported`},
	} {
		header := `{"bn1.weight":{"dtype":"` + dtype + `","shape":[0],"data_offsets":[0,0]}}`
		_, err := ReadBytes("foreign.safetensors", append(little.AppendUint64(nil, uint64(len(header))), header...))
		for _, w := range append(want, `tensor "bn1.weight"`) {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %v lacks %q", dtype, err, w)
			}
		}
	}
}
