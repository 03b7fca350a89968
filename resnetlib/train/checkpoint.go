package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"resnetlab/resnetlib/evaluate"
	"resnetlab/resnetlib/optim"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/weights"
)

// progress says where a training stands: all that a checkpoint holds beside tensors.
type progress struct {
	runs.Progress
	sums  epochSums
	state loopState
}

// epochSums are those of the epoch under way.
type epochSums struct {
	Loss    float64 `json:"loss"` // sum over the pictures
	Seen    int     `json:"seen"` // pictures
	Seconds float64 `json:"seconds"`
}

// loopState is what runs.Progress.Trainer holds.
type loopState struct {
	Epoch   epochSums      `json:"epoch"`
	Plateau *optim.Plateau `json:"plateau,omitempty"`
	Waited  int            `json:"waited"` // epochs since the best one
}

// stopsEarly tells whether the training has waited long enough for a better epoch.
func (l loopState) stopsEarly(c Config) bool { return c.EarlyStop > 0 && l.Waited >= c.EarlyStop }

func newProgress(c Config) *progress {
	p := &progress{}
	if c.Scheduler == "plateau" {
		p.state.Plateau = optim.NewPlateau(c.LRGamma, c.LRPatience)
	}
	return p
}

// readProgress restores the progress of a checkpoint.
func readProgress(c *runs.Checkpoint) (*progress, error) {
	p := &progress{Progress: c.Progress}
	if err := json.Unmarshal(c.Progress.Trainer, &p.state); err != nil {
		return nil, fmt.Errorf("reading the checkpoint's progress: %w", err)
	}
	p.sums = p.state.Epoch
	return p, nil
}

// add counts a batch of n pictures; the last, smaller batch counts by its size.
func (p *progress) add(r optim.StepResult, n int) {
	p.Batch++
	p.sums.Loss += r.Loss * float64(n)
	p.sums.Seen += n
}

// endEpoch counts an epoch that has been validated.
func (p *progress) endEpoch(c Config, valLoss float64) {
	if p.state.Plateau != nil {
		p.state.Plateau.Observe(valLoss)
	}
	p.Epoch, p.Batch, p.sums = p.Epoch+1, 0, epochSums{}
	p.Done = p.Epoch >= c.Epochs || p.state.stopsEarly(c)
}

// bestEpoch holds what a run keeps of its best epoch.
type bestEpoch struct {
	weights   *weights.StateDict
	confusion [][]int
}

// keepBest keeps the weights of an epoch that is more accurate than all before, or as accurate at a lower loss.
func (s *session) keepBest(m runs.Metrics, r *evaluate.Result) error {
	if !s.progress.Best.Observe(m) {
		s.progress.state.Waited++
		return nil
	}
	s.progress.state.Waited = 0
	sd, err := s.net.StateDict()
	if err != nil {
		return err
	}
	s.best = &bestEpoch{sd, r.Confusion}
	if s.sparse {
		return nil
	}
	return s.writeBest()
}

// writeBest writes what is kept of the best epoch, if it has not been written.
func (s *session) writeBest() error {
	best := s.best
	if best == nil {
		return nil
	}
	if err := s.run.WriteBest(best.weights); err != nil {
		return err
	}
	s.best = nil
	return plots.ConfusionMatrix(s.run.Classes, best.confusion).Save(s.run.ConfusionMatrixPath())
}

// writePresent writes the present weights as the best.
func (s *session) writePresent() error {
	sd, err := s.net.StateDict()
	if err != nil {
		return err
	}
	return s.run.WriteBest(sd)
}

// stop leaves a usable run behind when the context has ended: a checkpoint and, where no epoch has ended yet, the present weights as the best.
// After any other error the checkpoint before it stays the newest.
func (s *session) stop(ctx context.Context, cause error) error {
	if ctx.Err() == nil || !errors.Is(cause, ctx.Err()) && !errors.Is(cause, context.Cause(ctx)) {
		return cause
	}
	if s.progress.Best.Epoch == 0 {
		if err := s.writePresent(); err != nil {
			return fmt.Errorf("stopped, and the weights were not kept: %w", err)
		}
	}
	if err := s.checkpoint(); err != nil {
		return fmt.Errorf("stopped, and the checkpoint was not kept: %w", err)
	}
	return cause
}

// checkpoint writes a checkpoint, and before it the weights of the best epoch that it names.
func (s *session) checkpoint() error {
	if err := s.writeBest(); err != nil {
		return err
	}
	c, err := s.snapshot()
	if err != nil {
		return err
	}
	return s.run.SaveCheckpoint(c)
}

// snapshot copies all that it takes to resume exactly.
func (s *session) snapshot() (*runs.Checkpoint, error) {
	model, err := s.net.StateDict()
	if err != nil {
		return nil, err
	}
	moments, err := s.compiled.trainer.OptimizerState()
	if err != nil {
		return nil, err
	}
	s.progress.state.Epoch = s.progress.sums
	if s.progress.Trainer, err = json.Marshal(s.progress.state); err != nil {
		return nil, err
	}
	s.progress.Step = s.compiled.trainer.Steps
	return &runs.Checkpoint{Progress: s.progress.Progress, Model: model, Optimizer: moments}, nil
}
