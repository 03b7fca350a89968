package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"resnetlab/datasets"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/weights"
)

// finished is the member that lies in the run's folder with the same settings and test pictures, or nil.
func (c *contest) finished(s Config) (*Member, error) {
	if found, err := find(s); err != nil {
		return nil, inputError{err}
	} else if !found {
		return nil, nil
	}
	text, err := os.ReadFile(filepath.Join(s.Out, memberFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m := &Member{}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("reading %s: %w", filepath.Join(s.Out, memberFile), err)
	}
	if m.Test != c.test {
		return nil, inputError{fmt.Errorf("%s was tested on other pictures; another folder, or overwriting, makes a new one", s.Out)}
	}
	return m, nil
}

// train brings the member's run to its end, measures it and drops its checkpoints, which are six times the size of the rest.
func (c *contest) train(ctx context.Context, s Config) (*Member, error) {
	run, err := Ensure(ctx, s, c.options...)
	if err != nil && !errors.Is(err, ErrPartial) {
		return nil, err
	}
	m, err := c.measure(ctx, run, s)
	if err != nil {
		return nil, err
	}
	return m, os.RemoveAll(filepath.Join(run.Dir, "checkpoints"))
}

func (c *contest) measure(ctx context.Context, run *runs.Run, s Config) (*Member, error) {
	net, _, err := Load(run.Dir)
	if err != nil {
		return nil, err
	}
	forward, err := c.judge(net, Strategy(s.Strategy) == New)
	if err != nil {
		return nil, err
	}
	loader := datasets.NewLoader(c.session.data.Test, datasets.LoaderConfig{BatchSize: s.BatchSize, Workers: s.Workers, Preset: run.Preset})
	e, err := Evaluate(ctx, forward, loader, nil)
	if err != nil {
		return nil, err
	}
	m := &Member{Schema: runs.Schema, Seed: s.Seed, Run: run.Dir, Accuracy: e.Accuracy, Loss: e.Loss, Test: c.test}
	for _, epoch := range run.Metrics() {
		m.Seconds = append(m.Seconds, epoch.Seconds)
	}
	plan, err := Strategy(s.Strategy).Apply(net, s.FreezesBN())
	if err != nil {
		return nil, err
	}
	r, err := Optimizer{Name: s.Optimizer, Momentum: s.Momentum}.rule()
	if err != nil {
		return nil, err
	}
	m.Trained, m.Memory = plan.TrainedParams, 4*(plan.TotalParams+plan.TrainedParams*(1+len(r.state)))
	m.Moved, err = moved(s, net, len(run.Classes))
	return m, err
}

// judge is the forward pass of a member's network, by the graph that was compiled for the first of its kind.
func (c *contest) judge(net *models.ResNet, added bool) (*predict.Forward, error) {
	m := c.judges[added]
	if m == nil {
		m = &machinery{net: net, forwards: map[string]*predict.Forward{}}
		c.judges[added] = m
	} else if err := m.load(net); err != nil {
		return nil, err
	}
	return m.forward(c.session.backend, "net", m.net, c.BatchSize)
}

// moved tells for each stage how far its parameters are from those that the run started with, relative to these.
func moved(s Config, net *models.ResNet, classes int) (map[string]float64, error) {
	start, _, err := build(s, classes)
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
	return movedByStage(topModules(net), before, after), nil
}

// movedByStage sums squares over each stage's parameters; running statistics are no parameters.
func movedByStage(stages []string, before, after *weights.StateDict) map[string]float64 {
	type sums struct{ distance, norm float64 }
	by := map[string]sums{}
	for _, change := range weights.Diff(before, after).Changed {
		if strings.Contains(change.Key, ".running_") || strings.HasSuffix(change.Key, ".num_batches_tracked") {
			continue
		}
		stage, _, _ := strings.Cut(change.Key, ".")
		distance, norm := float64(change.L2), 0.0
		if relative := float64(change.Relative); relative > 0 { // infinite where the start was zero: then the norm is 0
			norm = distance / relative
		}
		by[stage] = sums{by[stage].distance + distance*distance, by[stage].norm + norm*norm}
	}
	out := map[string]float64{}
	for _, stage := range stages {
		out[stage] = 0
		if sum := by[stage]; sum.norm > 0 {
			out[stage] = math.Sqrt(sum.distance / sum.norm)
		}
	}
	return out
}
