package explain

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/ml/model"

	. "github.com/gomlx/gomlx/core/graph"

	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/transforms"
)

// Normalised is what a batch norm does to one batch: y = (x - mean) / sqrt(var + eps) * gamma + beta, with the batch's mean and variance in
// [Train] mode and the running ones in [Eval] mode.
type Normalised struct {
	Layer         string
	Mode          Mode
	Before, After *Activation // its input and output, [N, H, W, C]
	Channels      []NormChannel
}

// NormChannel is one channel's numbers. BatchVar is the one the batch is divided by (biased, by n); the running variance moves towards the
// unbiased one (by n-1), as in PyTorch.
type NormChannel struct {
	BatchMean, BatchVar, RunningMean, RunningVar, Gamma, Beta float64
}

// BatchNorm looks at a batch norm by its name ("bn1", "layer2.0.bn1", "layer2.0.downsample.1") while a batch of pictures goes through the
// network. The network stays as it is.
//
//	n, err := e.BatchNorm(ctx, explain.Train, pictures, "bn1")
//	notebook.Show(n)              // all values before and after
//	notebook.Show(n.Channel(5))   // one channel's
//	notebook.Show(n.Statistics()) // every channel's batch mean beside its running mean
func (e *Explainer) BatchNorm(ctx context.Context, mode Mode, pictures []*transforms.RGB, layer string) (*Normalised, error) {
	l, err := e.layer(layer, true)
	if err != nil {
		return nil, err
	}
	if e.Net.Parameter(layer+".running_mean") == nil {
		return nil, fmt.Errorf("layer %q is no batch norm: take bn1, or layer1.0.bn1 for instance", layer)
	}
	x, err := Input(e.Preset, pictures...)
	if err != nil {
		return nil, err
	}
	build := func(_ *model.Scope, in []*Node) []*Node {
		p := forward(e.Net, mode, in[0])
		return []*Node{p.input[layer], p.output[layer]}
	}
	out, err := e.run(ctx, fmt.Sprintf("batch norm %s in %s mode", layer, mode), build, x)
	if err != nil {
		return nil, err
	}
	shape := append([]int{len(pictures)}, l.Output[1:]...)
	n := &Normalised{Layer: layer, Mode: mode, Before: &Activation{layer, shape, out[0]}, After: &Activation{layer, shape, out[1]}}
	return n, n.statistics(e.Net.Net)
}

// statistics fills in the channels' numbers.
func (n *Normalised) statistics(net *nn.Net) error {
	parameters, err := normParameters(net, n.Layer)
	if err != nil {
		return err
	}
	for c := range parameters[0] {
		mean, variance := moments(n.Before.Channel(c))
		n.Channels = append(n.Channels, NormChannel{mean, variance, parameters[2][c], parameters[3][c], parameters[0][c], parameters[1][c]})
	}
	return nil
}

// normEntries are a batch norm's entries of the state dict, in the order of normParameters.
var normEntries = []string{"weight", "bias", "running_mean", "running_var"}

// normParameters copies a batch norm's gamma, beta, running mean and running variance, each [C].
func normParameters(net *nn.Net, layer string) (values [4][]float64, err error) {
	for i, name := range normEntries {
		p := net.Parameter(layer + "." + name)
		if p == nil {
			return values, fmt.Errorf("layer %q is no batch norm", layer)
		}
		t, err := p.Tensor()
		if err != nil {
			return values, err
		}
		floats, err := t.Float32s()
		if err != nil {
			return values, err
		}
		values[i] = widen(floats)
	}
	return values, nil
}

// moments are the mean and the biased variance.
func moments(values []float64) (mean, variance float64) {
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		variance += (v - mean) * (v - mean) / float64(len(values))
	}
	return mean, variance
}

// Picture draws the distribution of all values, before and after.
func (n *Normalised) Picture() *plots.Picture {
	return n.histogram(n.Layer, widen(n.Before.Values), widen(n.After.Values))
}

// Channel draws the distribution of one channel's values, before and after.
func (n *Normalised) Channel(c int) *plots.Picture {
	return n.histogram(fmt.Sprintf(plots.Pick("%s, channel %d", "%s，通道 %d"), n.Layer, c), n.Before.Channel(c), n.After.Channel(c))
}

func (n *Normalised) histogram(what string, before, after []float64) *plots.Picture {
	mode := plots.Pick(n.Mode.String(), map[Mode]string{Train: "训练", Eval: "评估"}[n.Mode])
	title := fmt.Sprintf(plots.Pick("%s in %s mode", "%s，%s模式"), what, mode)
	return plots.Histogram(title, plots.Pick("value", "值"), 0,
		plots.Sample{Name: plots.Pick("before", "归一化之前"), Values: before}, plots.Sample{Name: plots.Pick("after", "归一化之后"), Values: after})
}

// Statistics draws every channel's batch mean beside its running mean, the channels sorted by the latter.
func (n *Normalised) Statistics() *plots.Picture {
	sorted := slices.SortedFunc(slices.Values(n.Channels), func(a, b NormChannel) int { return cmp.Compare(a.RunningMean, b.RunningMean) })
	batch, running := plots.Series{Name: plots.Pick("this batch", "当前批次")}, plots.Series{Name: plots.Pick("running", "滑动均值")}
	for _, c := range sorted {
		batch.Y, running.Y = append(batch.Y, c.BatchMean), append(running.Y, c.RunningMean)
	}
	title := fmt.Sprintf(plots.Pick("Mean of each channel before %s", "%s 之前各通道的均值"), n.Layer)
	return plots.Lines(title, plots.Pick("channel, sorted by the running mean", "通道（按滑动均值排序）"), "", batch, running)
}

// Table has every channel's statistics.
func (n *Normalised) Table() (header []string, rows [][]string) {
	header = []string{plots.Pick("channel", "通道"), plots.Pick("batch mean", "批次均值"), "running_mean", plots.Pick("batch variance", "批次方差"), "running_var",
		"weight (γ)", "bias (β)"}
	for i, c := range n.Channels {
		row := []string{fmt.Sprint(i)}
		for _, v := range []float64{c.BatchMean, c.RunningMean, c.BatchVar, c.RunningVar, c.Gamma, c.Beta} {
			row = append(row, fmt.Sprintf("%.4f", v))
		}
		rows = append(rows, row)
	}
	return header, rows
}
