package backend

import (
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for name, want := range map[string]request{
		"":                                {kind: auto},
		"auto":                            {kind: auto},
		"go":                              {kind: goKind},
		"go:parallelism=2,ops_sequential": {kind: goKind, options: []string{"parallelism=2", "ops_sequential"}},
		"xla":                             {kind: cpuKind},
		"xla:cpu":                         {kind: cpuKind},
		"stablehlo:cpu":                   {kind: cpuKind},
		"xla:cuda,memory_fraction=0.5":    {kind: cudaKind, options: []string{"memory_fraction=0.5"}},
		"xla:/a/b/../p.so,tf32=false":     {kind: pathKind, path: "/a/p.so", options: []string{"tf32=false"}},
	} {
		got, err := parse(name)
		if err != nil {
			t.Errorf("parse(%q): %v", name, err)
		}
		if got.kind != want.kind || got.path != want.path || len(got.options)+len(want.options) > 0 && !reflect.DeepEqual(got.options, want.options) {
			t.Errorf("parse(%q) = %+v, want %+v", name, got, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, name := range []string{"gpu", "xla:tpu", "auto:cpu", "xla:plugin.so", "torch", ":cpu"} {
		_, err := parse(name)
		if err == nil {
			t.Errorf("parse(%q) gives no error", name)
			continue
		}
		if !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "\n") {
			t.Errorf("parse(%q): %q: want one line with the name", name, err)
		}
	}
}

func TestNameOfPath(t *testing.T) {
	for path, want := range map[string]string{
		"/x/nvidia/pjrt_c_api_cpu_plugin.so":  XLACPU,
		"/x/cpu/pjrt_c_api_cuda_plugin.so":    XLACUDA,
		"/x/cpu/other.so":                     "xla:/x/cpu/other.so",
		"/x/libpjrt_cpu.so":                   XLACPU,
		"/x/jax_plugins/x/xla_cuda_plugin.so": XLACUDA,
	} {
		if got := nameOf(path); got != want {
			t.Errorf("nameOf(%q) = %q, want %q", path, got, want)
		}
	}
}
