package datasets

import (
	"context"
	"errors"
)

// ErrNoneReadable is the error of [Readable] if no picture of a data set can be read.
var ErrNoneReadable = errors.New("no readable picture")

// Readable reads every picture of a data set, on workers goroutines (one a core where workers < 1), and returns the data set without those that cannot
// be read: [Check] and [Without] in one call. A [Fingerprinter], such as drawn pictures or pictures in memory, has no files that could be damaged: it is
// returned as it is.
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
