package train

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"

	"resnetlab/resnetlib/runs"
)

// Ensure is the run of these settings in the folder c.Out: as it lies there where it is finished, gone on with where it was stopped, and made
// by [Fit] where there is none. Settings that change no result (workers, threads, how often a checkpoint is written) may differ; a run of others
// is an error, unless c.Overwrite makes it anew.
func Ensure(ctx context.Context, c Config, options ...Option) (*runs.Run, error) {
	if c.Out == "" {
		return nil, inputError{fmt.Errorf("ensuring a run needs the folder where it is to be")}
	}
	c, err := complete(c)
	if err != nil {
		return nil, input(ctx, err)
	}
	found, err := find(c)
	switch {
	case c.Overwrite || err == nil && !found:
		c.Overwrite = true // what is left of a run that was stopped before it was one
		return Fit(ctx, c, options...)
	case err != nil:
		return nil, inputError{err}
	}
	return Resume(ctx, c.Out, nil, options...)
}

// find tells whether the run of these settings is in c.Out; a run of others is an error.
func find(c Config) (bool, error) {
	if !exists(filepath.Join(c.Out, "run.json")) || c.Overwrite {
		return false, nil
	}
	run, err := runs.Open(c.Out)
	if err != nil {
		return false, err
	}
	if !sameResult(run.Settings, c) {
		return false, fmt.Errorf("%s holds a run of other settings; another folder, or overwriting, makes a new one", c.Out)
	}
	return true, nil
}

// sameResult compares what decides about a run's result.
func sameResult(a, b Config) bool {
	plain := func(s Config) Config {
		s = s.WithDefaults()
		s.Out, s.Overwrite, s.Resume, s.Workers, s.Threads, s.CheckpointEvery = "", false, "", 0, 0, 0
		return s
	}
	return reflect.DeepEqual(plain(a), plain(b))
}
