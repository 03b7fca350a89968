package weights

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestFloat32s(t *testing.T) {
	for _, c := range []struct {
		dtype DType
		data  []byte
		want  []float32
	}{
		{Float16, []byte{0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b, 0x01, 0x80}, []float32{1, -2, 65504, -0x1p-24}},
		{BFloat16, []byte{0x80, 0x3f, 0x49, 0xc0}, []float32{1, -3.140625}},
		{Int8, []byte{0xff, 0x7f}, []float32{-1, 127}},
		{UInt8, []byte{0xff}, []float32{255}},
		{Int16, []byte{0x00, 0x80}, []float32{-32768}},
		{Int32, []byte{0xff, 0xff, 0xff, 0xff}, []float32{-1}},
		{Bool, []byte{0, 1, 2}, []float32{0, 1, 1}},
		{Float64, little.AppendUint64(nil, math.Float64bits(0.1)), []float32{0.1}},
	} {
		tensor := &Tensor{DType: c.dtype, Shape: []int{len(c.want)}, Data: c.data}
		if got, err := tensor.Float32s(); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v (%v)", c.dtype, got, c.want, err)
		}
	}
}

// Every half-precision number, against its definition.
func TestFloat16(t *testing.T) {
	for bits := range 1 << 16 {
		sign := 1 - 2*float64(bits>>15)
		exponent, fraction := bits>>10&0x1f, float64(bits&0x3ff)
		want := sign * math.Ldexp(1+fraction/1024, exponent-15)
		switch {
		case exponent == 0:
			want = sign * math.Ldexp(fraction/1024, -14)
		case exponent == 31 && fraction == 0:
			want = math.Inf(int(sign))
		case exponent == 31:
			want = math.NaN()
		}
		got := float64(float16(uint16(bits)))
		if got != want && !(got != got && want != want) || math.Signbit(got) != (bits>>15 == 1) {
			t.Fatalf("%04x is %v, want %v", bits, got, want)
		}
	}
}

func TestInt64s(t *testing.T) {
	if got, err := FromFloat32s([]int{2}, []float32{-1.9, 1.9}).Int64s(); err != nil || !slices.Equal(got, []int64{-1, 1}) {
		t.Errorf("%v %v", got, err)
	}
	for _, v := range []float32{float32(math.NaN()), 1e19} {
		if got, err := FromFloat32s(nil, []float32{v}).Int64s(); err == nil {
			t.Errorf("%v became %v", v, got)
		}
	}
	const large = math.MaxInt64
	if got, err := FromInt64s(nil, []int64{large}).Int64s(); err != nil || got[0] != large {
		t.Errorf("%v %v", got, err)
	}
}

func TestInspect(t *testing.T) {
	file, err := ReadBytes("small", smallSafetensors(t))
	if err != nil {
		t.Fatal(err)
	}
	in := file.Inspect()
	fc := in.Tensors["fc.weight"]
	if fc.Sum != 8.5 || fc.Min != -6.5 || fc.Max != 5 || math.Abs(float64(fc.L2)-math.Sqrt(97.25)) > 1e-12 || in.Elements != 12 {
		t.Errorf("%+v", in)
	}
	data, err := json.Marshal(in)
	if want := `"fc.weight":{"dtype":"float32","shape":[2,3],"sum":8.5,`; err != nil || !strings.Contains(string(data), want) {
		t.Errorf("%s lacks %s (%v)", data, want, err)
	}
}

func TestDiff(t *testing.T) {
	a, b := smallStateDict(), smallStateDict()
	b.Set("fc.weight", FromFloat32s([]int{2, 3}, []float32{1, 2, 3, 4, 5, -6.25}))
	b.Set("mask", FromFloat32s([]int{3}, []float32{1, 0, 1})) // the same values in another type
	b.Set("empty", FromFloat32s([]int{3, 0}, nil))
	b.Set("new", FromFloat32s(nil, []float32{1}))
	d := Diff(a, b)
	if len(d.Changed) != 1 || d.Changed[0].Key != "fc.weight" || d.Changed[0].Elements != 1 || d.Changed[0].MaxAbs != 0.25 {
		t.Errorf("changed %+v", d.Changed)
	}
	if len(d.Equal) != 3 || len(d.Mismatched) != 1 || !slices.Equal(d.OnlySecond, []string{"new"}) || len(d.OnlyFirst) != 0 {
		t.Errorf("%+v", d)
	}
}
