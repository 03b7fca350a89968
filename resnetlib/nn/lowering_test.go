package nn

import "testing"

type plugin string

func (p plugin) Name() string       { return "xla" }
func (p plugin) PluginName() string { return string(p) }

type onlyName string

func (p onlyName) Name() string { return string(p) }

// The table was measured on CPUs. An accelerator, or a backend that was not measured, uses its own convolutions.
func TestAcceleratorsUseTheirOwnConvolutions(t *testing.T) {
	for b, measured := range map[interface{ Name() string }]bool{plugin("/p/pjrt_c_api_cpu_plugin.so"): true, plugin("cpu"): true,
		plugin("/cpu/pjrt_c_api_cuda_plugin.so"): false, plugin("cuda"): false, onlyName("Go Backend"): true, onlyName("other"): false} {
		if got := loweringOf(b); (got != lowering{native: true}) != measured {
			t.Errorf("%v: %+v, measured %v", b, got, measured)
		}
	}
}
