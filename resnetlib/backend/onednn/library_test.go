//go:build linux && amd64 && cgo && !noxla

package onednn

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"resnetlab/resnetlib/backend/onednn/rewrite"
)

// library opens the library that this machine has, or skips.
func library(t testing.TB) *Library {
	t.Helper()
	found, err := Find(venvPlaces)
	if errors.Is(err, ErrMissing) || errors.Is(err, ErrOff) {
		fmt.Printf("SKIP: %s: %v\n", t.Name(), err) // go test shows it with -v or -json alone
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	lib, err := Open(found.Path)
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

func random(seed uint64, n int) []float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return v
}

// layer makes a Conv from a layer's settings.
func layer(batch, h, w, in, out, kernel, stride, pad, groups int) rewrite.Conv {
	c := rewrite.Conv{Layer: "layer", Batch: batch, In: [2]int{h, w}, InChannels: in, OutChannels: out, Groups: groups,
		Kernel: [2]int{kernel, kernel}, Strides: [2]int{stride, stride}, Before: [2]int{pad, pad}}
	for axis := range 2 {
		c.Out[axis] = (c.In[axis]+2*pad-kernel)/stride + 1
		c.After[axis] = max(0, (c.Out[axis]-1)*stride+kernel-c.In[axis]-pad)
	}
	return c
}

// layers are the networks' kinds of layers, small, and sizes at the edges.
var layers = map[string]rewrite.Conv{
	"3x3":                          layer(8, 14, 14, 64, 64, 3, 1, 1, 1),
	"3x3 stride 2":                 layer(4, 14, 14, 32, 64, 3, 2, 1, 1),
	"3x3 stride 2, odd sizes":      layer(3, 15, 13, 32, 48, 3, 2, 1, 1),
	"1x1":                          layer(4, 14, 14, 64, 128, 1, 1, 0, 1),
	"1x1 stride 2":                 layer(4, 14, 14, 64, 128, 1, 2, 0, 1),
	"7x7 stem":                     layer(2, 32, 32, 3, 64, 7, 2, 3, 1),
	"7x7 stem, odd sizes, batch 5": layer(5, 33, 31, 3, 64, 7, 2, 3, 1),
	"32 groups":                    layer(4, 14, 14, 128, 128, 3, 1, 1, 32),
	"32 groups stride 2":           layer(4, 14, 14, 256, 256, 3, 2, 1, 32),
	"4 groups, in and out differ":  layer(3, 9, 7, 8, 12, 3, 2, 1, 4),
	"a group a channel":            layer(2, 9, 9, 16, 16, 3, 1, 1, 16),
	"odd channels":                 layer(3, 7, 9, 5, 7, 3, 1, 1, 1),
	"batch 1":                      layer(1, 14, 14, 64, 64, 3, 1, 1, 1),
	"batch 1, 7x7 stem":            layer(1, 32, 30, 3, 64, 7, 2, 3, 1),
	"batch 1, 1x1 stride 2":        layer(1, 13, 13, 16, 32, 1, 2, 0, 1),
	"batch 1, 32 groups":           layer(1, 9, 9, 128, 128, 3, 2, 1, 32),
	"batch 1, one pixel":           layer(1, 1, 1, 16, 8, 3, 1, 1, 1),
	"batch 1, two rows":            layer(1, 2, 5, 16, 8, 3, 1, 1, 1),
	"one value":                    layer(1, 1, 1, 1, 1, 1, 1, 0, 1),
	"no padding, stride 3":         layer(2, 11, 10, 8, 16, 3, 3, 0, 1),
	"5x5":                          layer(2, 12, 12, 8, 16, 5, 1, 2, 1),
	"large kernel":                 layer(2, 3, 3, 96, 160, 3, 1, 1, 1), // reordered in two parts
	"large kernel, odd channels":   layer(1, 3, 3, 128, 201, 3, 1, 1, 1),
	"large kernel, 3 groups":       layer(1, 3, 3, 192, 384, 3, 1, 1, 3),
}

// eachConv calls f with all kinds of all layers, and operands.
func eachConv(t *testing.T, f func(t *testing.T, c rewrite.Conv, operands [][]float32, out []float32)) {
	for name, c := range layers {
		for kind := range rewrite.Kind(rewrite.Kinds) {
			for _, oi := range []bool{false, true} {
				c.Kind, c.KernelOI = kind, oi
				t.Run(fmt.Sprintf("%s/%s/oi=%v", name, kind, oi), func(t *testing.T) {
					operands, out := values(c)
					f(t, c, operands, out)
				})
			}
		}
		c.Kind, c.KernelOI = rewrite.Forward, false
		for after := range 7 {
			c.Affine, c.Sum, c.ReLU = (after+1)&1 != 0, (after+1)&2 != 0, (after+1)&4 != 0
			t.Run(fmt.Sprintf("%s/scale and shift=%v, sum=%v, ReLU=%v", name, c.Affine, c.Sum, c.ReLU), func(t *testing.T) {
				operands, out := values(c)
				f(t, c, operands, out)
			})
		}
	}
}

// values makes operands, and room for the result.
func values(c rewrite.Conv) (operands [][]float32, out []float32) {
	shapes, result := c.Shapes()
	for i, s := range shapes {
		operands = append(operands, random(uint64(1+i), product(s)))
	}
	return operands, make([]float32, product(result))
}

func TestConvolutionsEqualTheirDefinition(t *testing.T) {
	lib := library(t)
	eachConv(t, func(t *testing.T, c rewrite.Conv, operands [][]float32, out []float32) {
		if err := lib.Run(c, operands, out, 1); err != nil {
			t.Fatal(err)
		}
		if d := distance(out, reference(c, operands)); !(d < 1e-6) {
			t.Errorf("relative distance %.2g", d)
		}
	})
}

// Layers of random sizes, with all that may follow them.
func TestRandomConvolutionsEqualTheirDefinition(t *testing.T) {
	lib := library(t)
	r := rand.New(rand.NewPCG(17, 1))
	for range 300 {
		groups, kernel := 1+r.IntN(2)*r.IntN(8), 1+2*r.IntN(3)
		c := layer(1+r.IntN(3), kernel+r.IntN(9), kernel+r.IntN(9), groups*(1+r.IntN(20)), groups*(1+r.IntN(40)), kernel, 1+r.IntN(3), r.IntN(kernel), groups)
		c.KernelOI = r.IntN(4) == 0
		c.Affine, c.Sum, c.ReLU = r.IntN(3) > 0, r.IntN(2) > 0, r.IntN(2) > 0
		operands, out := values(c)
		if err := lib.Run(c, operands, out, 2); err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		if d := distance(out, reference(c, operands)); !(d < 1e-6) {
			t.Errorf("%+v: relative distance %.2g", c, d)
		}
	}
}

// Numbers that are none stay none behind a ReLU, as they do in PyTorch and XLA; numbers below 0 become 0 and not -0.
func TestReLUKeepsNaN(t *testing.T) {
	lib := library(t)
	for name, c := range layers {
		c.Affine, c.ReLU = true, true
		operands, out := values(c)
		operands[0][0] = float32(math.NaN()) // x
		if err := lib.Run(c, operands, out, 1); err != nil {
			t.Fatal(err)
		}
		reached := 0
		for i, want := range reference(c, operands) {
			if math.IsNaN(want) != math.IsNaN(float64(out[i])) || math.Signbit(float64(out[i])) {
				t.Errorf("%s: value %d is %g, want %g", name, i, out[i], want)
				break
			}
			if math.IsNaN(want) {
				reached++
			}
		}
		if reached == 0 {
			t.Errorf("%s: no value depends on the first pixel", name)
		}
	}
}

// The same bytes every time, on one thread and on two.
func TestBytesDoNotDependOnThreads(t *testing.T) {
	lib := library(t)
	eachConv(t, func(t *testing.T, c rewrite.Conv, operands [][]float32, out []float32) {
		for round := range 6 {
			again := make([]float32, len(out))
			if err := lib.Run(c, operands, again, 1+round%2); err != nil {
				t.Fatal(err)
			}
			if round > 0 && !slices.Equal(out, again) {
				t.Fatalf("round %d with %d threads gives other bytes", round, 1+round%2)
			}
			out = again
		}
	})
}

func TestConvolutionsRunBesideEachOther(t *testing.T) {
	lib := library(t)
	c := layers["3x3"]
	c.Kind = rewrite.KernelGradient
	operands, want := values(c)
	if err := lib.Run(c, operands, want, 1); err != nil {
		t.Fatal(err)
	}
	errs := make(chan error)
	for range 4 {
		go func() {
			for range 10 {
				out := make([]float32, len(want))
				if err := lib.Run(c, operands, out, 2); err != nil || !slices.Equal(out, want) {
					errs <- fmt.Errorf("other bytes, or %v", err)
					return
				}
			}
			errs <- nil
		}()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestRunNamesTheLayerAndWhatIsWrong(t *testing.T) {
	lib := library(t)
	good := layer(1, 4, 4, 2, 2, 3, 1, 1, 1)
	bad := good
	bad.Out[1] = 3
	err := lib.Run(bad, [][]float32{make([]float32, 32), make([]float32, 36)}, make([]float32, 32), 1)
	if err == nil || !strings.Contains(err.Error(), "layer, 1 x 4x4x2") || !strings.Contains(err.Error(), "the output's size does not follow") {
		t.Errorf("%v", err)
	}
	err = lib.Run(good, [][]float32{make([]float32, 31), make([]float32, 36)}, make([]float32, 32), 1)
	if err == nil || !strings.Contains(err.Error(), "operand 0 has 31 values") {
		t.Errorf("%v", err)
	}
}
