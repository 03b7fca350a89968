package refuse

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestExplainSaysWhatToDo(t *testing.T) {
	for want, err := range map[string]error{
		"TIFF: Zstandard is not read: save it as RGB PNG":                 NotRead("%s", "Zstandard"),
		"TIFF: 9x9 pixels are more than the limit of 80: make it smaller": fmt.Errorf("%w", TooLarge(9, 9, 80)),
		"TIFF: the file is truncated: copy it again":                      fmt.Errorf("reading: %w", io.ErrUnexpectedEOF),
		"TIFF: the file is damaged (invalid checksum): copy it again":     errors.New("png: invalid format: invalid checksum"),
	} {
		if got := Explain("TIFF", err); got.Error() != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if !errors.Is(Explain("GIF", io.EOF), ErrTruncated) {
		t.Error("the end of the data is not ErrTruncated")
	}
}
