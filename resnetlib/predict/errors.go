package predict

import "errors"

// What keeps a job from its work. The message of an error is its own; errors.Is tells the kind.
var (
	// ErrInvalidJob says that a job's settings do not fit together, or that its output cannot be written where they say.
	ErrInvalidJob = errors.New("invalid job")
	// ErrOtherOutput says that the output exists and is of other settings or pictures.
	ErrOtherOutput = errors.New("the output is of another job")
	// ErrBadFolder says that a folder cannot be listed, has no pictures, or has names that cannot be written.
	ErrBadFolder = errors.New("bad folder of pictures")
	// ErrNoneReadable says that no picture of a folder could be read.
	ErrNoneReadable = errors.New("no picture could be read")
)
