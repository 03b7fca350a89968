package datasets

import (
	"errors"
	"fmt"
	"slices"
	"syscall"

	"resnetlab/internal/printable"
)

// The errors by which an operating system says that it cannot read now, whatever the file is, by what a person can do.
var (
	handleErrors = []syscall.Errno{syscall.EMFILE, syscall.ENFILE}
	memoryErrors = []syscall.Errno{syscall.ENOMEM, syscall.ENOBUFS}
	diskErrors   = []syscall.Errno{syscall.EIO, syscall.ESTALE, syscall.ENOTCONN, syscall.ENODEV, syscall.ETIMEDOUT, syscall.EHOSTUNREACH, syscall.ENETUNREACH}
)

// IsSystemError reports whether an error of reading a picture comes from the machine: a disk or network drive that
// fails, too many open files, no memory. Trying again may help, and it says nothing about the picture.
func IsSystemError(err error) bool {
	return isOneOf(err, diskErrors) || isOneOf(err, handleErrors) || isOneOf(err, memoryErrors)
}

func isOneOf(err error, codes []syscall.Errno) bool {
	var code syscall.Errno
	return errors.As(err, &code) && slices.Contains(codes, code)
}

// SystemError returns an error that names the picture which was being read and says what to do about err, for which
// IsSystemError holds. It wraps err.
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
