package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"resnetlab/resnetlib/runs"
)

// Resume goes on with the run in dir exactly where its newest whole checkpoint stands: the bytes that it ends with are those of a run that was
// never stopped. change may alter the settings as [runs.Settings.Continue] allows (nil: none); what would make it
// another training is an error. A run that is done is left as it is.
func Resume(ctx context.Context, dir string, change func(Config) (Config, error), options ...Option) (*runs.Run, error) {
	run, checkpoint, damaged, err := runs.Resume(dir)
	if err != nil {
		return nil, err
	}
	s := newSession(options)
	s.run = run
	for _, d := range damaged {
		s.note("damaged checkpoint passed over: %v", d)
	}
	s.config = run.Settings
	if change != nil {
		if s.config, err = change(run.Settings); err != nil {
			return nil, err
		}
	}
	asBegun := s.config
	asBegun.Epochs, asBegun.Data = run.Settings.Epochs, run.Settings.Data // of the data, the fingerprint tells
	if !sameResult(asBegun, run.Settings) {
		return nil, inputError{fmt.Errorf("going on with the run %s: only epochs, workers, threads and the path of the data can be changed; other settings make another run", dir)}
	}
	if checkpoint.Progress.Done && (s.config.Epochs <= checkpoint.Progress.Epoch || s.stoppedEarly(checkpoint)) {
		s.note("run %s is finished: nothing to do", dir)
		return run, s.checkMoved(ctx)
	}
	if err := s.again(ctx, checkpoint); err != nil {
		return nil, fmt.Errorf("going on with the run %s: %w", dir, err)
	}
	return run, s.loop(ctx)
}

// stoppedEarly tells whether the run was over before its last epoch.
func (s *session) stoppedEarly(c *runs.Checkpoint) bool {
	var at kept
	return json.Unmarshal(c.Progress.Trainer, &at) == nil && at.stopsEarly(s.config)
}

// ErrOtherData is what errors.Is finds where a run is to go on with other pictures than those that it began with.
var ErrOtherData = errors.New("the data are not those that the run began with")

// checkData compares the data with those that the run began with.
func (s *session) checkData(ctx context.Context) error {
	fingerprint, err := s.data.Fingerprint()
	if err != nil {
		return err
	}
	if fingerprint != s.run.DataFingerprint {
		return input(ctx, fmt.Errorf("%w: fingerprint %.12s now, %.12s then", ErrOtherData, fingerprint, s.run.DataFingerprint))
	}
	return nil
}

// checkMoved is checkData of a run that is finished, where another path to its data is given.
func (s *session) checkMoved(ctx context.Context) error {
	if s.config.Data == s.run.Settings.Data {
		return nil
	}
	if err := s.open(ctx); err != nil {
		return input(ctx, err)
	}
	return s.checkData(ctx)
}

// again does what begin does, from a checkpoint.
func (s *session) again(ctx context.Context, c *runs.Checkpoint) (err error) {
	if err := s.open(ctx); err != nil {
		return input(ctx, err)
	}
	if err := s.checkData(ctx); err != nil {
		return err
	}
	if s.net, err = restore(s.run, c.Model); err != nil {
		return err
	}
	if err := s.prepare(); err != nil {
		return err
	}
	if err := s.trainer.SetOptimizerState(c.Optimizer); err != nil {
		return err
	}
	s.trainer.Steps = c.Progress.Step
	s.progress = &progress{Progress: c.Progress}
	if err := json.Unmarshal(c.Progress.Trainer, &s.progress.kept); err != nil {
		return err
	}
	s.progress.epoch = s.progress.kept.Epoch
	s.progress.Done = false // epochs have grown
	s.note("going on at step %d, epoch %d", s.trainer.Steps, s.progress.Epoch+1)
	return s.run.SetSettings(s.config)
}
