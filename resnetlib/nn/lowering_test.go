package nn

import (
	"reflect"
	"runtime"
	"testing"
)

// nameOf is a function's name; functions cannot be compared.
func nameOf(f func(convolving, *Node, *Node) *Node) string {
	return runtime.FuncForPC(reflect.ValueOf(f).Pointer()).Name()
}

type plugin string

func (p plugin) Name() string       { return "xla" }
func (p plugin) PluginName() string { return string(p) }

type onlyName string

func (p onlyName) Name() string { return string(p) }

// The table was measured on CPUs. An accelerator, or a backend that was not measured, uses its own convolutions.
func TestAcceleratorsUseTheirOwnConvolutions(t *testing.T) {
	for b, measured := range map[interface{ Name() string }]bool{plugin("/p/pjrt_c_api_cpu_plugin.so"): true, plugin("cpu"): true,
		plugin("/cpu/pjrt_c_api_cuda_plugin.so"): false, plugin("cuda"): false, onlyName("Go Backend"): true, onlyName("other"): false} {
		if got := nameOf(loweringOf(b).convolve); (got != nameOf(convolving.native)) != measured {
			t.Errorf("%v: %s, measured %v", b, got, measured)
		}
	}
}

// The kernel's transform of Winograd is for all pictures of a batch. A few small ones do not pay for it.
func TestFewSmallPicturesAreNotWorthWinograd(t *testing.T) {
	for _, c := range []struct {
		n, size int
		want    bool
	}{{1, 7, false}, {2, 7, false}, {4, 7, true}, {8, 7, true}, {1, 14, true}, {1, 56, true}} {
		if got := (convolving{n: c.n, h: c.size, w: c.size}).winogradSaves(); got != c.want {
			t.Errorf("%d pictures of %d px: Winograd %v, want %v", c.n, c.size, got, c.want)
		}
	}
}
