package weights

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"resnetlab/internal/golden"
)

// expectedTensor is a tensor of the golden vectors' expected.json and index.json.
type expectedTensor struct {
	DType     DType     `json:"dtype"`
	Shape     []int     `json:"shape"`
	ShapeRank int       `json:"shape_rank"`
	Sum       float64   `json:"sum"`
	Index     []int     `json:"index"`
	Samples   []float64 `json:"samples"`
}

// check compares t, which key names, with what is expected.
func (want expectedTensor) check(t *testing.T, key string, got *Tensor) {
	t.Helper()
	if got.DType != want.DType {
		t.Errorf("%s: dtype %s, want %s", key, got.DType, want.DType)
	}
	if want.Shape == nil {
		if want.ShapeRank != 0 && len(got.Shape) != want.ShapeRank {
			t.Errorf("%s: %d dimensions, want %d", key, len(got.Shape), want.ShapeRank)
		}
		return
	}
	if !slices.Equal(got.Shape, want.Shape) {
		t.Fatalf("%s: shape %v, want %v", key, got.Shape, want.Shape)
	}
	if sum := float64(got.Stats().Sum); math.Abs(sum-want.Sum) > 1e-9*max(1, math.Abs(want.Sum)) {
		t.Errorf("%s: sum %v, want %v", key, sum, want.Sum)
	}
	for i, at := range want.Index {
		value, expected := got.At(at), want.Samples[i]
		if got.DType != Float64 { // samples are printed with the nine digits of a float32
			value, expected = float64(float32(value)), float64(float32(expected))
		}
		if value != expected && math.Abs(value-expected) > 1e-14*math.Abs(expected) {
			t.Errorf("%s[%d] = %v, want %v", key, at, value, expected)
		}
	}
}

func checkTensors(t *testing.T, sd *StateDict, want map[string]expectedTensor) {
	t.Helper()
	if sd.Len() != len(want) {
		t.Errorf("%d tensors, want %d", sd.Len(), len(want))
	}
	for key, tensor := range want {
		if got, ok := sd.Get(key); ok {
			tensor.check(t, key, got)
		} else {
			t.Errorf("%s is missing", key)
		}
	}
}

func TestGoldenWeights(t *testing.T) {
	var expected struct {
		Files map[string]struct {
			Unwrap      []string `json:"unwrap"`
			StripPrefix string   `json:"strip_prefix"`
			Tensors     map[string]expectedTensor
		}
	}
	golden.JSON(t, "weights/expected.json", &expected)
	for name, want := range expected.Files {
		t.Run(name, func(t *testing.T) {
			file, err := Read(filepath.Join(golden.Dir(t), "weights", name))
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			if file.Wrapper != strings.Join(want.Unwrap, ".") || file.StrippedPrefix != want.StripPrefix {
				t.Errorf("wrapper %q, prefix %q; want %q, %q", file.Wrapper, file.StrippedPrefix, want.Unwrap, want.StripPrefix)
			}
			checkTensors(t, file.StateDict, want.Tensors)
		})
	}
}

// Small files that PyTorch and safetensors wrote, cut anywhere, are errors. (TestTruncated does it with the writers' own.)
func TestGoldenTruncated(t *testing.T) {
	for _, name := range []string{"handmade.safetensors", "handmade_minimal.pth", "other_dtypes.pth", "checkpoint_with_optimizer.pth"} {
		data, err := os.ReadFile(filepath.Join(golden.Dir(t), "weights", name))
		if err != nil {
			t.Fatal(err)
		}
		for length := range data {
			if _, err := ReadBytes(name, data[:length:length]); err == nil {
				t.Errorf("%s: cut to %d of %d bytes, was read", name, length, len(data))
			}
		}
	}
}

// hostileLimits are what one hostile file may cost.
const (
	hostileTime   = 2 * time.Second
	hostileMemory = 200 << 20
)

func TestGoldenHostile(t *testing.T) {
	var index struct {
		Files map[string]struct {
			Must    string
			Why     string
			Tensors map[string]expectedTensor
		}
	}
	golden.JSON(t, "weights/hostile/index.json", &index)
	dir := filepath.Join(golden.Dir(t), "weights", "hostile")
	t.Chdir(t.TempDir())
	for name, want := range index.Files {
		t.Run(name, func(t *testing.T) {
			file, err := readWithinLimits(t, filepath.Join(dir, name))
			switch {
			case err != nil:
				if !strings.Contains(err.Error(), name) || len(err.Error()) > 600 || strings.Contains(err.Error(), "\n") {
					t.Errorf("the error should name the file, in one line: %.1000s", err)
				}
			case want.Must == "error":
				t.Errorf("was read, but: %s", want.Why)
			default:
				checkTensors(t, file.StateDict, want.Tensors)
			}
		})
	}
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("files were written: %v %v", left, err)
	}
}

// readWithinLimits fails the test where reading takes too long or allocates too much, freed or not.
func readWithinLimits(t *testing.T, path string) (*File, error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	file, err := Read(path)
	if took := time.Since(start); took > hostileTime {
		t.Errorf("took %v", took)
	}
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > hostileMemory {
		t.Errorf("allocated %d MiB", taken>>20)
	}
	return file, err
}

// A checkpoint trained and published by someone else, and what PyTorch reads from it.
func TestGoldenWild(t *testing.T) {
	dir := filepath.Join(golden.Shared(t), "data", "wild_weights")
	indexes, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(indexes) == 0 {
		t.Skipf("SKIPPED, NOT TESTED: no weights in %s", dir)
	}
	for _, path := range indexes {
		t.Run(filepath.Base(path), func(t *testing.T) { checkWild(t, dir, path) })
	}
}

func checkWild(t *testing.T, dir, index string) {
	var want struct {
		File        string
		Wrapper     string
		StripPrefix string `json:"strip_prefix"`
		Tensors     map[string]struct {
			DType   DType
			Shape   []int
			Sum, L2 float64
			First   []float64
		}
	}
	readJSON(t, index, &want)
	file, err := Read(filepath.Join(dir, want.File))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if file.Wrapper != want.Wrapper || file.StrippedPrefix != want.StripPrefix || file.StateDict.Len() != len(want.Tensors) {
		t.Errorf("wrapper %q, prefix %q, %d tensors", file.Wrapper, file.StrippedPrefix, file.StateDict.Len())
	}
	for key, w := range want.Tensors {
		got, ok := file.StateDict.Get(key)
		if !ok {
			t.Fatalf("%s is missing", key)
		}
		stats := got.Stats()
		if got.DType != w.DType || !slices.Equal(got.Shape, w.Shape) ||
			math.Abs(float64(stats.Sum)-w.Sum) > 1e-6 || math.Abs(float64(stats.L2)-w.L2) > 1e-6 {
			t.Errorf("%s: %+v, want %+v", key, stats, w)
		}
		for i, v := range w.First {
			if got.At(i) != v {
				t.Errorf("%s[%d] = %v, want %v", key, i, got.At(i), v)
			}
		}
	}
}
