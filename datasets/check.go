package datasets

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

// Unreadable is a picture that Check could not read.
type Unreadable struct {
	Index int
	Name  string
	Err   error
}

func (u Unreadable) Error() string { return fmt.Sprintf("%s: %v", u.Name, u.Err) }
func (u Unreadable) Unwrap() error { return u.Err }

// Check makes every sample of ds once, on workers goroutines (one a core where workers < 1), and returns those that
// cannot be made, in ds's order. A trainer calls it before epoch 1 and goes on with Without(ds, bad); a picture that
// breaks later ends the epoch with an error. The error of Check is the context's.
func Check(ctx context.Context, ds Dataset, workers int) ([]Unreadable, error) {
	failed := make([]error, ds.Len())
	var next atomic.Int64
	var group sync.WaitGroup
	for range WorkerCount(workers) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(failed) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				_, failed[i] = fetch(ds, i)
			}
		})
	}
	group.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	var bad []Unreadable
	for i, err := range failed {
		if err != nil {
			bad = append(bad, Unreadable{i, describe(ds, i), err})
		}
	}
	return bad, nil
}

// Without returns ds less the pictures that Check found unreadable in it.
func Without(ds Dataset, bad []Unreadable) Dataset {
	if len(bad) == 0 {
		return ds
	}
	left := make([]bool, ds.Len())
	for _, b := range bad {
		left[b.Index] = true
	}
	return Subset(ds, where(left, false))
}
