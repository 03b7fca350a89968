package explain

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/ml/model"

	. "github.com/gomlx/gomlx/core/graph"

	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/transforms"
)

// Activation is the output of a layer for a batch of pictures.
type Activation struct {
	Layer  string    `json:"layer"`
	Shape  []int     `json:"shape"`  // [N, H, W, C] or [N, C]
	Values []float32 `json:"values"` // in C order: the channels of one place are adjacent
}

// Channel returns the values of one channel for all pictures and places, [N*H*W], or nil for a channel that the layer does not have.
func (a *Activation) Channel(c int) []float64 {
	channels := a.channels()
	if c < 0 || c >= channels {
		return nil
	}
	values := make([]float64, 0, len(a.Values)/channels)
	for i := c; i < len(a.Values); i += channels {
		values = append(values, float64(a.Values[i]))
	}
	return values
}

// channels is the last axis; 0 for an activation without a shape.
func (a *Activation) channels() int {
	if len(a.Shape) == 0 {
		return 0
	}
	return a.Shape[len(a.Shape)-1]
}

// Activations runs the pictures as one batch through the network and returns the outputs of the named layers, as forward hooks do in
// PyTorch. In [Train] mode batch norm uses the batch's statistics and dropout is active; the running statistics are not updated.
//
//	acts, err := e.Activations(ctx, explain.Eval, pictures, "conv1", "layer1.0", "avgpool")
func (e *Explainer) Activations(ctx context.Context, mode Mode, pictures []*transforms.RGB, layers ...string) ([]*Activation, error) {
	acts := make([]*Activation, len(layers))
	for i, name := range layers {
		l, err := e.layer(name)
		if err != nil {
			return nil, err
		}
		acts[i] = &Activation{Layer: name, Shape: append([]int{len(pictures)}, l.Output[1:]...)}
	}
	x, err := Input(e.Preset, pictures...)
	if err != nil {
		return nil, err
	}
	build := func(_ *model.Scope, in []*Node) []*Node {
		p := forward(e.Net, mode, in[0])
		out := make([]*Node, len(layers))
		for i, name := range layers {
			out[i] = p.output[name]
		}
		return out
	}
	out, err := e.run(ctx, fmt.Sprintf("activations of %s in %s mode", strings.Join(layers, ", "), mode), build, x)
	if err != nil {
		return nil, err
	}
	for i := range acts {
		acts[i].Values = out[i]
	}
	return acts, nil
}

// FeatureMaps returns the output of a layer for one picture, [1, H, W, C]: a small picture of each channel.
func (e *Explainer) FeatureMaps(ctx context.Context, picture *transforms.RGB, layer string) (*Activation, error) {
	if _, err := e.spatialLayer(layer); err != nil {
		return nil, err
	}
	acts, err := e.Activations(ctx, Eval, []*transforms.RGB{picture}, layer)
	if err != nil {
		return nil, err
	}
	return acts[0], nil
}

// shownMaps is how many channels a picture of feature maps shows at most.
const shownMaps = 32

// Picture draws the strongest channels' maps of the first picture (by root mean square, at most 32), each in its own range of colours:
// dark is 0, or blue, white and red-brown where a channel has negative values. The titles are the channels' indices. An output without
// places, [N, C], is drawn as a histogram.
func (a *Activation) Picture() *plots.Picture {
	if len(a.Shape) != 4 {
		return plots.Histogram(a.Layer, plots.Axis{Label: plots.Pick("value", "值")}, plots.Sample{Name: a.Layer, Values: widen(a.Values)})
	}
	var maps []*transforms.RGB
	var titles []string
	for _, c := range a.StrongestChannels(shownMaps) {
		h, w := a.Shape[1], a.Shape[2]
		maps = append(maps, plots.Heat{Width: w, Height: h, Values: a.Channel(c)[:h*w]}.Image(w, h))
		titles = append(titles, fmt.Sprint(c))
	}
	return plots.Grid(maps, titles, 8)
}

// StrongestChannels returns the n channels with the largest root mean square, in the order of their indices.
func (a *Activation) StrongestChannels(n int) []int {
	channels := a.channels()
	power, order := make([]float64, channels), make([]int, channels)
	for i, v := range a.Values {
		power[i%channels] += float64(v) * float64(v)
	}
	for c := range order {
		order[c] = c
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(power[y], power[x]) })
	order = order[:min(n, channels)]
	slices.Sort(order)
	return order
}

// String returns the shape, the root mean square and the share of zeros in one line.
func (a *Activation) String() string {
	var squares float64
	zeros := 0
	for _, v := range a.Values {
		squares += float64(v) * float64(v)
		if v == 0 {
			zeros++
		}
	}
	n := float64(max(1, len(a.Values)))
	return fmt.Sprintf(plots.Pick("%s %v: root mean square %.3g, %.0f %% zeros", "%s %v：均方根 %.3g，%.0f%% 为零"),
		a.Layer, a.Shape, math.Sqrt(squares/n), 100*float64(zeros)/n)
}
