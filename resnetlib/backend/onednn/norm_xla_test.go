//go:build linux && amd64 && cgo && !noxla

package onednn_test

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/internal/nativeconv"
	"resnetlab/resnetlib/backend/onednn"
	"resnetlab/resnetlib/nn"
)

var normCall = regexp.MustCompile(`call_target_name = "(resnetlab\.norm\w*)".* layer = "(?:\w*_)?block_(\w+)", sizes = array<i64: \d+, \d+, (\d)>`)

// blockStep computes the gradients of a block's training step by all parameters, its output and its new running statistics. The hook, if there is
// one, gets the outputs of the layers. fused says what the program computes of each batch norm, by call and layer: nothing, ReLU, or sum and ReLU.
func blockStep(t *testing.T, b compute.Backend, program *string, hook nn.Hook) (values [][]float32, fused map[string]string) {
	t.Helper()
	store, block, net := newBlock(t, 32, 48, 2)
	x, _ := random(9, []int{5, 9, 7, 32})
	e, err := model.NewExec(b, store, func(_ *model.Scope, x *graph.Node) []*graph.Node {
		nn.SetTraining(x.Graph(), true)
		if hook != nil {
			nn.WithHook(x.Graph(), hook)
		}
		y := block.Forward(x)
		weight := graph.Sin(graph.MulScalar(graph.IotaFull(x.Graph(), y.Shape()), 0.3))
		outputs := []*graph.Node{y}
		var trained []*graph.Node
		for _, p := range net.Parameters() {
			if !p.Buffer {
				trained = append(trained, p.Variable.NodeValue(x.Graph()))
			}
		}
		outputs = append(outputs, graph.Gradient(graph.ReduceAllSum(graph.Mul(y, weight)), trained...)...)
		for _, p := range net.Parameters() {
			if p.Buffer && p.Variable.Shape().Rank() == 1 {
				outputs = append(outputs, graph.Identity(p.Variable.NodeValue(x.Graph())))
			}
		}
		return outputs
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := e.Call(x)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range out {
		tensors.MustConstFlatData(o, func(v []float32) { values = append(values, slices.Clone(v)) })
	}
	fused = map[string]string{}
	if program != nil {
		for _, m := range normCall.FindAllStringSubmatch(*program, -1) {
			fused[strings.TrimPrefix(m[1], "resnetlab.")+" "+m[2]] = []string{"", "ReLU", "sum, ReLU"}[m[3][0]-'0']
		}
	}
	return values, fused
}

// distanceOf is the distance of two vectors, relative to the second.
func distanceOf(got, want []float32) float64 {
	var d, w float64
	for i := range want {
		e := float64(got[i]) - float64(want[i])
		d, w = d+e*e, w+float64(want[i])*float64(want[i])
	}
	return math.Sqrt(d / w)
}

// norms opens XLA with the handlers for batch norm and a place for the last program that was rewritten.
func norms(t *testing.T) (b compute.Backend, program *string) {
	t.Helper()
	program = new(string)
	b = client(t, func(text []byte) []byte {
		out := passed(text, onednn.Rewrite)
		*program = string(out)
		return out
	})
	nativeconv.Use(b)
	return b, program
}

func sameFused(t *testing.T, got, want map[string]string) {
	t.Helper()
	for key, w := range want {
		if g, ok := got[key]; !ok || g != w {
			t.Errorf("%s: with it %q, want %q", key, g, w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d calls %v, want %d", len(got), got, len(want))
	}
}

func TestBatchNormsOfABlockAreFusedAndEqualXLAs(t *testing.T) {
	with, program := norms(t)
	got, fused := blockStep(t, with, program, nil)
	sameFused(t, fused, map[string]string{
		"norm bn1": "ReLU", "norm bn2": "sum, ReLU", "norm downsample_1": "",
		"norm_gradient bn1": "ReLU", "norm_gradient bn2": "sum, ReLU", "norm_gradient downsample_1": "",
	})
	want, _ := blockStep(t, client(t, nil), nil, nil)
	for i := range want {
		if r := distanceOf(got[i], want[i]); !(r < 1e-5) {
			t.Errorf("output %d: relative distance %.2g", i, r)
		}
	}
	again, _ := blockStep(t, with, program, nil)
	for i := range got {
		if !slices.Equal(got[i], again[i]) {
			t.Errorf("output %d: other bytes the second time", i)
		}
	}
}

// A hook that uses what lies between a batch norm and its ReLU keeps it in the program, and the numbers stay as they are, to the bit.
func TestHookBetweenBatchNormAndReLUSwitchesFusionOff(t *testing.T) {
	b, program := norms(t)
	want, _ := blockStep(t, b, program, nil)
	var seen *graph.Node
	hook := func(m nn.Module, y *graph.Node) *graph.Node {
		switch {
		case strings.HasSuffix(m.Name(), "bn1"):
			seen = graph.StopGradient(graph.ReduceAllMax(y))
		case strings.HasSuffix(m.Name(), "bn2"):
			seen = graph.Add(seen, graph.StopGradient(graph.ReduceAllMax(y)))
		case strings.HasSuffix(m.Name(), "block"):
			return graph.Add(y, graph.MulScalar(seen, 0))
		}
		return y
	}
	got, fused := blockStep(t, b, program, hook)
	sameFused(t, fused, map[string]string{
		"norm bn1": "", "norm bn2": "", "norm downsample_1": "",
		"norm_gradient bn1": "sum, ReLU", "norm_gradient bn2": "sum, ReLU", "norm_gradient downsample_1": "",
	})
	for i := range want {
		if i > 0 && len(want[i]) == len(got[i]) && !slices.Equal(got[i], want[i]) {
			t.Errorf("output %d: relative distance %.2g, want the same bytes", i, distanceOf(got[i], want[i]))
		}
	}
}

// A program whose numbers contradict its operands ends in an error with the layer's name.
func TestErrorOfABatchNormNamesTheLayer(t *testing.T) {
	b := client(t, func(program []byte) []byte {
		return []byte(strings.Replace(string(passed(program, onednn.Rewrite)), "sizes = array<i64: 4096, 64, 1>", "sizes = array<i64: 4095, 64, 1>", 1))
	})
	nativeconv.Use(b)
	_, err := step(b)
	if err == nil || !strings.Contains(err.Error(), "batch norm resnet_bn1, 4095 pixels of 64 channels: the operands are not those") {
		t.Errorf("%v", err)
	}
}
