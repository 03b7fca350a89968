// Package explain shows what a network computes inside.
//
//   - Which part of a picture a class depends on: [Explainer.GradCAM], [Explainer.Saliency], [Explainer.Occlusion].
//   - What a layer computes: [Explainer.Activations], [Explainer.FeatureMaps], [Filters], [Explainer.ReceptiveField].
//   - How activations and gradients change with depth: [Depth], [MeasureDepth].
//   - What batch norm and dropout do in train and in eval mode: [Explainer.BatchNorm], [Explainer.BatchMates], [Momentum], [History].
//   - How far training moved the weights: [WeightMovement].
//
// An [Explainer] belongs to one network on one backend. Its results hold the numbers as fields, draw themselves (Picture), and most have
// a table (Table) or a line of text (String); package notebook shows any of them. The methods that explain one picture are also listed in
// [Methods], for programs that choose one by its name.
//
// The methods read the outputs of layers through the hook nn.WithHook and differentiate by these outputs, not by parameters. So they work on
// frozen networks too. They leave the network unchanged: running statistics that a pass in train mode would update are restored.
//
// A result never holds NaN or infinite numbers: where a network computes them, the method returns an error that matches [ErrNotFinite].
package explain

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/internal/mark"
	"resnetlab/internal/printable"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/transforms"
)

// Top as a target stands for the most probable class.
const Top = -1

// ErrAsk matches errors about a request that the network cannot answer: a layer or a class that it does not have, a square larger than the
// picture.
var ErrAsk = errors.New("no such layer, class or size")

// ErrNotFinite matches errors about a network that computes NaN or infinite numbers.
var ErrNotFinite = errors.New("NaN or infinite numbers")

// askError returns an error that matches ErrAsk.
func askError(format string, args ...any) error {
	return mark.As(ErrAsk, fmt.Errorf(format, args...))
}

// Explainer explains one network. It compiles a graph when a method first needs it and keeps the graph until [Explainer.Finalize], so that
// a second picture takes no compilation. It is not safe for use by several goroutines at once.
type Explainer struct {
	Net     *models.ResNet
	Classes []string          // names, by class index
	Preset  transforms.Preset // how pictures are prepared

	backend compute.Backend
	modules []*models.Traced // every call of a module, inner ones before the ones around them
	graphs  map[string]*model.Exec
}

// Layer is a module of the network and the shape of its output for one picture: [1, H, W, C] or [1, C].
type Layer struct {
	Name   string
	Output []int
}

// New returns an explainer of a network. Pictures are prepared by the network's preset, as for prediction. The names of its classes must be known.
func New(b compute.Backend, net *network.Network) (*Explainer, error) {
	if err := net.CheckClasses(); err != nil {
		return nil, fmt.Errorf("explaining a network: %w", err)
	}
	trace, err := models.Trace(net.ResNet, 1, net.Preset.Crop, net.Preset.Crop, 3)
	if err != nil {
		return nil, fmt.Errorf("explaining a network: %w", err)
	}
	return &Explainer{Net: net.ResNet, Classes: net.Classes, Preset: net.Preset, backend: b, modules: flatten(trace), graphs: map[string]*model.Exec{}}, nil
}

// flatten lists the calls of modules in the order in which they compute, inner ones before the ones around them.
func flatten(t *models.Traced) (all []*models.Traced) {
	for _, child := range t.Children {
		all = append(all, flatten(child)...)
	}
	return append(all, t)
}

// Finalize frees the compiled graphs. The explainer can be used afterwards: it compiles them again.
func (e *Explainer) Finalize() {
	for _, g := range e.graphs {
		g.Finalize()
	}
	clear(e.graphs)
}

// Layers lists the modules whose output a method can read, in the order in which they compute, inner ones first; the last is the network
// itself, "". A module that is called more than once (a block's ReLU) stands for its last call.
func (e *Explainer) Layers() []Layer {
	var all []Layer
	for _, m := range e.modules {
		all = slices.DeleteFunc(all, func(l Layer) bool { return l.Name == m.Module.Name() })
		all = append(all, Layer{m.Module.Name(), m.Output})
	}
	return all
}

// layer finds a layer of any output shape.
func (e *Explainer) layer(name string) (Layer, error) {
	return e.findLayer(name, func(Layer) bool { return true })
}

// spatialLayer finds a layer whose output is a map, [1, H, W, C].
func (e *Explainer) spatialLayer(name string) (Layer, error) {
	return e.findLayer(name, func(l Layer) bool { return len(l.Output) == 4 })
}

func (e *Explainer) findLayer(name string, fits func(Layer) bool) (Layer, error) {
	var offered []string
	for _, l := range e.Layers() {
		if l.Name == "" || !fits(l) {
			continue
		}
		if l.Name == name {
			return l, nil
		}
		if !strings.Contains(l.Name, ".") {
			offered = append(offered, l.Name)
		}
	}
	return Layer{}, askError("no layer %q to look at: take one of %s, or one inside them, such as layer1.0.conv1",
		printable.Name(name), strings.Join(offered, ", "))
}

// checkTarget checks a class: its index, or Top.
func (e *Explainer) checkTarget(class int) error {
	if class != Top && (class < 0 || class >= len(e.Classes)) {
		return askError("class %d: the network has classes 0 to %d", class, len(e.Classes)-1)
	}
	return nil
}

// builder builds a graph: it returns the outputs for the inputs.
type builder = func(*model.Scope, []*nn.Node) []*nn.Node

// run executes the graph with a key, which it builds and compiles at the key's first use, and returns the outputs as flat values.
func (e *Explainer) run(ctx context.Context, key string, build builder, inputs ...any) ([][]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	g, ok := e.graphs[key]
	if !ok {
		var err error
		if g, err = model.NewExec(e.backend, e.Net.Store, build); err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		e.graphs[key] = g
	}
	return call(g, key, inputs...)
}

// call executes a graph and copies its outputs, which must be finite. What says in an error what was computed.
func call(g *model.Exec, what string, inputs ...any) ([][]float32, error) {
	outputs, err := g.Call(inputs...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, nn.Plain(err))
	}
	values := make([][]float32, len(outputs))
	for i, o := range outputs {
		if values[i], err = tensors.CopyFlatData[float32](o); err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		o.FinalizeAll()
	}
	for _, v := range values {
		if err := checkFinite(what, v); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// checkFinite returns an error that matches ErrNotFinite where one of the values is NaN or infinite.
func checkFinite(what string, values []float32) error {
	for _, v := range values {
		if v64 := float64(v); math.IsNaN(v64) || math.IsInf(v64, 0) {
			return mark.As(ErrNotFinite, fmt.Errorf("%s: the network computes NaN or infinite numbers: its weights hold such numbers or are far too large;"+
				" look at them with resnetlab weights inspect", what))
		}
	}
	return nil
}
