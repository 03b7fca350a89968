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
)

// Approach holds a running mean after each step, for one momentum.
type Approach struct {
	Momentum float64
	Mean     float64   // of the batch: what the running mean converges to
	Running  []float64 // measured after 0, 1, 2, ... steps; it starts at 0
	Formula  []float64 // Mean * (1 - (1-Momentum)^k)
}

// Approaches holds several momenta on the same batch.
type Approaches []Approach

// Momentum runs the same batch through a new batch norm for a number of steps and records the running mean of the red channel, for each
// momentum. After k steps it is mu*(1 - (1-m)^k), so momentum 0.1 takes about 22 steps for 90 % of the way. The batch needs no labels.
func Momentum(ctx context.Context, b compute.Backend, batch Batch, steps int, momenta ...float64) (Approaches, error) {
	x, err := batch.input()
	if err != nil {
		return nil, err
	}
	mean := redMean(tensors.MustCopyFlatData[float32](x))
	var all Approaches
	for _, m := range momenta {
		if !(m > 0 && m <= 1) {
			return nil, fmt.Errorf("momentum %g is not between 0 and 1", m)
		}
		running, err := runningMeans(ctx, b, m, steps, x)
		if err != nil {
			return nil, fmt.Errorf("momentum %g: %w", m, err)
		}
		a := Approach{Momentum: m, Mean: mean, Running: running}
		for k := range a.Running {
			a.Formula = append(a.Formula, a.Mean*(1-math.Pow(1-m, float64(k))))
		}
		all = append(all, a)
	}
	return all, nil
}

// runningMeans runs x through a new batch norm in train mode and returns the running mean of channel 0 after 0, 1, ..., steps steps.
func runningMeans(ctx context.Context, b compute.Backend, momentum float64, steps int, x any) (running []float64, err error) {
	s := nn.NewScope(model.NewStore())
	bn := nn.NewBatchNorm2D(s.In("bn"), 3, 1)
	bn.Momentum = momentum
	g, err := model.NewExec(b, s.Net().Store, func(_ *model.Scope, in []*nn.Node) []*nn.Node {
		nn.SetTraining(in[0].Graph(), true)
		return []*nn.Node{bn.Forward(in[0])}
	})
	if err != nil {
		return nil, err
	}
	defer g.Finalize()
	for k := 0; ; k++ {
		values, err := normParameters(s.Net(), "bn")
		if err != nil {
			return nil, err
		}
		if running = append(running, values["running_mean"][0]); k >= steps {
			return running, nil
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if _, err := call(g, "a step of batch norm", x); err != nil {
			return nil, err
		}
	}
}

// redMean returns the mean of the first of three channels.
func redMean(values []float32) float64 {
	sum := 0.0
	for i := 0; i < len(values); i += 3 {
		sum += float64(values[i])
	}
	return sum / float64(len(values)/3)
}

// Picture draws the running mean over the steps for each momentum.
func (a Approaches) Picture() *plots.Picture {
	var series []plots.Series
	for _, m := range a {
		series = append(series, plots.Series{Name: fmt.Sprintf("momentum %g", m.Momentum), Y: m.Running})
	}
	return plots.Lines(plots.Pick("Running mean over the steps", "滑动均值随步数的变化"), plots.Pick("step", "步"), "running_mean", series...)
}

// Table returns each momentum's running mean after the last step, measured and by the formula.
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
