package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gomlx/compute"

	"resnetlab/datasets"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/train"
)

// lab has what the rounds share.
type lab struct {
	backend  compute.Backend
	name     string
	pictures *pictures
	run      string
}

// soak runs rounds until the time is over, but at least the given number, and returns a sample after each round.
func soak(ctx context.Context, long time.Duration, least int, name string, say func(string)) (samples []sample, err error) {
	dir, err := os.MkdirTemp("", "resnetlab-soak-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	p, err := draw(filepath.Join(dir, "pictures"), 60)
	if err != nil {
		return nil, err
	}
	b, choice, err := backend.Open(name)
	if err != nil {
		return nil, err
	}
	defer b.Finalize()
	l := &lab{b, choice.Name, p, filepath.Join(dir, "run")}
	for end := time.Now().Add(long); (time.Now().Before(end) || len(samples) < least) && ctx.Err() == nil; {
		said, err := l.round(ctx, uint64(len(samples)))
		if err != nil {
			return samples, fmt.Errorf("round %d: %w", len(samples)+1, err)
		}
		s, err := measure()
		if err != nil {
			return samples, err
		}
		samples = append(samples, s)
		say(fmt.Sprintf("round %3d: %s; %s", len(samples), s, said))
	}
	return samples, ctx.Err()
}

// round trains and predicts while pictures are removed and truncated, and in between trains on the remaining ones.
func (l *lab) round(ctx context.Context, seed uint64) (said string, err error) {
	if err := l.pictures.restore(); err != nil {
		return "", err
	}
	outcome := "ended well"
	err = l.spoiling(ctx, seed, func() error {
		// A picture that is lost in the middle of a run ends it, by its name: a run that went on without it could not be repeated.
		_, err := l.train(ctx, seed)
		if err != nil && l.pictures.named(err) {
			outcome, err = "was ended by a picture", nil
		}
		return err
	})
	if err != nil {
		return "", err
	}
	// The pictures do not change now: unreadable ones are left out.
	run, err := l.train(ctx, seed)
	if errors.Is(err, train.ErrInput) && strings.Contains(err.Error(), "no readable picture") { // the expected error
		outcome += ", and spoiled a whole part"
		if err = l.pictures.restore(); err == nil {
			run, err = l.train(ctx, seed)
		}
	}
	if err != nil {
		return "", err
	}
	var listed, bad int
	err = l.spoiling(ctx, seed+1, func() (err error) {
		listed, bad, err = l.predict(ctx)
		return err
	})
	return fmt.Sprintf("training while pictures went %s; then %d left out; %d of %d unreadable in prediction", outcome, len(run.Unreadable), bad, listed), err
}

// spoiling runs a function while pictures are removed and truncated.
func (l *lab) spoiling(ctx context.Context, seed uint64, do func() error) error {
	inside, stop := context.WithCancel(ctx)
	stopped := make(chan error, 1)
	go func() { stopped <- l.pictures.sabotage(inside, rand.New(rand.NewPCG(seed, 1))) }()
	err := do()
	stop()
	return errors.Join(err, <-stopped)
}

// train runs a training. Left-out pictures are not an error.
func (l *lab) train(ctx context.Context, seed uint64) (*runs.Run, error) {
	run, err := train.Fit(ctx, train.Config{Data: l.pictures.dir, Arch: "resnet18", ImageSize: 64, BatchSize: 8, Epochs: 1, Augment: "none", Optimizer: "sgd",
		CheckpointEvery: 4, ValSplit: 0.2, Seed: seed, Workers: 3, Out: l.run, Overwrite: true}, train.On(l.backend, l.name))
	if errors.Is(err, train.ErrLeftOut) {
		err = nil
	}
	return run, err
}

// predict classifies the folder and checks that each picture has a result or an error.
func (l *lab) predict(ctx context.Context) (listed, bad int, err error) {
	net, err := network.OpenRun(l.run)
	if err != nil {
		return 0, 0, err
	}
	p, err := predict.New(l.backend, net)
	if err != nil {
		return 0, 0, err
	}
	defer net.Store.Finalize()
	defer p.Finalize()
	names, err := datasets.Pictures(l.pictures.dir)
	if err != nil {
		return 0, 0, err
	}
	results := 0
	for r, err := range p.Files(ctx, l.pictures.dir, names, 3) {
		if err != nil {
			return 0, 0, err
		}
		if results++; r.Err != nil {
			bad++
		}
	}
	if results != len(names) {
		return 0, 0, fmt.Errorf("%d results of %d pictures", results, len(names))
	}
	return len(names), bad, nil
}
