package explain

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/transforms"
)

// Approach is how a running mean comes near the batches' mean, step by step, for one momentum.
type Approach struct {
	Momentum float64
	Mean     float64   // of the batch: where it goes
	Running  []float64 // measured after step 0, 1, ..., from 0 on
	Formula  []float64 // Mean * (1 - (1-Momentum)^k)
}

// Approaches are several momenta on the same batch.
type Approaches []Approach

// Momentum shows the same batch of pictures to a new batch norm again and again and follows its running mean of the red channel:
// after k steps it is mu*(1 - (1-m)^k), so momentum 0.1 needs about 22 steps for nine tenths of the way.
func Momentum(ctx context.Context, b compute.Backend, preset transforms.Preset, pictures []*transforms.RGB, steps int,
	momenta ...float64) (Approaches, error) {
	x, err := Input(preset, pictures...)
	if err != nil {
		return nil, err
	}
	mean := redMean(tensors.MustCopyFlatData[float32](x))
	var all Approaches
	for _, m := range momenta {
		if !(m > 0 && m <= 1) {
			return nil, fmt.Errorf("momentum %g is not between 0 and 1", m)
		}
		s := nn.NewScope(model.NewStore())
		bn := nn.NewBatchNorm2D(s.In("bn"), 3, 1)
		bn.Momentum = m
		g, err := model.NewExec(b, s.Net().Store, func(_ *model.Scope, in []*nn.Node) []*nn.Node {
			nn.SetTraining(in[0].Graph(), true)
			return []*nn.Node{bn.Forward(in[0])}
		})
		if err != nil {
			return nil, fmt.Errorf("momentum %g: %w", m, err)
		}
		a, err := follow(ctx, g, s.Net(), steps, x)
		g.Finalize()
		if err != nil {
			return nil, err
		}
		a.Momentum, a.Mean = m, mean
		for k := range a.Running {
			a.Formula = append(a.Formula, a.Mean*(1-math.Pow(1-m, float64(k))))
		}
		all = append(all, a)
	}
	return all, nil
}

// follow takes the steps and notes the running mean of channel 0 before the first and after each.
func follow(ctx context.Context, g *model.Exec, net *nn.Net, steps int, x any) (a Approach, err error) {
	for k := 0; ; k++ {
		values, err := normParameters(net, "bn")
		if err != nil {
			return a, err
		}
		if a.Running = append(a.Running, values[2][0]); k == steps {
			return a, nil
		}
		if err := ctx.Err(); err != nil {
			return a, err
		}
		if _, err := call(g, "a step of batch norm", x); err != nil {
			return a, err
		}
	}
}

// redMean is the mean of the first of three channels.
func redMean(values []float32) float64 {
	sum := 0.0
	for i := 0; i < len(values); i += 3 {
		sum += float64(values[i])
	}
	return sum / float64(len(values)/3)
}

// Picture draws each momentum's running mean; the formula's line lies under it.
func (a Approaches) Picture() *plots.Picture {
	var series []plots.Series
	for _, m := range a {
		series = append(series, plots.Series{Name: fmt.Sprintf("momentum %g", m.Momentum), Y: m.Running})
	}
	return plots.Lines(plots.Pick("Running mean over the steps", "滑动均值随步数的变化"), plots.Pick("step", "步"), "running_mean", series...)
}

// Table has each momentum's running mean after the last step, beside the formula's.
func (a Approaches) Table() (header []string, rows [][]string) {
	header = []string{"momentum", plots.Pick("steps", "步数"), plots.Pick("batch mean", "批次均值"), "running_mean", "μ(1-(1-m)^k)"}
	for _, m := range a {
		k := len(m.Running) - 1
		row := []string{fmt.Sprint(m.Momentum), fmt.Sprint(k)}
		for _, v := range []float64{m.Mean, m.Running[k], m.Formula[k]} {
			row = append(row, fmt.Sprintf("%.5f", v))
		}
		rows = append(rows, row)
	}
	return header, rows
}
