package nativeconv_test

import (
	"fmt"

	"resnetlab/internal/nativeconv"
)

// The note belongs to one instance of a backend, not to its kind.
func ExampleUse() {
	type backend struct{ name string }
	one, other := &backend{"xla"}, &backend{"xla"}
	nativeconv.Use(one)
	fmt.Println(nativeconv.Used(one), nativeconv.Used(other))
	// Output: true false
}
