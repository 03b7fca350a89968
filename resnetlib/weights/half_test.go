package weights

import (
	"bytes"
	"math"
	"path/filepath"
	"strings"
	"testing"
)

// Each of the 65536 half-precision numbers comes back from float64 as it was, but for the payload of a NaN; a number between two
// neighbours goes to the nearer one, and half the way to the even one.
func TestToFloat16RoundsToNearestEven(t *testing.T) {
	for bits := range uint16(0x7c00) {
		low, high := float64(float16(bits)), float64(float16(bits+1))
		if bits+1 == 0x7c00 {
			high = 65536 // where the next number would be
		}
		middle, even := (low+high)/2, bits+bits&1
		for v, want := range map[float64]uint16{
			low: bits, middle: even, math.Nextafter(middle, 0): bits, math.Nextafter(middle, 1e9): bits + 1,
		} {
			if got := toFloat16(v); got != want {
				t.Fatalf("%v is %04x, want %04x", v, got, want)
			}
			if got := toFloat16(-v); v != 0 && got != want|0x8000 {
				t.Fatalf("%v is %04x, want %04x", -v, got, want|0x8000)
			}
		}
	}
	for v, want := range map[float64]uint16{math.Inf(1): 0x7c00, math.Inf(-1): 0xfc00, math.Copysign(0, -1): 0x8000, math.MaxFloat64: 0x7c00} {
		if got := toFloat16(v); got != want {
			t.Errorf("%v is %04x, want %04x", v, got, want)
		}
	}
	if got := float16(toFloat16(math.NaN())); got == got {
		t.Errorf("NaN became %v", got)
	}
}

// A float16 file has half the bytes, keeps integers, and is read back as the rounded values.
func TestHalfIsWrittenAndRead(t *testing.T) {
	sd := NewStateDict()
	sd.Set("w", FromFloat32s([]int{2, 2}, []float32{1, -0.1, 65504, 1e-9}))
	sd.Set("n", FromInt64s(nil, []int64{1 << 40}))
	sd.ModuleVersions = map[string]int{"": 2}
	half, err := sd.Half()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "half.safetensors")
	if err := WriteSafetensors(path, half, nil); err != nil {
		t.Fatal(err)
	}
	file, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	checkSame(t, file.StateDict, half)
	w, _ := file.StateDict.Get("w")
	n, _ := file.StateDict.Get("n")
	if values, err := w.Float32s(); err != nil || w.DType != Float16 || values[0] != 1 || values[1] != -0.099975586 || values[2] != 65504 || values[3] != 0 {
		t.Errorf("%s %v (%v)", w.DType, values, err)
	}
	if was, _ := sd.Get("n"); !bytes.Equal(n.Data, was.Data) || half.ModuleVersions[""] != 2 {
		t.Errorf("an integer tensor or the versions of modules changed: %v, %v", n, half.ModuleVersions)
	}
}

// A weight that float16 cannot hold is an error with its key; NaN and infinity, which the loader refuses, stay what they are.
func TestHalfRefusesWhatIsTooLarge(t *testing.T) {
	sd := NewStateDict()
	sd.Set("bn1.running_var", FromFloat32s([]int{2}, []float32{1, 65520}))
	if half, err := sd.Half(); half != nil || err == nil || !strings.Contains(err.Error(), `"bn1.running_var"`) || !strings.Contains(err.Error(), "65520") {
		t.Errorf("half %v, error %v", half, err)
	}
	sd.Set("bn1.running_var", FromFloat32s([]int{2}, []float32{float32(math.Inf(1)), float32(math.NaN())}))
	if _, err := sd.Half(); err != nil {
		t.Error(err)
	}
	sd.Set("bn1.running_var", &Tensor{DType: Float32, Shape: []int{2}, Data: []byte{1}})
	if _, err := sd.Half(); err == nil {
		t.Error("a tensor with too few bytes is converted")
	}
}
