package datasets

import (
	"errors"
	"fmt"
	"slices"
	"syscall"

	"resnetlab/internal/printable"
)

// Errors of an operating system that cannot read any file now, grouped by what a user can do.
var (
	handleErrors = []syscall.Errno{syscall.EMFILE, syscall.ENFILE}
	memoryErrors = []syscall.Errno{syscall.ENOMEM, syscall.ENOBUFS}
	diskErrors   = []syscall.Errno{syscall.EIO, syscall.ESTALE, syscall.ENOTCONN, syscall.ENODEV, syscall.ETIMEDOUT, syscall.EHOSTUNREACH, syscall.ENETUNREACH}
)

// IsSystemError reports whether an error of reading a picture comes from the machine: a disk or network drive that fails, too
// many open files, no memory. The picture may be good, and reading it again later may succeed.
func IsSystemError(err error) bool {
	return isOneOf(err, diskErrors) || isOneOf(err, handleErrors) || isOneOf(err, memoryErrors)
}

func isOneOf(err error, codes []syscall.Errno) bool {
	var code syscall.Errno
	return errors.As(err, &code) && slices.Contains(codes, code)
}

// SystemError wraps err, for which [IsSystemError] is true, in an error that names the picture that was being read and says what
// to do.
func SystemError(name string, err error) error {
	name = printable.Name(name)
	switch {
	case isOneOf(err, handleErrors):
		return fmt.Errorf("%s: too many files are open, and the picture was not read (raise the limit with ulimit -n, or use fewer workers): %w", name, err)
	case isOneOf(err, memoryErrors):
		return fmt.Errorf("%s: the system has no memory left, and the picture was not read (end other programs, or use fewer workers): %w", name, err)
	}
	return fmt.Errorf("%s: the disk failed, not the picture: %w", name, err)
}
