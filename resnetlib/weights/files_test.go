package weights

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

func readJSON(t *testing.T, path string, v any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}

// smallStateDict has a float tensor, a counter, a scalar, an empty tensor and one of single bytes.
func smallStateDict() *StateDict {
	sd := NewStateDict()
	sd.Set("bn1.weight", FromFloat32s([]int{2}, []float32{1, 2}))
	sd.Set("bn1.num_batches_tracked", FromInt64s([]int{}, []int64{7}))
	sd.Set("fc.weight", FromFloat32s([]int{2, 3}, []float32{1, 2, 3, 4, 5, -6.5}))
	sd.Set("empty", FromFloat32s([]int{0, 3}, nil))
	sd.Set("mask", &Tensor{DType: Bool, Shape: []int{3}, Data: []byte{1, 0, 1}})
	sd.ModuleVersions = map[string]int{"": 1, "bn1": 2}
	return sd
}

func smallPth(t testing.TB) []byte {
	t.Helper()
	var buffer bytes.Buffer
	if err := EncodePth(&buffer, smallStateDict()); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func smallSafetensors(t testing.TB) []byte {
	t.Helper()
	var buffer bytes.Buffer
	if err := EncodeSafetensors(&buffer, smallStateDict(), map[string]string{"format": "pt"}); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

// smallLegacy is {"w": a float32 tensor of shape [2, 2]} as PyTorch before 1.6 wrote it, under Python 2's names.
func smallLegacy() []byte {
	const proto = "\x80\x02"
	p := pickler(proto + "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.")
	p.emit(proto + "M\xe9\x03.")
	p.emit(proto + "}U\x0dlittle_endian\x88s.")
	p.emit(proto + "}U\x01w")
	p.global("torch._utils", "_rebuild_tensor")
	p.emit("((U\x07storage")
	p.global("torch", "FloatStorage")
	p.emit("U\x0212U\x03cpuK\x04NtQK\x00K\x02K\x02\x86K\x02K\x01\x86tRs.")
	p.emit(proto + "]U\x0212a.")
	p = little.AppendUint64(p, 4)
	return append(p, FromFloat32s([]int{2, 2}, []float32{1, 2, 3, 4}).Data...)
}

// good are small whole files, one of each kind.
func good(t testing.TB) map[string][]byte {
	return map[string][]byte{FormatPthZip: smallPth(t), FormatPthLegacy: smallLegacy(), FormatSafetensors: smallSafetensors(t)}
}

func TestReadBytesKnowsTheFormat(t *testing.T) {
	for format, data := range good(t) {
		file, err := ReadBytes("small", data)
		if err != nil {
			t.Fatal(err)
		}
		if file.Format != format {
			t.Errorf("format %s, want %s", file.Format, format)
		}
	}
}

// A file that is cut anywhere is an error.
func TestTruncated(t *testing.T) {
	for format, data := range good(t) {
		for length := range data {
			if _, err := ReadBytes("cut", data[:length:length]); err == nil {
				t.Errorf("%s: cut to %d of %d bytes, was read", format, length, len(data))
			}
		}
	}
}

func FuzzPth(f *testing.F) {
	f.Add(smallPth(f))
	f.Add(smallLegacy())
	f.Fuzz(func(t *testing.T, data []byte) { readAll(t, "fuzz.pth", data) })
}

// FuzzPickle gives the bytes as the pickle of a whole archive, which CRCs keep FuzzPth from reaching.
func FuzzPickle(f *testing.F) {
	f.Add(pickleStateDict(smallStateDict()))
	f.Add(foreignTensor("ctorch._utils\n_rebuild_tensor_v3\n" + storageOf("torch.storage", "UntypedStorage", 8) + sizes +
		"\x89ccollections\nOrderedDict\n)Rctorch\nuint16\ntR"))
	f.Fuzz(func(t *testing.T, data []byte) {
		readAll(t, "fuzz.pth", archiveOf(t, data))
	})
}

// archiveOf is a .pth with the given pickle and the storages of smallStateDict.
func archiveOf(t testing.TB, pickle []byte) []byte {
	t.Helper()
	var buffer bytes.Buffer
	out := archiveWriter{zip: zip.NewWriter(&buffer)}
	out.entry(pickleEntry, pickle)
	i := 0
	for _, tensor := range smallStateDict().All() {
		out.entry(fmt.Sprint(storageFolder, i), tensor.Data)
		i++
	}
	if err := errors.Join(out.err, out.zip.Close()); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func checkMessage(t *testing.T, err error) {
	t.Helper()
	if text := err.Error(); unsafe(text) != "" || strings.Contains(text, "\n") || len(text) > 4000 {
		t.Errorf("%s in an error of %d bytes: %.300q", unsafe(text), len(text), text)
	}
}

func FuzzSafetensors(f *testing.F) {
	f.Add(smallSafetensors(f))
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, data []byte) { readAll(t, "fuzz.safetensors", data) })
}

// readAll reads a file and, if that works, all values: whatever is read must be consistent and be written again. Errors are
// one short line that a terminal can show.
func readAll(t *testing.T, name string, data []byte) {
	file, err := ReadBytes(name, data)
	if err != nil {
		checkMessage(t, err)
		return
	}
	file.Inspect()
	if _, err := file.HeadClasses(); err != nil {
		checkMessage(t, err)
	}
	if _, err := LoadFile(file, resnet18(5)); err != nil {
		checkMessage(t, err)
	}
	if err := EncodePth(new(bytes.Buffer), file.StateDict); err != nil {
		t.Errorf("what was read cannot be written: %v", err)
	}
}

// The zero state dict is empty and takes tensors.
func TestZeroStateDictIsReadyToUse(t *testing.T) {
	var sd StateDict
	if _, ok := sd.Get("fc.bias"); ok || sd.Len() != 0 {
		t.Error("the zero state dict is not empty")
	}
	sd.Set("fc.bias", FromFloat32s([]int{1}, []float32{2}))
	if b, ok := sd.Get("fc.bias"); !ok || b.At(0) != 2 || sd.Len() != 1 {
		t.Errorf("%v, %v", b, ok)
	}
}
