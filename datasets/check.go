package datasets

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"resnetlab/internal/printable"
)

// BadPicture is a picture that Check could not read. It is an error that names the picture.
type BadPicture struct {
	Index int    // in the data set that was checked
	Name  string // as Entry names it
	Err   error
}

// Error names the picture and says what is wrong with it.
func (b BadPicture) Error() string { return fmt.Sprintf("%s: %v", printable.Name(b.Name), b.Err) }

// Unwrap returns Err.
func (b BadPicture) Unwrap() error { return b.Err }

// Check makes every sample of ds once, on workers goroutines (one a core where workers < 1), and returns those that cannot be
// made, in the order of ds. Call it before the first epoch and train on Without(ds, bad): a picture that cannot be read ends an
// epoch with an error. [Readable] does both.
//
// The error of Check itself is the context's, or a [SystemError]: if the disk fails or the process has no file handle left, the
// other pictures could not be read either, and nothing is known about them. Check returns soon after the end of ctx even if a
// read hangs, as on a network drive that has gone; see [Each].
func Check(ctx context.Context, ds Dataset, workers int) ([]BadPicture, error) {
	return check(ctx, ds, workers, func(i int) error {
		_, err := fetch(ds, i)
		return err
	})
}

// check is [Check] with another way to try a picture, such as to open its file.
func check(ctx context.Context, ds Dataset, workers int, try func(i int) error) ([]BadPicture, error) {
	failed := make([]error, ds.Len())
	var system atomic.Bool // ends the reading of the rest
	err := Each(ctx, len(failed), workers, func(i int) {
		if system.Load() {
			return
		}
		if err := try(i); err != nil {
			failed[i] = err
			if IsSystemError(err) {
				system.Store(true)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	var bad []BadPicture
	for i, err := range failed {
		if IsSystemError(err) {
			return nil, SystemError(describe(ds, i), err)
		}
		if err != nil {
			bad = append(bad, BadPicture{i, describe(ds, i), err})
		}
	}
	return bad, nil
}

// patience is how long to wait for goroutines after the end of a context: longer than decoding a picture takes, and short
// enough for a user who pressed Ctrl-C.
const patience = time.Second

// wait waits for group, but no longer than patience after the end of ctx: a read from a drive that has gone may never return,
// and its goroutine stays behind. It reports whether the group has ended.
func wait(ctx context.Context, group *sync.WaitGroup) bool {
	ended := make(chan struct{})
	go func() {
		group.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return true
	case <-ctx.Done():
	}
	select {
	case <-ended:
		return true
	case <-time.After(patience):
		return false
	}
}

// Each calls f once with each of 0 to n-1, on workers goroutines (one a core where workers < 1). At the end of ctx it stops and
// returns the context's error, after waiting up to a second for the calls that are running. A call that hangs may still run when
// Each has returned an error: after an error, do not read what f writes.
func Each(ctx context.Context, n, workers int, f func(i int)) error {
	var next atomic.Int64
	var group sync.WaitGroup
	for range WorkerCount(workers) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wait(ctx, &group)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// Without returns ds without the pictures that [Check] found to be bad.
func Without(ds Dataset, bad []BadPicture) Dataset {
	if len(bad) == 0 {
		return ds
	}
	isBad := make([]bool, ds.Len())
	for _, b := range bad {
		isBad[b.Index] = true
	}
	return Subset(ds, indicesWhere(isBad, false))
}
