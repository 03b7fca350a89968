// Package explain shows what a network does inside: where a decision comes from (Grad-CAM, saliency, occlusion), what a layer gives
// (feature maps, filters, receptive field), how activations and gradients fare through depth, and what batch norm and dropout do in
// training and in evaluation.
//
//	e, err := explain.New(backend, net, classes, preset)
//	map, err := e.GradCAM(ctx, picture, "layer4", explain.Top)
//	notebook.Show(map)       // the picture, the map over it, its scale
//	map.Values, map.Class    // the numbers
//
// All of it stands on one hook (nn.WithHook) and on gradients by activations, so it works on frozen networks, and nothing here changes
// the network it looks at: running statistics that a pass in train mode would move are put back.
package explain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/transforms"
)

// Top as a target stands for the most probable class.
const Top = -1

// ErrAsk is what errors.Is finds in an error of what was asked for: a layer or class that the network does not have.
var ErrAsk = errors.New("asked for what is not there")

// askError is such an error.
type askError struct{ error }

func (e askError) Is(target error) bool { return target == ErrAsk }
func (e askError) Unwrap() error        { return e.error }

// Explainer looks into one network. It compiles a graph when a method first needs it and keeps it, so a second picture is fast.
type Explainer struct {
	Net     *models.ResNet
	Classes []string
	Preset  transforms.Preset

	backend compute.Backend
	modules []*models.Traced
	graphs  map[string]*model.Exec
}

// Layer is a module of the network and the shape of its output for one picture: [1, H, W, C] or [1, C].
type Layer struct {
	Name   string
	Output []int
}

// New makes an explainer of a network with as many classes as names. Pictures are prepared by the preset, as for prediction.
func New(b compute.Backend, net *models.ResNet, classes []string, preset transforms.Preset) (*Explainer, error) {
	if n := net.Classes(); n != len(classes) {
		return nil, fmt.Errorf("%d class names for a network of %d classes", len(classes), n)
	}
	e := &Explainer{Net: net, Classes: classes, Preset: preset, backend: b, graphs: map[string]*model.Exec{}}
	trace, err := models.Trace(net, 1, preset.Crop, preset.Crop, 3)
	if err != nil {
		return nil, err
	}
	e.modules = flat(trace)
	return e, nil
}

// Finalize frees the compiled graphs.
func (e *Explainer) Finalize() {
	for _, g := range e.graphs {
		g.Finalize()
	}
	clear(e.graphs)
}

// Layers lists every module that a method can be asked for, in the order in which they compute, inner ones first; the last is the network
// itself, "". Of a module that is called more than once (a block's ReLU) the last call is meant.
func (e *Explainer) Layers() []Layer {
	var all []Layer
	for _, m := range e.modules {
		all = slices.DeleteFunc(all, func(l Layer) bool { return l.Name == m.Module.Name() })
		all = append(all, Layer{m.Module.Name(), m.Output})
	}
	return all
}

// layer finds a layer. With spatial set it must have a map, [N, H, W, C].
func (e *Explainer) layer(name string, spatial bool) (Layer, error) {
	var fit []string
	for _, l := range e.Layers() {
		if l.Name == "" || spatial && len(l.Output) != 4 {
			continue
		}
		if l.Name == name {
			return l, nil
		}
		if !strings.Contains(l.Name, ".") {
			fit = append(fit, l.Name)
		}
	}
	return Layer{}, askError{fmt.Errorf("no layer %q to look at: take one of %s, or one inside them, such as layer1.0.conv1",
		name, strings.Join(fit, ", "))}
}

// target checks a class: its index, or Top.
func (e *Explainer) target(class int) error {
	if class != Top && (class < 0 || class >= len(e.Classes)) {
		return askError{fmt.Errorf("class %d: the network has classes 0 to %d", class, len(e.Classes)-1)}
	}
	return nil
}

// builder makes a graph's outputs of its inputs.
type builder = func(*model.Scope, []*nn.Node) []*nn.Node

// run executes a graph, built and compiled when its key is first met, and returns its outputs as flat values.
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
	return values, nil
}
