package datasets

import (
	"context"
	"errors"
)

// ErrNoneReadable is what [Readable] returns where no picture of a data set can be read.
var ErrNoneReadable = errors.New("no readable picture")

// Readable reads every picture of a data set and leaves out those that cannot be read. workers is the number of goroutines, one a core where it is
// below 1. Drawn pictures and pictures in memory are not read.
func Readable(ctx context.Context, ds Dataset, workers int) (readable Dataset, leftOut []BadPicture, err error) {
	if _, drawn := ds.(Fingerprinter); drawn {
		return ds, nil, nil
	}
	leftOut, err = Check(ctx, ds, workers)
	if err != nil {
		return nil, nil, err
	}
	readable = Without(ds, leftOut)
	if readable.Len() == 0 {
		return nil, leftOut, ErrNoneReadable
	}
	return readable, leftOut, nil
}
