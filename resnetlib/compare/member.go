package compare

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"resnetlab/datasets"
	"resnetlab/internal/atomicfile"
	"resnetlab/internal/mark"
	"resnetlab/resnetlib/evaluate"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/optim"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/train"
	"resnetlab/resnetlib/transfer"
	"resnetlab/resnetlib/weights"
)

// member returns the result of a strategy with a seed: of a finished run, or of one that is resumed or trained now.
func (x *comparison) member(ctx context.Context, name string, seed uint64) (*Member, error) {
	s, err := x.settings(name, seed)
	if err != nil {
		return nil, err
	}
	if m, err := x.finished(s); m != nil || err != nil {
		return m, err
	}
	m, err := x.train(ctx, s)
	if err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := atomicfile.WriteBytes(filepath.Join(s.Out, runs.TestFile), append(text, '\n')); err != nil {
		return nil, err
	}
	return m, os.RemoveAll(filepath.Join(s.Out, "checkpoints")) // six times the size of the rest, and of no use any more
}

// finished returns the member whose run is in the folder with the same settings and pictures, or nil.
func (x *comparison) finished(s runs.Settings) (*Member, error) {
	if found, err := train.Exists(s); err != nil || !found {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(s.Out, runs.TestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m := &Member{}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("reading %s: %w", filepath.Join(s.Out, runs.TestFile), err)
	}
	if len(m.Seconds) == 0 {
		return nil, mark.As(train.ErrInput, fmt.Errorf("reading %s: it has no epochs: remove it, and the run is tested again", filepath.Join(s.Out, runs.TestFile)))
	}
	run, err := runs.Open(s.Out)
	if err != nil {
		return nil, mark.As(train.ErrInput, err)
	}
	if run.DataFingerprint != x.data {
		return nil, mark.As(train.ErrInput, fmt.Errorf("%s was trained on other pictures: choose another folder, or overwrite it", s.Out))
	}
	if m.Test != x.test {
		return nil, mark.As(train.ErrInput, fmt.Errorf("%s was tested on other pictures: choose another folder, or overwrite it", s.Out))
	}
	return m, nil
}

// train finishes the member's run and measures it.
func (x *comparison) train(ctx context.Context, s runs.Settings) (*Member, error) {
	run, err := train.Ensure(ctx, s, x.options...)
	if err != nil && !errors.Is(err, train.ErrLeftOut) {
		return nil, err
	}
	net, err := network.OpenRun(run.Dir)
	if err != nil {
		return nil, err
	}
	r, err := x.evaluate(ctx, net, s)
	if err != nil {
		return nil, err
	}
	m := &Member{Schema: runs.Schema, Seed: s.Seed, Run: run.Dir, Accuracy: r.Accuracy, Loss: r.Loss, Test: x.test}
	for _, epoch := range run.Metrics() {
		m.Seconds = append(m.Seconds, epoch.Seconds)
	}
	plan, err := transfer.Strategy(s.Strategy).Apply(net.ResNet, transfer.FreezeBN(s.FreezesBN()))
	if err != nil {
		return nil, err
	}
	states, err := optim.Optimizer{Name: s.Optimizer, Momentum: s.Momentum}.StatesPerParameter()
	if err != nil {
		return nil, err
	}
	m.Trained, m.Memory = plan.TrainedParams, 4*(plan.TotalParams+plan.TrainedParams*(1+states))
	m.Moved, err = x.moved(s, net)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// evaluate tests a member's network on the test pictures.
func (x *comparison) evaluate(ctx context.Context, net *network.Network, s runs.Settings) (*evaluate.Result, error) {
	forward, err := x.graphs.Forward(x.setup.Backend, net.ResNet, s.BatchSize)
	if err != nil {
		return nil, err
	}
	loader := datasets.NewLoader(x.setup.Data.Test, datasets.LoaderConfig{BatchSize: s.BatchSize, Workers: s.Workers, Preset: net.Preset})
	return evaluate.Run(ctx, forward, loader)
}

// moved returns for each stage the distance of its parameters from those that the run started with, relative to the norm of these.
func (x *comparison) moved(s runs.Settings, net *network.Network) (map[string]float64, error) {
	start, err := x.start(s, len(net.Classes))
	if err != nil {
		return nil, err
	}
	before, err := start.StateDict()
	if err != nil {
		return nil, err
	}
	after, err := net.StateDict()
	if err != nil {
		return nil, err
	}
	return movedByStage(before, after)
}

// movedByStage computes the relative distances. It is 0 for a stage whose parameters were all 0 at the start, to which no distance is relative.
func movedByStage(before, after *weights.StateDict) (map[string]float64, error) {
	parts, err := weights.Movement(before, after, 1)
	if err != nil {
		return nil, err
	}
	by := map[string]float64{}
	for _, p := range parts {
		by[p.Part] = 0
		if p.Norm > 0 {
			by[p.Part] = p.Distance / p.Norm
		}
	}
	return by, nil
}
