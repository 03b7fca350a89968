//go:build linux && cgo && !noxla

package backend

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// project makes a folder that is the project's root, and goes into one of its package folders.
func project(t *testing.T, gomod string) (root string) {
	t.Helper()
	root = t.TempDir()
	place(t, filepath.Join(root, "go.mod"), gomod)
	inside := filepath.Join(root, "resnetlib", "models")
	if err := os.MkdirAll(inside, 0o777); err != nil {
		t.Fatal(err)
	}
	t.Chdir(inside)
	return root
}

func TestModuleRoot(t *testing.T) {
	for gomod, want := range map[string]bool{
		"module resnetlab\n\ngo 1.27\n":                     true,
		"// a comment\nmodule example.org/some/resnetlab\n": true,
		"module resnetlab // comment\n":                     true,
		"module resnetlab2\n":                               false,
		"module other\n":                                    false,
	} {
		root := project(t, gomod)
		if got, ok := moduleRoot(); ok != want || want && got != root {
			t.Errorf("%q: %q %v, want %v", gomod, got, ok, want)
		}
	}
}

// The order is: environment (GOMLX_BACKEND, then PJRT_PLUGIN_LIBRARY_PATH), beside the executable, the project's .venv, go-xla's folders.
func TestCandidatesInOrder(t *testing.T) {
	root := project(t, "module resnetlab\n")
	home, library := t.TempDir(), t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", ":"+library+":relative")
	t.Setenv("GOMLX_BACKEND", "xla:/some/cpu.so,tf32=false")
	want := []string{
		"/some/cpu.so",
		place(t, filepath.Join(library, "pjrt_c_api_cpu_plugin.so"), ""),
		place(t, filepath.Join(root, ".venv/lib/python3.12/site-packages/lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so"), ""),
		place(t, filepath.Join(home, ".local/lib/go-xla/pjrt_c_api_cpu_v0.114.0_plugin.so"), ""),
		place(t, filepath.Join(home, ".local/lib/go-xla/pjrt_c_api_cpu_v0.100.0_plugin.so"), ""),
	}
	place(t, filepath.Join(home, ".local/lib/go-xla/pjrt_c_api_cuda_plugin.so"), "")
	var got []string
	for _, c := range candidates(request{kind: cpuKind}) {
		if !strings.HasPrefix(c.path, "/usr/") {
			got = append(got, c.path)
		}
	}
	if !slices.Equal(got[:3], want[:3]) || !slices.Contains(got[3:], want[3]) || !slices.Contains(got[3:], want[4]) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A plugin for another kind of machine is not what GOMLX_BACKEND gives to it.
func TestEnvironmentKind(t *testing.T) {
	t.Setenv("GOMLX_BACKEND", "xla:/some/xla_cuda_plugin.so")
	if got := fromEnvironment(cpuKind); len(got) != 0 {
		t.Errorf("xla:cpu would take %v", got)
	}
	if got := fromEnvironment(cudaKind); len(got) != 1 {
		t.Errorf("xla:cuda would take %v", got)
	}
}

// xlaPlugin gives the plugin that this machine has, or skips.
func xlaPlugin(t *testing.T) string {
	t.Helper()
	f := find(request{kind: cpuKind})
	if !f.OK {
		fmt.Printf("SKIP: %s: %s\n", t.Name(), f.Why)
		t.Skip(f.Why)
	}
	return f.Plugin
}

// A project below a folder called nvidia works, although go-xla would take its plugin for a GPU's.
func TestMisleadingFolder(t *testing.T) {
	plugin := xlaPlugin(t)
	path := filepath.Join(t.TempDir(), "nvidia, cuda", "pjrt_c_api_cpu_plugin.so")
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(plugin, path); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOMLX_BACKEND", "")
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", filepath.Dir(path))
	b, choice, err := Open(XLACPU)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	if choice.Plugin != path || choice.Name != XLACPU {
		t.Errorf("%+v, want plugin %s", choice, path)
	}
}

func TestFlagBeforeEnvironment(t *testing.T) {
	t.Setenv("GOMLX_BACKEND", "xla:/nowhere/cpu.so")
	if _, _, err := Open(""); err == nil || !strings.Contains(err.Error(), "/nowhere/cpu.so") {
		t.Errorf("GOMLX_BACKEND: %v", err)
	}
	b, choice, err := Open("go")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	if choice.Name != Go {
		t.Error(choice)
	}
}

func TestRecord(t *testing.T) {
	site := filepath.Join(t.TempDir(), "site-packages")
	plugin := place(t, filepath.Join(site, "some_cpu/pjrt_c_api_cpu_plugin.so"), "the plugin")
	record := place(t, filepath.Join(site, "some_pjrt_cpu-1.2.dist-info/RECORD"),
		"some_cpu/__init__.py,,\nsome_cpu/pjrt_c_api_cpu_plugin.so,sha256=JghSndylCK4NTUI_7rXHEE9aiRVcm_LMcMi5Ccs-_kI,10\n")
	r, ok := recordOf(plugin)
	if !ok || r.name != "some-pjrt-cpu 1.2" || r.size != 10 || r.path != record {
		t.Fatalf("recordOf = %+v, %v", r, ok)
	}
	check := func(want string) {
		t.Helper()
		err := checkUnchanged(plugin)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("checkUnchanged: %v, want %q", err, want)
		}
	}
	check("")
	place(t, plugin, "the plugin, longer")
	check("damaged: 18 bytes")
	place(t, plugin, "THE PLUGIN") // younger than RECORD
	later, err := os.Stat(record)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(plugin, later.ModTime().Add(1e9), later.ModTime().Add(1e9)); err != nil {
		t.Fatal(err)
	}
	check("damaged: its bytes are not those of its wheel")
}
