// Package refuse words the errors of the picture decoders: one line that says which kind of file it is, what is wrong with
// it and what to do about it.
//
// There are two sorts. A kind that is not read (NotRead) wants another format; everything else is damage, and wants
// another copy. Explain tells them apart.
package refuse

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// Cure says what to do with a picture of a kind that is not read.
const Cure = "save it as RGB PNG"

// ErrTruncated says that the file ends before its picture does.
var ErrTruncated = errors.New("the file is truncated")

// refusal is a complete message that ends with what to do.
type refusal string

func (r refusal) Error() string { return string(r) }

// NotRead returns the error for a sound file of a kind that is not read; what names the kind.
func NotRead(format string, args ...any) error {
	return refusal(fmt.Sprintf(format, args...) + " is not read: " + Cure)
}

// TooLarge returns the error for a picture of more than limit pixels.
func TooLarge(width, height, limit int) error {
	return refusal(fmt.Sprintf("%dx%d pixels are more than the limit of %d: make it smaller", width, height, limit))
}

// Explain prefixes err with the format's name and completes it with what to do. errors.Is still finds ErrTruncated, also
// where a reader of the standard library met the end of the data.
func Explain(format string, err error) error {
	var r refusal
	switch {
	case errors.As(err, &r):
		return fmt.Errorf("%s: %w", format, err)
	case errors.Is(err, ErrTruncated), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s: %w: copy it again", format, ErrTruncated)
	}
	return fmt.Errorf("%s: the file is damaged (%s): copy it again", format, plain(err.Error()))
}

// plain removes what the libraries put before their messages, such as "png: invalid format: ".
func plain(message string) string {
	for _, prefix := range []string{"png: ", "webp: ", "riff: ", "vp8: ", "vp8l: ", "lzw: ", "zlib: ", "flate: ", "ccitt: ", "invalid format: ", "unsupported feature: "} {
		message = strings.TrimPrefix(message, prefix)
	}
	return message
}
