package train

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"reflect"

	"resnetlab/internal/mark"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/weights"
)

// Resume continues the run in dir exactly where its newest undamaged checkpoint stands: it ends with the bytes of a run that was never stopped. change
// may alter the settings as [runs.Settings.Continue] allows (nil: not at all); a change that would make another training is an error. A finished run
// is not changed.
func Resume(ctx context.Context, dir string, change func(Config) (Config, error), opts ...Option) (*runs.Run, error) {
	run, checkpoint, damaged, err := runs.Resume(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, mark.As(ErrInput, err)
	}
	if err != nil {
		return nil, err
	}
	s := &session{options: newOptions(opts), run: run}
	defer s.close()
	for _, d := range damaged {
		s.note("skipping a damaged checkpoint: %v", d)
	}
	c, err := resumedSettings(run, change)
	if err != nil {
		return nil, err
	}
	s.use(c, runs.Source{})
	s.preset = run.Preset
	finished, err := s.finished(checkpoint)
	if err != nil {
		return nil, err
	}
	if finished {
		s.note("run %s is finished: nothing to do", dir)
		return run, s.checkMovedData(ctx)
	}
	if err := s.restore(ctx, checkpoint); err != nil {
		return nil, fmt.Errorf("resuming the run %s: %w", dir, err)
	}
	return run, s.trainEpochs(ctx)
}

// resumedSettings returns the settings that a run is resumed with.
func resumedSettings(run *runs.Run, change func(Config) (Config, error)) (Config, error) {
	if change == nil {
		return run.Settings, nil
	}
	c, err := change(run.Settings)
	if err != nil {
		return Config{}, err
	}
	if !continues(c, run.Settings) {
		return Config{}, mark.As(ErrInput, fmt.Errorf("resuming the run %s: only epochs, workers, threads and the path of the data can be changed; other settings make another run", run.Dir))
	}
	return c, nil
}

// continues tells whether settings continue a run; whether the data are the same, their fingerprint tells.
func continues(c, run Config) bool {
	c.Epochs, c.Data = run.Epochs, run.Data
	return sameResult(c, run)
}

// finished tells whether a checkpoint is the end of the training.
func (s *session) finished(c *runs.Checkpoint) (bool, error) {
	if !c.Progress.Done {
		return false, nil
	}
	p, err := readProgress(c)
	if err != nil {
		return false, err
	}
	return s.config.Epochs <= p.Epoch || p.state.stopsEarly(s.config), nil
}

// checkData compares the data with those of the run.
func (s *session) checkData(ctx context.Context) error {
	fingerprint, err := s.data.Fingerprint()
	if err != nil {
		return err
	}
	if fingerprint != s.run.DataFingerprint {
		return asInput(ctx, fmt.Errorf("%w: fingerprint %.12s now, %.12s then", ErrOtherData, fingerprint, s.run.DataFingerprint))
	}
	return nil
}

// checkMovedData is checkData for a finished run, where another path to its data is given.
func (s *session) checkMovedData(ctx context.Context) error {
	if s.config.Data == s.run.Settings.Data {
		return nil
	}
	if err := s.openData(ctx); err != nil {
		return asInput(ctx, err)
	}
	return s.checkData(ctx)
}

// restore does what Fit does before its first step, from a checkpoint.
func (s *session) restore(ctx context.Context, c *runs.Checkpoint) error {
	if err := s.openData(ctx); err != nil {
		return asInput(ctx, err)
	}
	if err := s.checkData(ctx); err != nil {
		return err
	}
	net, err := network.Load(&weights.File{StateDict: c.Model}, network.Spec{Arch: s.run.Settings.Arch, Classes: len(s.run.Classes)})
	if err != nil {
		return fmt.Errorf("loading the weights of run %s: %w", s.run.Dir, err)
	}
	if err := s.compile(net); err != nil {
		return err
	}
	if err := s.compiled.trainer.SetOptimizerState(c.Optimizer); err != nil {
		return err
	}
	s.compiled.trainer.Steps = c.Progress.Step
	if s.progress, err = readProgress(c); err != nil {
		return err
	}
	s.progress.Done = false // there may be more epochs now
	s.note("resuming at step %d, epoch %d", c.Progress.Step, s.progress.Epoch+1)
	return s.run.SetSettings(s.config)
}

// Ensure reopens a finished run of these settings in the folder c.Out, resumes a stopped one, or trains a new one. Settings that change no result
// (workers, threads, how often a checkpoint is written) may differ; a run with other settings is an error, unless c.Overwrite replaces it.
func Ensure(ctx context.Context, c Config, opts ...Option) (*runs.Run, error) {
	source, err := startingWeights(c)
	if err != nil {
		return nil, asInput(ctx, err)
	}
	c = c.StartFrom(source)
	found, err := exists(c)
	switch {
	case err != nil:
		return nil, err
	case c.Overwrite || !found:
		return fitAnew(ctx, c, opts)
	}
	if newOptions(opts).sparse {
		written, err := runs.HasCheckpoints(c.Out)
		if err != nil {
			return nil, err
		}
		if !written {
			return fitAnew(ctx, c, opts)
		}
	}
	return Resume(ctx, c.Out, nil, opts...)
}

// fitAnew is [Fit] in place of a run that was killed while it was created, or before it wrote a checkpoint.
func fitAnew(ctx context.Context, c Config, opts []Option) (*runs.Run, error) {
	c.Overwrite = true
	return Fit(ctx, c, opts...)
}

// Exists tells whether a run of these settings is in the folder c.Out, finished or not. A run with other settings there is an error, unless
// c.Overwrite is set.
func Exists(c Config) (bool, error) {
	source, err := startingWeights(c)
	if err != nil {
		return false, mark.As(ErrInput, err)
	}
	return exists(c.StartFrom(source))
}

// exists is Exists for complete settings.
func exists(c Config) (bool, error) {
	if c.Out == "" {
		return false, mark.As(ErrInput, errors.New("a run that may exist already needs a folder"))
	}
	if found, err := runs.Exists(c.Out); err != nil || !found || c.Overwrite {
		return false, err
	}
	run, err := runs.Open(c.Out)
	if err != nil {
		return false, mark.As(ErrInput, err)
	}
	if !sameResult(run.Settings, c) {
		return false, mark.As(ErrInput, fmt.Errorf("%s holds a run with other settings: choose another folder, or overwrite it", c.Out))
	}
	return true, nil
}

// sameResult tells whether runs of two settings have the same result.
func sameResult(a, b Config) bool {
	relevant := func(c Config) Config {
		c = c.WithDefaults()
		c.Out, c.Overwrite, c.Workers, c.Threads, c.CheckpointEvery = "", false, 0, 0, 0
		return c
	}
	return reflect.DeepEqual(relevant(a), relevant(b))
}
