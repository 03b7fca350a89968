package explain

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/ml/model"

	. "github.com/gomlx/gomlx/core/graph"

	"resnetlab/internal/printable"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/transforms"
)

// Normalised holds the input and the output of a batch norm for one batch: y = (x - mean) / sqrt(var + eps) * gamma + beta, with the
// batch's mean and variance in [Train] mode and the running ones in [Eval] mode.
type Normalised struct {
	Layer         string
	Mode          Mode
	Before, After *Activation // its input and output, [N, H, W, C]
	Channels      []NormChannel
}

// NormChannel holds the numbers of one channel. BatchVar is biased (divided by n), which is what train mode normalises with; the running
// variance is updated with the unbiased one (divided by n-1), as in PyTorch.
type NormChannel struct {
	BatchMean, BatchVar, RunningMean, RunningVar, Gamma, Beta float64
}

// BatchNorm runs a batch of pictures through the network and returns the input and the output of one batch norm, named as in the state
// dict: "bn1", "layer2.0.bn1", "layer2.0.downsample.1". The running statistics are not updated.
//
//	n, err := e.BatchNorm(ctx, explain.Train, pictures, "bn1")
//	notebook.Show(n)              // all values before and after
//	notebook.Show(n.Channel(5))   // one channel's
//	notebook.Show(n.Statistics()) // every channel's batch mean beside its running mean
func (e *Explainer) BatchNorm(ctx context.Context, mode Mode, pictures []*transforms.RGB, layer string) (*Normalised, error) {
	l, err := e.spatialLayer(layer)
	if err != nil {
		return nil, err
	}
	if e.Net.Parameter(layer+".running_mean") == nil {
		return nil, askError("layer %q is no batch norm: take bn1, or layer1.0.bn1 for instance", layer)
	}
	x, err := Input(e.Preset, pictures...)
	if err != nil {
		return nil, err
	}
	build := func(_ *model.Scope, in []*Node) []*Node {
		p := forward(e.Net, mode, in[0])
		return []*Node{p.before[layer], p.output[layer]}
	}
	out, err := e.run(ctx, fmt.Sprintf("batch norm %s in %s mode", layer, mode), build, x)
	if err != nil {
		return nil, err
	}
	shape := append([]int{len(pictures)}, l.Output[1:]...)
	n := &Normalised{Layer: layer, Mode: mode, Before: &Activation{layer, shape, out[0]}, After: &Activation{layer, shape, out[1]}}
	if n.Channels, err = normChannels(e.Net.Net, n.Before); err != nil {
		return nil, err
	}
	return n, nil
}

// normChannels computes the channels' numbers from a batch norm's input and its parameters.
func normChannels(net *nn.Net, before *Activation) (channels []NormChannel, err error) {
	p, err := normParameters(net, before.Layer)
	if err != nil {
		return nil, err
	}
	for c := range p["weight"] {
		mean, variance := moments(before.Channel(c))
		channels = append(channels, NormChannel{mean, variance, p["running_mean"][c], p["running_var"][c], p["weight"][c], p["bias"][c]})
	}
	return channels, nil
}

// normEntries are a batch norm's entries of the state dict: gamma, beta and the running statistics, each [C].
var normEntries = []string{"weight", "bias", "running_mean", "running_var"}

// normParameters copies a batch norm's entries of the state dict.
func normParameters(net *nn.Net, layer string) (map[string][]float64, error) {
	values := map[string][]float64{}
	for _, name := range normEntries {
		p := net.Parameter(layer + "." + name)
		if p == nil {
			return nil, askError("layer %q is no batch norm", printable.Name(layer))
		}
		t, err := p.Tensor()
		if err != nil {
			return nil, err
		}
		floats, err := t.Float32s()
		if err != nil {
			return nil, err
		}
		values[name] = widen(floats)
	}
	return values, nil
}

// moments returns the mean and the biased variance.
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

// Channel draws the distribution of one channel's values, before and after. For a channel that the layer does not have the picture is empty.
func (n *Normalised) Channel(c int) *plots.Picture {
	return n.histogram(fmt.Sprintf(plots.Pick("%s, channel %d", "%s，通道 %d"), n.Layer, c), n.Before.Channel(c), n.After.Channel(c))
}

func (n *Normalised) histogram(what string, before, after []float64) *plots.Picture {
	mode := plots.Pick(n.Mode.String(), map[Mode]string{Train: "训练", Eval: "评估"}[n.Mode])
	title := fmt.Sprintf(plots.Pick("%s in %s mode", "%s，%s模式"), what, mode)
	return plots.Histogram(title, plots.Axis{Label: plots.Pick("value", "值")},
		plots.Sample{Name: plots.Pick("before", "归一化之前"), Values: before}, plots.Sample{Name: plots.Pick("after", "归一化之后"), Values: after})
}

// Statistics draws the batch mean and the running mean of every channel, with the channels sorted by the running mean.
func (n *Normalised) Statistics() *plots.Picture {
	sorted := slices.SortedFunc(slices.Values(n.Channels), func(a, b NormChannel) int { return cmp.Compare(a.RunningMean, b.RunningMean) })
	batch, running := plots.Series{Name: plots.Pick("this batch", "当前批次")}, plots.Series{Name: plots.Pick("running", "滑动均值")}
	for _, c := range sorted {
		batch.Y, running.Y = append(batch.Y, c.BatchMean), append(running.Y, c.RunningMean)
	}
	title := fmt.Sprintf(plots.Pick("Mean of each channel before %s", "%s 之前各通道的均值"), n.Layer)
	return plots.Lines(title, plots.Pick("channel, sorted by the running mean", "通道（按滑动均值排序）"), "", batch, running)
}

// Table returns a row for each channel.
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
