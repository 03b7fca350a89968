package models_test

import (
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

// A block whose weights are all zero returns its input by the shortcut, and the gradient passes unchanged. Without the shortcut both are zero.
func TestShortcutPassesInputAndGradient(t *testing.T) {
	input, zeros, ones := []float32{1, 2, 3, 4}, []float32{0, 0, 0, 0}, []float32{1, 1, 1, 1}
	for name, c := range map[string]struct {
		shortcut         nn.Module
		output, gradient []float32
	}{
		"identity": {models.IdentityShortcut{}, input, ones},
		"none":     {models.NoShortcut{}, zeros, zeros},
	} {
		t.Run(name, func(t *testing.T) {
			testbackend.Each(t, func(t *testing.T, b compute.Backend) {
				store := model.NewStore()
				block := models.NewBasicBlock(nn.NewScope(store, nn.SkipInit()).In("block"), 4, 4, 1)
				block.Shortcut = c.shortcut
				out, err := model.CallOnceN(b, store, func(_ *model.Scope, x *nn.Node) []*nn.Node {
					y := block.Forward(x)
					return []*nn.Node{y, graph.Gradient(graph.ReduceAllSum(y), x)[0]}
				}, tensors.FromFlatDataAndDimensions(input, 1, 1, 1, 4))
				if err != nil {
					t.Fatal(err)
				}
				for i, want := range [][]float32{c.output, c.gradient} {
					if got := tensors.MustCopyFlatData[float32](out[i]); !slices.Equal(got, want) {
						t.Errorf("%s: %v, want %v", []string{"output", "gradient"}[i], got, want)
					}
				}
			})
		})
	}
}
