package testbackend

import (
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
)

// Each backend computes, and a process opens it once.
func TestEachOpensABackendOnce(t *testing.T) {
	seen := map[string]compute.Backend{}
	Each(t, func(t *testing.T, b compute.Backend) {
		got := graph.MustNewExec(b, func(x *graph.Node) *graph.Node { return graph.Add(x, x) }).MustCall1(float32(21))
		if got.Value() != float32(42) {
			t.Errorf("21+21 = %v", got.Value())
		}
		seen[b.Name()] = b
	})
	Each(t, func(t *testing.T, b compute.Backend) {
		if seen[b.Name()] != b {
			t.Error("opened a second time in one process")
		}
	})
}
