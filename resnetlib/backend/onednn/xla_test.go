//go:build linux && amd64 && cgo && !noxla

package onednn_test

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/backend/onednn"
	"resnetlab/resnetlib/backend/onednn/rewrite"
	"resnetlab/resnetlib/backend/pjrttable"
	"resnetlab/resnetlib/backend/stablehlo"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

// native is a backend under a name that package nn does not know: nn then leaves all convolutions to the backend.
type native struct{ compute.Backend }

func (native) Name() string { return "native" }

var venv = filepath.Join("..", "..", "..", ".venv")

// library opens the library that this machine has, or skips.
func library(t *testing.T) *onednn.Library {
	t.Helper()
	found, err := onednn.Find([]onednn.Place{{Dir: filepath.Join(venv, "lib"), Where: "the project's .venv"}})
	if errors.Is(err, onednn.ErrMissing) || errors.Is(err, onednn.ErrOff) {
		fmt.Printf("SKIP: %s: %v\n", t.Name(), err)
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	lib, err := onednn.Open(found.Path)
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// client opens XLA, with all convolutions left to it. Its programs pass through change, unless that is nil.
func client(t *testing.T, change func(program []byte) []byte) compute.Backend {
	t.Helper()
	lib := library(t)
	plugins, _ := filepath.Glob(filepath.Join(venv, "lib", "python3*", "site-packages", "lammps_jax_pjrt_cpu", "pjrt_c_api_cpu_plugin.so"))
	if len(plugins) == 0 {
		t.Skip("SKIPPED, NOT TESTED: no plugin of XLA in .venv")
	}
	path, err := filepath.Abs(plugins[0])
	if err != nil {
		t.Fatal(err)
	}
	plugin, err := pjrttable.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := lib.Register(plugin.Table()); err != nil {
		t.Fatal(err)
	}
	hooks := pjrttable.Hooks{Log: func(err error) { t.Error(err) }}
	if change != nil {
		hooks.Rewrite = func(program []byte) ([]byte, error) { return change(program), nil }
	}
	var b compute.Backend
	err = plugin.NewClient(path, hooks, func() error {
		x, err := xla.NewWithOptions(path, nil)
		b = native{x}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// passed applies a pass to a program's text. The client reports a panic.
func passed(program []byte, pass stablehlo.Pass) []byte {
	out, err := stablehlo.Rewrite(program, pass)
	if err != nil {
		panic(err)
	}
	return out
}

// counting is [onednn.Rewrite] that counts the convolutions that it replaces.
func counting(n *atomic.Int64) func([]byte) []byte {
	return func(program []byte) []byte {
		return passed(program, func(p *stablehlo.Program) {
			convs, _ := rewrite.Program(p)
			n.Add(int64(len(convs)))
		})
	}
}

// gradients returns the results of [step].
func gradients(t *testing.T, b compute.Backend) [][]float32 {
	t.Helper()
	values, err := step(b)
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// step computes the gradients of a loss of ResNet-18 in training mode by all parameters, and the loss, of 16 pictures of 32 px.
func step(b compute.Backend) ([][]float32, error) {
	store := model.NewStore()
	net, err := models.New(store, "resnet18", 10, nn.Seed(1))
	if err != nil {
		return nil, err
	}
	x := tensors.FromShape(shapes.Make(dtypes.Float32, 16, 32, 32, 3))
	tensors.MustMutableFlatData(x, func(v []float32) {
		for i := range v {
			v[i] = float32(math.Sin(float64(i) * 0.7))
		}
	})
	e, err := model.NewExec(b, store, func(_ *model.Scope, x *graph.Node) []*graph.Node {
		nn.SetTraining(x.Graph(), true)
		loss := graph.ReduceAllSum(graph.Square(net.Forward(x)))
		var parameters []*graph.Node
		for _, p := range net.Parameters() {
			if !p.Buffer {
				parameters = append(parameters, p.Variable.NodeValue(x.Graph()))
			}
		}
		return append(graph.Gradient(loss, parameters...), loss)
	})
	if err != nil {
		return nil, err
	}
	out, err := e.Call(x)
	if err != nil {
		return nil, err
	}
	var values [][]float32
	for _, o := range out {
		tensors.MustConstFlatData(o, func(v []float32) { values = append(values, slices.Clone(v)) })
	}
	return values, nil
}

// convolve builds a layer's convolution and its two gradients, each as one operation.
func convolve(c rewrite.Conv) func(x, w, v *graph.Node) []*graph.Node {
	nhwc := graph.ConvolveAxesConfig{InputBatch: 0, InputChannels: 3, InputSpatial: []int{1, 2}, KernelInputChannels: 2, KernelOutputChannels: 3,
		KernelSpatial: []int{0, 1}, OutputBatch: 0, OutputChannels: 3, OutputSpatial: []int{1, 2}}
	back := graph.ConvolveAxesConfig{InputBatch: 3, InputChannels: 0, InputSpatial: []int{1, 2}, KernelInputChannels: 0, KernelOutputChannels: 3,
		KernelSpatial: []int{1, 2}, OutputBatch: 2, OutputChannels: 3, OutputSpatial: []int{0, 1}}
	var pad, padInput, padKernel [2][2]int
	for i := range 2 {
		k, s, l := c.Kernel[i], c.Strides[i], c.Kernel[i]-1-c.Before[i]
		pad[i] = [2]int{c.Before[i], c.After[i]}
		padInput[i] = [2]int{l, c.In[i] - 1 - (c.Out[i]-1)*s - l + k - 1}
		padKernel[i] = [2]int{c.Before[i], k + (c.Out[i]-1)*s - c.In[i] - c.Before[i]}
	}
	return func(x, w, v *graph.Node) []*graph.Node {
		y := graph.ConvGeneral(x, w, nhwc, c.Strides[:], pad[:], nil, nil, c.Groups, 1)
		in, out := c.InChannels/c.Groups, c.OutChannels/c.Groups
		t := graph.TransposeAllAxes(graph.Reshape(w, c.Kernel[0], c.Kernel[1], in, c.Groups, out), 0, 1, 4, 3, 2)
		t = graph.Reverse(graph.Reshape(t, c.Kernel[0], c.Kernel[1], out, c.InChannels), 0, 1)
		dx := graph.ConvGeneral(v, t, nhwc, nil, padInput[:], c.Strides[:], nil, c.Groups, 1)
		dw := graph.ConvGeneral(x, v, back, nil, padKernel[:], nil, c.Strides[:], 1, c.Groups)
		return []*graph.Node{y, dx, dw}
	}
}

func random(seed float64, dims []int) (*tensors.Tensor, []float32) {
	t := tensors.FromShape(shapes.Make(dtypes.Float32, dims...))
	var values []float32
	tensors.MustMutableFlatData(t, func(v []float32) {
		for i := range v {
			v[i] = float32(math.Sin(float64(i)*0.7 + seed))
		}
		values = slices.Clone(v)
	})
	return t, values
}

// XLA's threads compute the bytes that one thread computes without XLA.
func TestHandlersGiveTheBytesOfRun(t *testing.T) {
	lib := library(t)
	var rewritten atomic.Int64
	b := client(t, counting(&rewritten))
	for _, c := range []rewrite.Conv{
		{Batch: 3, In: [2]int{15, 13}, Out: [2]int{8, 7}, Kernel: [2]int{3, 3}, Strides: [2]int{2, 2}, Before: [2]int{1, 1}, After: [2]int{1, 1}, InChannels: 32, OutChannels: 48, Groups: 1},
		{Batch: 2, In: [2]int{32, 32}, Out: [2]int{16, 16}, Kernel: [2]int{7, 7}, Strides: [2]int{2, 2}, Before: [2]int{3, 3}, After: [2]int{2, 2}, InChannels: 3, OutChannels: 64, Groups: 1},
		{Batch: 4, In: [2]int{14, 14}, Out: [2]int{7, 7}, Kernel: [2]int{3, 3}, Strides: [2]int{2, 2}, Before: [2]int{1, 1}, InChannels: 256, OutChannels: 256, Groups: 32},
		{Batch: 4, In: [2]int{14, 14}, Out: [2]int{7, 7}, Kernel: [2]int{1, 1}, Strides: [2]int{2, 2}, InChannels: 64, OutChannels: 128, Groups: 1},
		{Batch: 1, In: [2]int{9, 9}, Out: [2]int{9, 9}, Kernel: [2]int{3, 3}, Strides: [2]int{1, 1}, Before: [2]int{1, 1}, After: [2]int{1, 1}, InChannels: 32, OutChannels: 16, Groups: 1},
	} {
		t.Run(c.String(), func(t *testing.T) {
			in, ys := c.Shapes()
			x, xv := random(1, in[0])
			w, wv := random(2, in[1])
			v, vv := random(3, ys)
			before := rewritten.Load()
			e, err := graph.NewExec(b, convolve(c))
			if err != nil {
				t.Fatal(err)
			}
			out, err := e.Call(x, w, v)
			if err != nil {
				t.Fatal(err)
			}
			if n := rewritten.Load() - before; n != 3 {
				t.Fatalf("%d of 3 convolutions replaced", n)
			}
			operands := [][][]float32{{xv, wv}, {vv, wv}, {xv, vv}}
			for kind, o := range out {
				c.Kind = rewrite.Kind(kind)
				want := make([]float32, o.Shape().Size())
				if err := lib.Run(c, operands[kind], want, 1); err != nil {
					t.Fatal(err)
				}
				tensors.MustConstFlatData(o, func(got []float32) {
					if !slices.Equal(got, want) {
						t.Errorf("%s: other bytes", c)
					}
				})
			}
		})
	}
}

func TestTrainingStepOfResNet18EqualsXLAs(t *testing.T) {
	var rewritten atomic.Int64
	with, without := client(t, counting(&rewritten)), client(t, nil)
	got, want := gradients(t, with), gradients(t, without)
	if n := rewritten.Load(); n != 3*17 {
		t.Errorf("%d convolutions replaced, want 17 layers' three each", n)
	}
	again := gradients(t, with)
	for i := range want {
		if !slices.Equal(got[i], again[i]) {
			t.Errorf("output %d: other bytes the second time", i)
		}
		var d, w float64
		for k := range want[i] {
			e := float64(got[i][k] - want[i][k])
			d, w = d+e*e, w+float64(want[i][k])*float64(want[i][k])
		}
		if r := math.Sqrt(d / w); !(r < 2e-4) { // a change of the pictures by 1e-7 makes 3.5e-5
			t.Errorf("output %d: relative distance %.2g", i, r)
		}
	}
}

// A program whose numbers contradict its operands ends in an error with the layer's name.
func TestErrorOfAHandlerNamesTheLayer(t *testing.T) {
	spoil := func(program []byte) []byte {
		return []byte(strings.Replace(string(passed(program, onednn.Rewrite)), "sizes = array<i64: 16,", "sizes = array<i64: 15,", 1))
	}
	_, err := step(client(t, spoil))
	if err == nil || !strings.Contains(err.Error(), "convolution resnet_conv1, 15 x 32x32x3 by 7x7") {
		t.Errorf("%v", err)
	}
}
