package predict

import "errors"

// Kinds of errors of [Folder], [WriteFeatures] and [List], for errors.Is. The message of an error says more than its kind.
var (
	// ErrInvalidJob says that a job's settings do not fit together, or that the output cannot be written.
	ErrInvalidJob = errors.New("invalid job")
	// ErrOtherOutput says that the output exists and was made with other settings or of other pictures; Overwrite replaces it.
	ErrOtherOutput = errors.New("the output is of another job")
	// ErrBadFolder says that a folder cannot be listed, has no pictures, or has names that cannot be written.
	ErrBadFolder = errors.New("bad folder of pictures")
	// ErrNoneReadable says that no picture of a folder could be read.
	ErrNoneReadable = errors.New("no picture could be read")
)
