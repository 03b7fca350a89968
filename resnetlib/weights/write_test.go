package weights

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// checkSame wants the same tensors in the same order.
func checkSame(t *testing.T, got, want *StateDict) {
	t.Helper()
	if !slices.Equal(got.Keys(), want.Keys()) {
		t.Errorf("keys %q, want %q", got.Keys(), want.Keys())
	}
	for key, w := range want.All() {
		g, ok := got.Get(key)
		if !ok || g.DType != w.DType || !slices.Equal(g.Shape, w.Shape) || !bytes.Equal(g.Data, w.Data) {
			t.Errorf("%s is %+v, want %+v", key, g, w)
		}
	}
}

func TestWriteSafetensors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "all.safetensors")
	metadata := map[string]string{"format": "pt", "note": "ü \"quoted\""}
	if err := WriteSafetensors(path, everyType(), metadata); err != nil {
		t.Fatal(err)
	}
	file, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	checkSame(t, file.StateDict, everyType())
	if !maps.Equal(file.Metadata, metadata) {
		t.Errorf("metadata %q", file.Metadata)
	}
}

func TestWritePth(t *testing.T) {
	path := filepath.Join(t.TempDir(), "all.pth")
	want := everyType()
	if err := WritePth(path, want); err != nil {
		t.Fatal(err)
	}
	file, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	checkSame(t, file.StateDict, want)
	if !maps.Equal(file.StateDict.ModuleVersions, want.ModuleVersions) {
		t.Errorf("versions %v, want %v", file.StateDict.ModuleVersions, want.ModuleVersions)
	}
}

// Tensors begin at multiples of their element's size, and in a .pth of 64, so that readers can map them.
func TestAlignment(t *testing.T) {
	for name, data := range good(t) {
		if name == FormatPthLegacy {
			continue
		}
		file, err := ReadBytes(name, data)
		if err != nil {
			t.Fatal(err)
		}
		for key, tensor := range file.StateDict.All() {
			alignment := map[string]int{FormatPthZip: entryAlignment, FormatSafetensors: tensor.DType.Size()}[name]
			if at := bytes.Index(data, tensor.Data); len(tensor.Data) > 8 && at%alignment != 0 {
				t.Errorf("%s: %s lies at %d", name, key, at)
			}
		}
	}
}

// What cannot be read again is not written, and leaves no file.
func TestWriteRefuses(t *testing.T) {
	for name, tensor := range map[string]*Tensor{
		"short data": {DType: Float32, Shape: []int{3}, Data: make([]byte, 8)},
		"bad type":   {DType: "float8", Shape: []int{1}, Data: make([]byte, 1)},
		"\xff":       FromFloat32s([]int{1}, []float32{1}),
	} {
		sd := NewStateDict()
		sd.Set(name, tensor)
		dir := t.TempDir()
		if err := WriteSafetensors(filepath.Join(dir, "bad.safetensors"), sd, nil); err == nil {
			t.Errorf("%q: written as safetensors", name)
		}
		if err := WritePth(filepath.Join(dir, "bad.pth"), sd); err == nil {
			t.Errorf("%q: written as .pth", name)
		}
		if left, _ := os.ReadDir(dir); len(left) != 0 {
			t.Errorf("%q: left %v", name, left)
		}
	}
}
