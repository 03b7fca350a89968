package datasets

import (
	"errors"
	"strings"

	"resnetlab/internal/mark"
	"resnetlab/internal/printable"
)

// listed returns names for an error message: at most 20, on one line.
func listed(names []string) string { return printable.List(names, 20) }

// printableError returns err, of reading the file at path, with a message that is one bounded line without control characters: a list may name
// anything as a picture, and the system's errors repeat the path as it is. errors.Is and errors.As still find err.
func printableError(err error, path string) error {
	if err == nil || printable.Line(err.Error()) == err.Error() {
		return err
	}
	text := strings.ReplaceAll(err.Error(), path, printable.Name(path)) // first, so that the reason behind a long path is not cut
	return mark.As(err, errors.New(printable.Line(text)))
}
