package mark_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"resnetlab/internal/mark"
)

var errInput = errors.New("bad input")

func ExampleAs() {
	err := mark.As(errInput, fmt.Errorf("opening a.pth: %w", fs.ErrNotExist))
	fmt.Println(err)
	fmt.Println(errors.Is(err, errInput), errors.Is(err, fs.ErrNotExist))
	// Output:
	// opening a.pth: file does not exist
	// true true
}

func TestAsOfNilIsNil(t *testing.T) {
	if err := mark.As(errInput, nil); err != nil {
		t.Errorf("%v", err)
	}
}

func TestAsKeepsAnErrorThatHasTheKind(t *testing.T) {
	once := mark.As(errInput, fs.ErrExist)
	if twice := mark.As(errInput, once); twice != once {
		t.Errorf("marked again: %#v", twice)
	}
}
