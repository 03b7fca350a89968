package weights

import (
	"encoding/json"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// withValue returns a copy of t with one element replaced.
func withValue(t *testing.T, tensor *Tensor, at int, value float32) *Tensor {
	t.Helper()
	values, err := tensor.Float32s()
	if err != nil {
		t.Fatal(err)
	}
	values[at] = value
	return FromFloat32s(tensor.Shape, values)
}

// A NaN or an infinity in any tensor, at any place in it, is found before anything is set.
func TestLoadRefusesValuesThatAreNotFinite(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for key, bad := range map[string]struct {
		at    int
		value float32
	}{
		"conv1.weight": {0, nan}, "layer1.0.bn1.running_var": {15, inf}, "layer4.1.bn2.running_mean": {1, -inf}, "fc.bias": {4, nan}, "fc.weight": {639, inf},
	} {
		sd := resnet18(5).stateDict()
		tensor, _ := sd.Get(key)
		sd.Set(key, withValue(t, tensor, bad.at, bad.value))
		path := filepath.Join(t.TempDir(), "bad.safetensors")
		if err := Write(path, sd); err != nil {
			t.Fatal(err)
		}
		for _, options := range [][]Option{nil, {NonStrict()}} {
			net := resnet18(5)
			report, err := Load(path, net, options...)
			if !errors.Is(err, ErrNotFinite) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), key+" (1 of ") {
				t.Errorf("%s: error %v", key, err)
			}
			if len(net.set) != 0 || report == nil || report.Fits || len(report.NotFinite) != 1 || report.NotFinite[0].Of != tensor.Size() {
				t.Errorf("%s: %d tensors were set, report %+v", key, len(net.set), report)
			}
		}
		_, err := Load(path, resnet18(5), WithoutHead())
		if inHead := strings.HasPrefix(key, "fc."); inHead != (err == nil) {
			t.Errorf("%s without the head: %v", key, err)
		}
	}
}

// Other float types are checked as what they become in the network; a counter has no NaN.
func TestLoadChecksConvertedValues(t *testing.T) {
	half := func(bits ...uint16) (data []byte) {
		for _, b := range bits {
			data = little.AppendUint16(data, b)
		}
		return data
	}
	for name, c := range map[string]struct {
		tensor *Tensor
		bad    int
	}{
		"float16":            {&Tensor{Float16, []int{3}, half(0x7c00, 0x7bff, 0xfe00)}, 2},
		"bfloat16":           {&Tensor{BFloat16, []int{3}, half(0x7f80, 0x7f7f, 0xffc0)}, 2},
		"float64":            {&Tensor{Float64, []int{1}, little.AppendUint64(nil, math.Float64bits(math.NaN()))}, 1},
		"float64, too large": {&Tensor{Float64, []int{1}, little.AppendUint64(nil, math.Float64bits(1e300))}, 1},
		"int64":              {FromInt64s([]int{1}, []int64{-1}), 0},
	} {
		sd := NewStateDict()
		sd.Set("w", c.tensor)
		report, err := LoadStateDict(sd, &network{spec: []Spec{{"w", c.tensor.Shape, Float32}}})
		bad := 0
		if len(report.NotFinite) > 0 {
			bad = report.NotFinite[0].Values
		}
		if bad != c.bad || errors.Is(err, ErrNotFinite) != (c.bad > 0) {
			t.Errorf("%s: %d values, want %d (%v)", name, bad, c.bad, err)
		}
	}
	sd := NewStateDict()
	sd.Set("counter", FromInt64s(nil, []int64{0x7ff8_0000_7fc0_0000})) // the bits of NaNs
	if _, err := LoadStateDict(sd, &network{spec: []Spec{{"counter", nil, Int64}}}); err != nil {
		t.Error(err)
	}
}

// Every exponent, both signs, in either half of the eight bytes that are looked at together.
func TestCountNotFinite(t *testing.T) {
	for bits := uint32(0); bits < 1<<12; bits++ {
		for _, fraction := range []uint32{0, 1, 0x7fffff >> 3} {
			pattern := bits<<20 | fraction
			want := 0
			if v := float64(math.Float32frombits(pattern)); math.IsNaN(v) || math.IsInf(v, 0) {
				want = 1
			}
			for at := range 3 { // the third value stands alone
				data := make([]byte, 12)
				little.PutUint32(data[4*at:], pattern)
				if got := countNotFinite(data); got != want {
					t.Fatalf("%08x at %d: %d, want %d", pattern, at, got, want)
				}
			}
		}
	}
}

// The values of a ResNet-50, 102 MB, are checked in less time than it takes to read them.
func TestCountNotFiniteIsFast(t *testing.T) {
	data := make([]byte, 102<<20)
	best := time.Hour
	for range 5 {
		start := time.Now()
		if n := countNotFinite(data); n != 0 {
			t.Fatal(n)
		}
		best = min(best, time.Since(start))
	}
	t.Log(best)
	if best > 500*time.Millisecond { // ten times what it should take: other work may share the machine
		t.Errorf("took %v", best)
	}
}

// Inspect counts what is not finite, and its JSON stays valid.
func TestInspectCountsNotFinite(t *testing.T) {
	sd := smallStateDict()
	sd.Set("bn1.weight", FromFloat32s([]int{3}, []float32{float32(math.Inf(1)), 1, float32(math.NaN())}))
	in := (&File{StateDict: sd}).Inspect()
	data, err := json.Marshal(in)
	if err != nil || in.Tensors["bn1.weight"].NonFinite != 2 || in.Tensors["fc.weight"].NonFinite != 0 ||
		strings.Count(string(data), `"non_finite":2`) != 1 || !strings.Contains(string(data), `"sum":null`) {
		t.Errorf("%s (%v)", data, err)
	}
	_, rows := in.Table()
	if !strings.Contains(strings.Join(rows[0], " "), "2 values NaN or infinite") {
		t.Errorf("%q", rows[0])
	}
}

// A report shows which tensors are not finite, in a terminal and in a cell.
func TestReportOfNotFinite(t *testing.T) {
	sd := resnet18(5).stateDict()
	tensor, _ := sd.Get("fc.bias")
	sd.Set("fc.bias", withValue(t, tensor, 0, float32(math.NaN())))
	report, _ := LoadStateDict(sd, resnet18(5))
	for _, want := range []string{"1 not finite\n    fc         bias  1 of 5 values", "use an earlier checkpoint"} {
		if !strings.Contains(report.String(), want) {
			t.Errorf("%q is not in\n%s", want, report)
		}
	}
	good, err := LoadStateDict(resnet18(5).stateDict(), resnet18(5))
	if err != nil {
		t.Fatal(err)
	}
	if data, err := json.Marshal(good); err != nil || strings.Contains(string(data), "not_finite") {
		t.Errorf("%s (%v)", data, err)
	}
}
