//go:build linux && amd64 && cgo && !noxla

package onednn_test

import (
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/internal/nativeconv"
	"resnetlab/resnetlib/backend/onednn/rewrite"
	"resnetlab/resnetlib/backend/stablehlo"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

// evaluation notes the convolutions of a program.
type evaluation struct{ convs []rewrite.Conv }

// collect is [onednn.Rewrite] that notes the convolutions that it replaces.
func (e *evaluation) collect(program []byte) []byte {
	return passed(program, func(p *stablehlo.Program) {
		convs, _ := rewrite.Program(p)
		e.convs = append(e.convs, convs...)
	})
}

// afters describes what follows each convolution, by layer.
func (e *evaluation) afters() map[string]string {
	all := map[string]string{}
	for _, c := range e.convs {
		text := ""
		for i, set := range []bool{c.Affine, c.Sum, c.ReLU} {
			if set {
				text += []string{"affine ", "sum ", "relu "}[i]
			}
		}
		all[c.Layer] = text
	}
	return all
}

// newBlock makes a block with batch norms whose parameters are those of one that was trained.
func newBlock(t *testing.T, in, planes, stride int) (*model.Store, *models.BasicBlock, *nn.Net) {
	t.Helper()
	store := model.NewStore()
	scope := nn.NewScope(store, nn.Seed(1))
	block := models.NewBasicBlock(scope.In("block"), in, planes, stride)
	for i, p := range scope.Net().Parameters() {
		if d := p.Variable.Shape(); d.Rank() == 1 {
			value, _ := random(float64(i), d.Dimensions)
			tensors.MustMutableFlatData(value, func(v []float32) {
				for k := range v {
					v[k] += 1.5 // a variance must not be negative
				}
			})
			if err := p.Variable.SetValue(value); err != nil {
				t.Fatal(err)
			}
		}
	}
	return store, block, scope.Net()
}

// blockProgram computes something of a block.
type blockProgram func(x *graph.Node, block *models.BasicBlock, net *nn.Net) []*graph.Node

// compare computes the program with oneDNN and by XLA alone, of 3 pictures of 9 x 7 pixels, and returns the convolutions that oneDNN computed.
func compare(t *testing.T, in, planes, stride int, program blockProgram) (e evaluation, outputs int) {
	t.Helper()
	var values [2][][]float32
	for i, change := range []func([]byte) []byte{e.collect, nil} {
		b := client(t, change)
		nativeconv.Use(b)
		store, block, net := newBlock(t, in, planes, stride)
		x, _ := random(0.3, []int{3, 9, 7, in})
		exec, err := model.NewExec(b, store, func(_ *model.Scope, x *graph.Node) []*graph.Node { return program(x, block, net) })
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.Call(x)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range out {
			tensors.MustConstFlatData(o, func(v []float32) { values[i] = append(values[i], slices.Clone(v)) })
		}
	}
	checkClose(t, values[0], values[1])
	return e, len(values[0])
}

// checkClose compares with XLA's own convolutions.
func checkClose(t *testing.T, got, want [][]float32) {
	t.Helper()
	for i := range want {
		var d, w float64
		for k := range want[i] {
			e := float64(got[i][k] - want[i][k])
			d, w = d+e*e, w+float64(want[i][k])*float64(want[i][k])
		}
		if r := math.Sqrt(d / w); !(r < 1e-6) {
			t.Errorf("output %d: relative distance %.2g", i, r)
		}
	}
}

// watching returns the block's result and those of the named modules.
func watching(names ...string) blockProgram {
	return func(x *graph.Node, block *models.BasicBlock, _ *nn.Net) []*graph.Node {
		var seen []*graph.Node
		nn.WithHook(x.Graph(), func(m nn.Module, y *nn.Node) *nn.Node {
			if slices.Contains(names, m.Name()) {
				seen = append(seen, y)
			}
			return y
		})
		return append([]*graph.Node{block.Forward(x)}, seen...)
	}
}

// A value that a hook looks at is computed, and has the numbers that XLA alone gives.
func TestHooksSwitchFusionOffWhereTheyLook(t *testing.T) {
	const first, last, shortcut = "affine relu ", "affine sum relu ", "affine "
	for _, c := range []struct {
		names                    []string
		conv1, conv2, downsample string
	}{
		{nil, first, last, shortcut},
		{[]string{"block.conv1"}, "", last, shortcut},
		{[]string{"block.bn1"}, "affine ", last, shortcut},
		{[]string{"block.bn2"}, first, "affine ", "affine sum relu "},
		{[]string{"block.downsample"}, first, last, shortcut},
		{[]string{"block.bn2", "block.downsample"}, first, "affine ", shortcut},
		{[]string{"block.conv1", "block.conv2", "block.downsample.0"}, "", "", ""},
	} {
		e, outputs := compare(t, 8, 16, 2, watching(c.names...))
		want := map[string]string{"resnet_block_conv1": c.conv1, "resnet_block_conv2": c.conv2, "resnet_block_downsample_0": c.downsample}
		if got := e.afters(); !maps.Equal(got, want) {
			t.Errorf("looking at %v: %v, want %v", c.names, got, want)
		}
		if outputs != 1+len(c.names) {
			t.Errorf("looking at %v: %d outputs", c.names, outputs)
		}
	}
}

// Gradients by all parameters through batch norms that use the running statistics, as those of frozen layers in training.
func TestGradientsThroughBatchNormsInEvaluation(t *testing.T) {
	_, outputs := compare(t, 8, 16, 2, func(x *graph.Node, block *models.BasicBlock, net *nn.Net) []*graph.Node {
		y := block.Forward(x)
		by := []*graph.Node{x}
		for _, p := range net.Parameters() {
			if !p.Buffer {
				by = append(by, p.Variable.NodeValue(x.Graph()))
			}
		}
		return append(graph.Gradient(graph.ReduceAllSum(graph.Square(y)), by...), y)
	})
	if outputs != 1+3*3+1 {
		t.Errorf("%d outputs", outputs)
	}
}

// A residual that is used afterwards, too, or that is the program's input, keeps its values: oneDNN adds to a copy.
func TestResidualKeepsItsValues(t *testing.T) {
	e, _ := compare(t, 8, 8, 1, func(x *graph.Node, block *models.BasicBlock, _ *nn.Net) []*graph.Node {
		y := block.Forward(x)
		return []*graph.Node{y, block.Forward(y), graph.Mul(y, y), graph.Neg(x)}
	})
	sums := 0
	for _, c := range e.convs {
		if c.Sum {
			sums++
		}
	}
	if sums != 2 {
		t.Errorf("%d of 2 sums are fused", sums)
	}
}
