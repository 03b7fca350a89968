package datasets

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
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
// breaks later ends the epoch with an error. The error of Check is the context's, or that of a disk that fails: it would say of all the rest
// what it says of one.
func Check(ctx context.Context, ds Dataset, workers int) ([]Unreadable, error) {
	failed := make([]error, ds.Len())
	if err := Each(ctx, len(failed), workers, func(i int) { _, failed[i] = fetch(ds, i) }); err != nil {
		return nil, err
	}
	var bad []Unreadable
	for i, err := range failed {
		if DiskFailed(err) {
			return nil, DiskError(describe(ds, i), err)
		}
		if err != nil {
			bad = append(bad, Unreadable{i, describe(ds, i), err})
		}
	}
	return bad, nil
}

// diskErrors are what a disk says that fails, or one of the network that has gone.
var diskErrors = []syscall.Errno{syscall.EIO, syscall.ESTALE, syscall.ENOTCONN, syscall.ENODEV, syscall.ETIMEDOUT, syscall.EHOSTUNREACH, syscall.ENETUNREACH}

// DiskFailed tells whether an error of reading a picture is the disk's: trying again may help, and nothing is said of the picture.
func DiskFailed(err error) bool {
	var code syscall.Errno
	return errors.As(err, &code) && slices.Contains(diskErrors, code)
}

// DiskError says of which picture a failing disk was asked.
func DiskError(name string, err error) error {
	return fmt.Errorf("%s: the disk failed, not the picture: %w", name, err)
}

// Each calls f with 0 to n-1, each once, on workers goroutines (one a core where workers < 1). Its error is the context's, with whose end
// it stops.
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
	group.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
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
