package models

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"resnetlab/resnetlib/models/internal/shapesonly"
	"resnetlab/resnetlib/nn"
)

// Traced is a module in a graph: the shape of its output, and the modules inside it in the order in which they compute. One that is called twice,
// such as a block's ReLU, is listed twice.
type Traced struct {
	Module   nn.Module
	Output   []int // [N, H, W, C] or [N, C]
	Children []*Traced
}

// Trace returns the tree of modules that compute for an input of the given shape ([N, H, W, C]). It builds the graph on a backend that infers
// shapes and computes nothing. An input that does not fit the module is an error that names the layer.
func Trace(m nn.Module, input ...int) (*Traced, error) {
	var seen []*Traced // the modules that are not yet inside another
	output, err := onShapes(m, input, func(m nn.Module, y *nn.Node) *nn.Node {
		inside := len(seen)
		for inside > 0 && contains(m, seen[inside-1].Module) {
			inside--
		}
		t := &Traced{Module: m, Output: slices.Clone(y.Shape().Dimensions), Children: slices.Clone(seen[inside:])}
		seen = append(seen[:inside], t)
		return y
	})
	if err != nil {
		return nil, fmt.Errorf("summing up a module for an input of shape %v: %w", input, err)
	}
	if len(seen) == 1 && seen[0].Module == m {
		return seen[0], nil
	}
	return &Traced{Module: m, Output: output, Children: seen}, nil // a module that does not call nn.Observe
}

// OutputShape returns the shape of a module's output for an input of the given shape. Nothing is computed.
func OutputShape(m nn.Module, input ...int) (output []int, err error) {
	output, err = onShapes(m, input, func(_ nn.Module, y *nn.Node) *nn.Node { return y })
	if err != nil {
		return nil, fmt.Errorf("the output's shape for an input of shape %v: %w", input, err)
	}
	return output, nil
}

// onShapes builds the module's graph, with a hook, on the backend that infers shapes alone, and returns the output's shape.
func onShapes(m nn.Module, input []int, hook nn.Hook) (output []int, err error) {
	err = exceptions.TryCatch[error](func() {
		g := graph.NewGraph(shapesonly.New(), "shapes")
		nn.WithHook(g, hook)
		output = slices.Clone(m.Forward(graph.Parameter(g, "x", shapes.Make(dtypes.Float32, input...))).Shape().Dimensions)
	})
	return output, err
}

// contains tells by their names whether inner is a part of outer. A layer has no parts.
func contains(outer, inner nn.Module) bool {
	if _, layer := describe(outer); layer || outer == inner {
		return false
	}
	return outer.Name() == "" || strings.HasPrefix(inner.Name(), outer.Name()+".")
}
