package backend

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gomlx/compute"

	"resnetlab/internal/printable"
	"resnetlab/resnetlib/backend/internal/sharedlib"
)

// Found describes a backend on this machine: whether it works, with which plugin, and why.
type Found struct {
	Name    string `json:"name"`
	OK      bool   `json:"ok"`
	Plugin  string `json:"plugin"`  // absolute path; empty for "go" and where none was found
	Version string `json:"version"` // of the plugin's wheel and its PJRT API, or of the Go backend's module
	Why     string `json:"why"`     // why not, in one line, or where the plugin was found
}

// candidate is a file that may be a plugin.
type candidate struct{ path, where string }

// List checks for every backend whether it works on this machine. It loads plugins only in child processes.
func List() []Found {
	cpu := find(request{kind: cpuKind})
	if o := oneDNNFor(cpu); o.On {
		cpu.Version += ", oneDNN " + o.Version
	}
	return []Found{
		find(request{kind: cudaKind}),
		cpu,
		{Name: Go, OK: true, Version: goVersion(), Why: "in the program itself"},
	}
}

// find returns the first plugin that works for r; without one, the first that does not.
func find(r request) Found {
	name := r.String()
	if xlaMissing != "" {
		return Found{Name: name, Why: xlaMissing}
	}
	var broken *Found
	for _, c := range candidates(r) {
		if _, err := os.Stat(c.path); os.IsNotExist(err) && r.kind != pathKind {
			continue
		}
		f := examine(r, c)
		if f.OK {
			return f
		}
		if broken == nil {
			broken = &f
		}
	}
	if broken != nil {
		return *broken
	}
	return Found{Name: name, Why: "no plugin found; " + howToGet(r.kind)}
}

// howToGet returns what to do where there is no plugin.
func howToGet(k kind) string {
	if err := checkWheelFits(runtime.GOOS, runtime.GOARCH); err != nil {
		return err.Error()
	}
	return "to get it: resnetlab backend install " + wheels[k].kind
}

// oneLine returns a text of several lines, as of XLA, on one. It may quote bytes of a damaged file.
func oneLine(s string) string { return printable.Line(strings.Join(strings.Fields(s), " ")) }

// examine checks one file, from the outside in: its headers, its table (in a child process), the hardware that it is for.
func examine(r request, c candidate) Found {
	f := Found{Name: r.String(), Plugin: c.path}
	if r.kind == pathKind {
		f.Name = nameOf(c.path)
	}
	refuse := func(err error) Found {
		f.Why = fmt.Sprintf("%s (%s): %s", c.path, c.where, oneLine(err.Error()))
		return f
	}
	if err := sharedlib.Check(c.path); err != nil {
		return refuse(err)
	}
	if isCUDA(c.path) {
		if err := checkGPU(); err != nil {
			return refuse(err)
		}
	}
	if err := checkUnchanged(c.path); err != nil {
		return refuse(err)
	}
	table, err := tryOnce(c.path, !isCUDA(c.path)) // a client on a GPU takes seconds and memory
	if err == nil {
		err = table.check()
	}
	if err != nil {
		return refuse(err)
	}
	f.OK, f.Version, f.Why = true, table.String(), c.where
	if wheel, ok := recordOf(c.path); ok {
		f.Version = wheel.name + ", " + f.Version
	}
	return f
}

// checkGPU returns an error where there is no NVIDIA GPU, by the check that go-xla uses.
func checkGPU() error {
	if cards, _ := filepath.Glob("/dev/nvidia[0-9]*"); len(cards) == 0 {
		return fmt.Errorf("no NVIDIA GPU here (no /dev/nvidia*)")
	}
	return nil
}

// candidates lists where the plugin may be, best first: the path given, the environment, beside the executable, the project's .venv,
// go-xla's own folders. The files need not exist.
func candidates(r request) []candidate {
	if r.kind == pathKind {
		return []candidate{{r.path, "given by its path"}}
	}
	list := fromEnvironment(r.kind)
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		list = append(list, inFolder(filepath.Dir(exe), r.kind, "beside the executable")...)
	}
	if root, ok := moduleRoot(); ok {
		list = append(list, inVenv(filepath.Join(root, ".venv"), r.kind, "the project's .venv")...)
	}
	for _, dir := range goXLAFolders() {
		list = append(list, inFolder(dir, r.kind, "go-xla's folder")...)
	}
	return list
}

// fromEnvironment takes the plugin that GOMLX_BACKEND names, and the folders of PJRT_PLUGIN_LIBRARY_PATH.
func fromEnvironment(k kind) []candidate {
	var list []candidate
	if r, err := parse(os.Getenv(compute.ConfigEnvVar)); err == nil && r.kind == pathKind && isCUDA(r.path) == (k == cudaKind) {
		list = append(list, candidate{r.path, "named by " + compute.ConfigEnvVar})
	}
	for _, dir := range filepath.SplitList(os.Getenv("PJRT_PLUGIN_LIBRARY_PATH")) {
		if filepath.IsAbs(dir) {
			list = append(list, inFolder(dir, k, "in PJRT_PLUGIN_LIBRARY_PATH")...)
		}
	}
	return list
}
