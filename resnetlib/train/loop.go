package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"resnetlab/datasets"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/runs"
)

// progress is where a run stands, all that a checkpoint keeps beside the tensors.
type progress struct {
	runs.Progress
	epoch epochSums
	kept  kept
}

// epochSums are those of the epoch under way.
type epochSums struct {
	Loss    float64 `json:"loss"` // sum over the pictures
	Seen    int     `json:"seen"`
	Seconds float64 `json:"seconds"`
}

// kept is what Progress.Trainer holds.
type kept struct {
	Epoch   epochSums `json:"epoch"`
	Plateau *Plateau  `json:"plateau,omitempty"`
	Waited  int       `json:"waited"` // epochs without a better one
}

// stopsEarly tells whether the run has waited long enough for a better epoch.
func (k kept) stopsEarly(c Config) bool { return c.EarlyStop > 0 && k.Waited >= c.EarlyStop }

func newProgress(c Config) *progress {
	p := &progress{}
	if c.Scheduler == "plateau" {
		p.kept.Plateau = NewPlateau(c.LRGamma, c.LRPatience)
	}
	return p
}

// loop trains to the end of the last epoch.
func (s *session) loop(ctx context.Context) (err error) {
	defer s.release()
	e, err := s.newEpochs()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	for s.progress.Epoch < s.config.Epochs && !s.progress.Done {
		if err := s.trainEpoch(ctx, e.train); err != nil {
			return s.stopped(ctx, err)
		}
		if err := s.validate(ctx, e); err != nil {
			return s.stopped(ctx, err)
		}
	}
	if err := os.RemoveAll(s.run.FeaturesPath()); err != nil {
		return err
	}
	return s.partial(s.run.Dir)
}

// partial is an ErrPartial where pictures were left out; it names the folder whose run.json has them.
func (s *session) partial(dir string) error {
	if len(s.unreadable) == 0 {
		return nil
	}
	return fmt.Errorf("%d unreadable %w; they are in %s/run.json", len(s.unreadable), ErrPartial, dir)
}

// stopped leaves a usable run behind: a checkpoint of where it stands and, where no epoch has ended yet, the present weights as the best.
func (s *session) stopped(ctx context.Context, cause error) error {
	if ctx.Err() == nil || !errors.Is(cause, ctx.Err()) && !errors.Is(cause, context.Cause(ctx)) {
		return cause // a failed step: the last checkpoint is older, and good
	}
	if s.progress.Best.Epoch == 0 {
		if err := s.writeBest(); err != nil {
			return fmt.Errorf("stopped, and the weights were not kept: %w", err)
		}
	}
	if err := s.checkpoint(); err != nil {
		return fmt.Errorf("stopped, and the checkpoint was not kept: %w", err)
	}
	return cause
}

// trainEpoch goes on with the epoch under way.
func (s *session) trainEpoch(ctx context.Context, source datasets.Source) error {
	p := s.progress
	start := time.Now()
	for batch, err := range source.Epoch(ctx, p.Epoch, p.Batch) {
		if err != nil {
			return err
		}
		before := s.trainer.Steps
		r, err := s.step(batch, p.Batch+1 == source.Batches())
		if err != nil {
			return err
		}
		p.Batch++
		p.epoch.Loss += r.Loss * float64(batch.N) // the last, smaller batch counts by its size
		p.epoch.Seen += batch.N
		if err := s.checkFinite(before+1, r); err != nil {
			return err
		}
		now := time.Now()
		p.epoch.Seconds += now.Sub(start).Seconds()
		start = now
		s.report(Event{Phase: "train", Epoch: p.Epoch + 1, Epochs: s.config.Epochs, Done: p.epoch.Seen, Total: s.data.Train.Len(),
			Loss: p.epoch.Loss / float64(p.epoch.Seen), Rate: float64(p.epoch.Seen) / p.epoch.Seconds})
		if s.trainer.Steps > before && s.trainer.Steps%s.config.CheckpointEvery == 0 {
			if err := s.checkpoint(); err != nil {
				return err
			}
			start = time.Now() // writing files is not training
		}
	}
	return nil
}

// step trains on one batch. With accumulation the step is taken after every so many batches of an epoch, and after its last.
func (s *session) step(batch *datasets.Batch, last bool) (StepResult, error) {
	dims := []int{batch.Height, batch.Width, 3}
	if s.frozen != nil {
		dims = s.frozen.dims
	}
	images := inputs(batch.Images, batch.N, dims...)
	if s.config.Accumulate == 1 {
		return s.trainer.Step(images, batch.Labels, s.rates()...)
	}
	r, err := s.trainer.Backward(images, batch.Labels)
	if err == nil && (last || (s.progress.Batch+1)%s.config.Accumulate == 0) {
		r.GradNorm, err = s.trainer.Update(s.rates()...)
	}
	return r, err
}

// rates are the learning rates of the parameter groups in this epoch.
func (s *session) rates() []float64 {
	schedule := scheduleOf(s.config)
	rates := []float64{schedule(s.config.LR, s.progress.Epoch)}
	if s.config.HeadLR > 0 {
		rates = append(rates, schedule(s.config.HeadLR, s.progress.Epoch))
	}
	if plateau := s.progress.kept.Plateau; plateau != nil {
		for i := range rates {
			rates[i] *= plateau.Scale
		}
	}
	return rates
}

// validate ends an epoch: evaluation, metrics, best weights, pictures, checkpoint.
func (s *session) validate(ctx context.Context, es *epochs) error {
	p, start := s.progress, time.Now()
	e, err := Evaluate(ctx, es.classifier, es.val, func(done int) {
		s.report(Event{Phase: "val", Epoch: p.Epoch + 1, Epochs: s.config.Epochs, Done: done, Total: s.data.Val.Len()})
	})
	if err != nil {
		return err
	}
	if !finite(e.Loss) { // a last step can break the network without a trace in its own loss
		return s.diverged(fmt.Sprintf("the validation loss of epoch %d", p.Epoch+1), e.Loss)
	}
	m := runs.Metrics{Epoch: p.Epoch + 1, TrainLoss: p.epoch.Loss / float64(p.epoch.Seen), ValLoss: e.Loss, ValAccuracy: e.Accuracy,
		LR: s.rates()[0], Seconds: p.epoch.Seconds + time.Since(start).Seconds()}
	if err := s.run.AppendMetrics(m); err != nil {
		return err
	}
	if err := s.keepBest(m, e); err != nil {
		return err
	}
	if p.kept.Plateau != nil {
		p.kept.Plateau.Observe(e.Loss)
	}
	p.Epoch, p.Batch, p.epoch = p.Epoch+1, 0, epochSums{}
	p.Done = p.Epoch >= s.config.Epochs || p.kept.stopsEarly(s.config)
	if err := plots.Curves(s.run.Metrics()).Save(s.run.CurvesPath()); err != nil {
		return err
	}
	s.report(Event{Phase: "val", Epoch: m.Epoch, Epochs: s.config.Epochs, Metrics: &m})
	if s.shared != nil && !p.Done {
		return nil // a member of a comparison: its epochs may take seconds, and its checkpoints are dropped when it is done
	}
	return s.checkpoint()
}

// keepBest writes the weights of an epoch that is more accurate than all before, or as accurate at a lower loss.
func (s *session) keepBest(m runs.Metrics, e *Evaluation) error {
	if !s.progress.Best.Observe(m) {
		s.progress.kept.Waited++
		return nil
	}
	s.progress.kept.Waited = 0
	if err := s.writeBest(); err != nil {
		return err
	}
	return plots.ConfusionMatrix(s.run.Classes, e.Confusion).Save(s.run.ConfusionMatrixPath())
}

func (s *session) writeBest() error {
	sd, err := s.net.StateDict()
	if err != nil {
		return err
	}
	return s.run.WriteBest(sd)
}

func (s *session) checkpoint() error {
	c, err := s.snapshot()
	if err != nil {
		return err
	}
	return s.run.SaveCheckpoint(c)
}

// snapshot copies all that it takes to go on exactly.
func (s *session) snapshot() (*runs.Checkpoint, error) {
	model, err := s.net.StateDict()
	if err != nil {
		return nil, err
	}
	moments, err := s.trainer.OptimizerState()
	if err != nil {
		return nil, err
	}
	s.progress.kept.Epoch = s.progress.epoch
	if s.progress.Trainer, err = json.Marshal(s.progress.kept); err != nil {
		return nil, err
	}
	s.progress.Step = s.trainer.Steps
	return &runs.Checkpoint{Progress: s.progress.Progress, Model: model, Optimizer: moments}, nil
}

// moduleVersions are those that go into run.json.
func moduleVersions() map[string]string {
	v := map[string]string{"go": runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			for _, name := range []string{"gomlx/gomlx", "gomlx/compute", "gomlx/go-xla"} {
				if strings.HasSuffix(m.Path, name) {
					v[name[len("gomlx/"):]] = m.Version
				}
			}
		}
	}
	return v
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func under(key, module string) bool { return strings.HasPrefix(key, module+".") }
