package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

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
	run, err := runs.Open(s.Out)
	if err != nil {
		return nil, inputError{err}
	}
	if run.DataFingerprint != c.data {
		return nil, inputError{fmt.Errorf("%s was trained on other pictures; another folder, or overwriting, makes a new one", s.Out)}
	}
	if m.Test != c.test {
		return nil, inputError{fmt.Errorf("%s was tested on other pictures; another folder, or overwriting, makes a new one", s.Out)}
	}
	return m, nil
}

// train brings the member's run to its end and measures it.
func (c *contest) train(ctx context.Context, s Config) (*Member, error) {
	run, err := Ensure(ctx, s, c.options...)
	if err != nil && !errors.Is(err, ErrPartial) {
		return nil, err
	}
	return c.measure(ctx, run, s)
}

func (c *contest) measure(ctx context.Context, run *runs.Run, s Config) (*Member, error) {
	net, _, err := Load(run.Dir)
	if err != nil {
		return nil, err
	}
	forward, err := c.judge(net)
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

// judge is the forward pass of a member's network, by the graph that was compiled for the first of its kind, or to validate what trains whole.
func (c *contest) judge(net *models.ResNet) (*predict.Forward, error) {
	added := net.Head != nil
	m := c.judges[added]
	if whole := c.shared[poolKey(All, net)]; whole != nil {
		m = whole
	}
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
	return movedByStage(before, after)
}

// movedByStage is 0 for a stage whose parameters were all 0 to begin with: what they moved has no relation to that.
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
