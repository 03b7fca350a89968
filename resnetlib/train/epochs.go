package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"resnetlab/datasets"
	"resnetlab/internal/mark"
	"resnetlab/resnetlib/evaluate"
	"resnetlab/resnetlib/optim"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/runs"
)

// trainEpochs trains to the end of the last epoch.
func (s *session) trainEpochs(ctx context.Context) (err error) {
	e, err := s.newEpochs()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close(), s.writeBest()) }()
	for s.progress.Epoch < s.config.Epochs && !s.progress.Done {
		if err := s.trainEpoch(ctx, e.train); err != nil {
			return s.stop(ctx, err)
		}
		if err := s.validate(ctx, e); err != nil {
			return s.stop(ctx, err)
		}
	}
	if err := os.RemoveAll(s.run.FeaturesPath()); err != nil {
		return err
	}
	if len(s.leftOut) > 0 {
		return fmt.Errorf("%d unreadable %w; they are listed in %s/run.json", len(s.leftOut), ErrLeftOut, s.run.Dir)
	}
	return nil
}

// trainEpoch trains to the end of the epoch under way.
func (s *session) trainEpoch(ctx context.Context, source datasets.Source) error {
	p, total := s.progress, datasets.NewLoader(s.data.Train, s.loaderConfig(true)).Samples()
	start := time.Now()
	for batch, err := range source.Epoch(ctx, p.Epoch, p.Batch) {
		if err != nil {
			return err
		}
		before := s.compiled.trainer.Steps
		r, err := s.step(batch, p.Batch+1 == source.Batches())
		if err != nil {
			return err
		}
		p.add(r, batch.N)
		if err := s.checkFinite(before+1, r); err != nil {
			return err
		}
		p.sums.Seconds += time.Since(start).Seconds()
		start = time.Now()
		s.report(Event{Phase: "train", Epoch: p.Epoch + 1, Epochs: s.config.Epochs, Done: p.sums.Seen, Total: total,
			Loss: p.sums.Loss / float64(p.sums.Seen), Rate: float64(p.sums.Seen) / p.sums.Seconds})
		if steps := s.compiled.trainer.Steps; steps > before && steps%s.config.CheckpointEvery == 0 {
			if err := s.checkpoint(); err != nil {
				return err
			}
			start = time.Now() // writing files is not training
		}
	}
	return nil
}

// step trains on one batch. With accumulation the step is taken after every Accumulate batches of an epoch, and after its last.
func (s *session) step(batch *datasets.Batch, last bool) (optim.StepResult, error) {
	dims := []int{batch.Height, batch.Width, 3}
	if s.compiled.body != nil {
		dims = s.compiled.body.Dims
	}
	trainer, inputs := s.compiled.trainer, optim.Inputs(batch.Images, batch.N, dims...)
	defer inputs.FinalizeAll()
	if s.config.Accumulate == 1 {
		return trainer.Step(inputs, batch.Labels, s.rates()...)
	}
	r, err := trainer.Backward(inputs, batch.Labels)
	if err == nil && (last || (s.progress.Batch+1)%s.config.Accumulate == 0) {
		r.GradNorm, err = trainer.Update(s.rates()...)
	}
	return r, err
}

// rates returns the learning rates of the parameter groups in this epoch.
func (s *session) rates() []float64 {
	schedule := scheduleOf(s.config)
	rates := []float64{schedule(s.config.LR, s.progress.Epoch)}
	if s.config.HeadLR > 0 {
		rates = append(rates, schedule(s.config.HeadLR, s.progress.Epoch))
	}
	if plateau := s.progress.state.Plateau; plateau != nil {
		for i := range rates {
			rates[i] *= plateau.Scale
		}
	}
	return rates
}

// scheduleOf returns the schedule of the settings, counted in epochs. A plateau comes on top of it.
func scheduleOf(c Config) optim.Schedule {
	after := optim.ConstantLR()
	switch c.Scheduler {
	case "step":
		after = optim.StepLR(c.LRStepSize, c.LRGamma)
	case "cosine":
		after = optim.CosineAnnealingLR(max(c.Epochs-c.Warmup, 1), 0)
	}
	if c.Warmup == 0 {
		return after
	}
	return optim.SequentialLR([]int{c.Warmup}, optim.LinearLR(1/float64(c.Warmup+1), c.Warmup), after)
}

// validate ends an epoch: evaluation, metrics, best weights, pictures, checkpoint.
func (s *session) validate(ctx context.Context, es *epochs) error {
	p, start := s.progress, time.Now()
	r, err := evaluate.Run(ctx, es.classifier, es.val, evaluate.Progress(func(done int) {
		s.report(Event{Phase: "val", Epoch: p.Epoch + 1, Epochs: s.config.Epochs, Done: done, Total: s.data.Val.Len()})
	}))
	if err != nil {
		return err
	}
	if !finite(r.Loss) { // a last step can break the network without a trace in its own loss
		return s.diverged(fmt.Sprintf("the validation loss of epoch %d", p.Epoch+1), r.Loss)
	}
	m := runs.Metrics{Epoch: p.Epoch + 1, TrainLoss: p.sums.Loss / float64(p.sums.Seen), ValLoss: r.Loss, ValAccuracy: r.Accuracy,
		LR: s.rates()[0], Seconds: p.sums.Seconds + time.Since(start).Seconds()}
	if err := s.run.AppendMetrics(m); err != nil {
		return err
	}
	if err := s.keepBest(m, r); err != nil {
		return err
	}
	p.endEpoch(s.config, r.Loss)
	if err := plots.Curves(s.run.Metrics()).Save(s.run.CurvesPath()); err != nil {
		return err
	}
	s.report(Event{Phase: "val", Epoch: m.Epoch, Epochs: s.config.Epochs, Metrics: &m})
	if s.sparse {
		return nil
	}
	return s.checkpoint()
}

// checkFinite ends a training whose loss or gradient is no longer finite, before a checkpoint of it is written.
func (s *session) checkFinite(step int, r optim.StepResult) error {
	if !finite(r.Loss) {
		return s.diverged(fmt.Sprintf("the loss of step %d", step), r.Loss)
	}
	if !finite(r.GradNorm) {
		return s.diverged(fmt.Sprintf("the gradient's norm of step %d", step), r.GradNorm)
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func (s *session) diverged(what string, value float64) error {
	return mark.As(ErrDiverged, fmt.Errorf("%s is %v: training has diverged (a smaller --lr, or --clip-norm 1, may help); the last good checkpoint is %s",
		what, value, s.run.CheckpointPath(s.progress.Step)))
}
