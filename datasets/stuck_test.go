package datasets_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"resnetlab/datasets"
	"resnetlab/resnetlib/transforms"
)

// stuck is a data set on a drive that has stopped answering: one sample waits for ever.
type stuck struct {
	*datasets.Memory
	reading, end chan struct{}
}

func (s stuck) Sample(i int) (datasets.Sample, error) {
	if i == 4 {
		close(s.reading)
		<-s.end
	}
	return s.Memory.Sample(i)
}

// The end of a context ends the work even where a read does not.
func TestEndOfContextDoesNotWaitForAStuckRead(t *testing.T) {
	work := map[string]func(context.Context, datasets.Dataset) error{
		"Check": func(ctx context.Context, ds datasets.Dataset) error {
			_, err := datasets.Check(ctx, ds, 2)
			return err
		},
		"Epoch": func(ctx context.Context, ds datasets.Dataset) (last error) {
			l := datasets.NewLoader(ds, datasets.LoaderConfig{BatchSize: 3, Workers: 2, Preset: transforms.EvalPreset(8)})
			for _, err := range l.Epoch(ctx, 0, 0) {
				last = err
			}
			return last
		},
		"Epoch that is left": func(ctx context.Context, ds datasets.Dataset) (last error) {
			l := datasets.NewLoader(ds, datasets.LoaderConfig{BatchSize: 3, Workers: 2, Preset: transforms.EvalPreset(8)})
			for range l.Epoch(ctx, 0, 0) {
				<-ds.(stuck).reading // the next batch is being read ahead
				break
			}
			return context.Cause(ctx)
		},
	}
	for name, do := range work {
		t.Run(name, func(t *testing.T) {
			ds := stuck{pictures(10), make(chan struct{}), make(chan struct{})}
			defer close(ds.end)
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				<-ds.reading
				cancel()
			}()
			done := make(chan error, 1)
			go func() { done <- do(ctx, ds) }()
			select {
			case err := <-done:
				if !errors.Is(err, context.Canceled) {
					t.Errorf("error %v, want context.Canceled", err)
				}
			case <-time.After(30 * time.Second):
				t.Fatal("it waits for the read")
			}
		})
	}
}
