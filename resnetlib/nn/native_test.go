package nn

import (
	"testing"

	"resnetlab/internal/nativeconv"
	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
)

// The convolutions that are left to the backend, and their gradients of one operation each, compute what plain loops in float64 do. The Go
// backend has no such gradient of grouped ones.
func TestNativeConvolutions(t *testing.T) {
	b := testbackend.Open(t, backend.XLACPU)
	way := []convolve{{"nativeConvolution", nil, nativeConvolution}}
	for _, c := range convolutionTable {
		want := c.want()
		t.Run(c.String(), func(t *testing.T) {
			for i, got := range runConvolutions(t, b, c, way) {
				checkNear(t, []string{"output", "gradient by input", "gradient by kernel"}[i], got, want[i], 2e-5)
			}
		})
	}
}

// Only the instance that was named changes.
func TestNativeConvolutionsAreOfOneBackend(t *testing.T) {
	named, other := &struct{ plugin }{"cpu"}, &struct{ plugin }{"cpu"}
	nativeconv.Use(named)
	if got := nameOf(loweringOf(named).convolve); got != nameOf(convolving.nativeOnly) {
		t.Errorf("of the one that was named: %s", got)
	}
	if got := nameOf(loweringOf(other).convolve); got != nameOf(convolveXLA) {
		t.Errorf("of another: %s", got)
	}
}
