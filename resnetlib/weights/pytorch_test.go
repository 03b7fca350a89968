package weights

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// pythonEnv names a Python that has torch, torchvision and safetensors.
const pythonEnv = "RESNETLAB_PYTORCH"

// pytorch runs testdata/pytorch.py and decodes what it prints. The test is skipped where there is no PyTorch.
func pytorch(t *testing.T, result any, args ...string) {
	t.Helper()
	python := os.Getenv(pythonEnv)
	if python == "" {
		t.Skipf("SKIPPED, NOT TESTED: %s does not name a Python with torch, torchvision and safetensors", pythonEnv)
	}
	command := exec.Command(python, append([]string{filepath.Join("testdata", "pytorch.py")}, args...)...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, result); err != nil {
		t.Fatal(err)
	}
}

// PyTorch reads what the writers write: every type, a scalar, an empty tensor.
func TestPyTorchReads(t *testing.T) {
	dir := t.TempDir()
	pth, safetensors := filepath.Join(dir, "all.pth"), filepath.Join(dir, "all.safetensors")
	sd := everyType()
	if err := WritePth(pth, sd); err != nil {
		t.Fatal(err)
	}
	if err := WriteSafetensors(safetensors, sd, map[string]string{"format": "pt"}); err != nil {
		t.Fatal(err)
	}
	var read map[string]map[string][3]json.RawMessage
	pytorch(t, &read, "read", pth, safetensors)
	for _, path := range []string{pth, safetensors} {
		if len(read[path]) != sd.Len() {
			t.Errorf("%s: %d tensors, want %d", path, len(read[path]), sd.Len())
		}
		for key, want := range sd.All() {
			var dtype DType
			var shape []int
			var values []float64
			for i, v := range []any{&dtype, &shape, &values} {
				if err := json.Unmarshal(read[path][key][i], v); err != nil {
					t.Fatalf("%s %s: %v", path, key, err)
				}
			}
			if dtype != want.DType || !slices.Equal(shape, want.Shape) || len(values) != want.Size() {
				t.Fatalf("%s %s: %s %v, want %s %v", path, key, dtype, shape, want.DType, want.Shape)
			}
			for i, v := range values {
				if v != want.At(i) {
					t.Errorf("%s %s[%d] = %v, want %v", path, key, i, v, want.At(i))
				}
			}
		}
	}
}

// everyType has a tensor of each type that the formats have here.
func everyType() *StateDict {
	sd := smallStateDict()
	for i, row := range dtypes {
		data := slices.Repeat([]byte{0, 1}, 3*row.size) // no NaN in any type
		if row.dtype == Bool {
			data = data[:6]
		}
		sd.Set("of."+string(row.dtype), &Tensor{DType: row.dtype, Shape: []int{2, len(data) / row.size / 2}, Data: data})
		sd.ModuleVersions["of"] = i
	}
	return sd
}

// The reports are PyTorch's, in its order.
func TestPyTorchReports(t *testing.T) {
	var cases map[string]struct {
		Spec   [][3]json.RawMessage
		Result [3][]string
	}
	pytorch(t, &cases, "reports", t.TempDir())
	for path, want := range cases {
		t.Run(filepath.Base(path), func(t *testing.T) {
			report, err := Load(path, &network{spec: specOf(t, want.Spec)}, NonStrict())
			var misfit *LoadError
			if err != nil && !errors.As(err, &misfit) {
				t.Fatal(err)
			}
			var mismatched []string
			for _, m := range report.Mismatched {
				mismatched = append(mismatched, m.Key)
			}
			if (err != nil) != (len(want.Result[2]) > 0) || !slices.Equal(mismatched, want.Result[2]) {
				t.Errorf("mismatched %v, want %v (%v)", mismatched, want.Result[2], err)
			}
			if err == nil && (!slices.Equal(report.MissingKeys, want.Result[0]) || !slices.Equal(report.UnexpectedKeys, want.Result[1])) {
				t.Errorf("missing %v, unexpected %v; want %v", report.MissingKeys, report.UnexpectedKeys, want.Result)
			}
		})
	}
}

func specOf(t *testing.T, entries [][3]json.RawMessage) []Spec {
	t.Helper()
	spec := make([]Spec, len(entries))
	for i, entry := range entries {
		for j, v := range []any{&spec[i].Key, &spec[i].Shape, &spec[i].DType} {
			if err := json.Unmarshal(entry[j], v); err != nil {
				t.Fatal(err)
			}
		}
	}
	return spec
}

func TestNumberJSON(t *testing.T) {
	for value, want := range map[float64]string{1.5: "1.5", math.Inf(1): "null"} {
		if got, err := json.Marshal(Number(value)); err != nil || string(got) != want {
			t.Errorf("%v is %s, want %s (%v)", value, got, want, err)
		}
	}
}
