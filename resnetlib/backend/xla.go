//go:build linux && cgo && !noxla

package backend

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
)

// xlaMissing is empty where the build has XLA.
const xlaMissing = ""

// openXLA opens a plugin that [find] has checked, by its absolute path: go-xla then neither searches nor installs.
func openXLA(f Found, options []string, why string, o Options) (compute.Backend, Choice, error) {
	if o.Threads > 0 {
		defer setThreads(o.Threads)()
	}
	path, remove, err := plainPath(f.Plugin)
	if err != nil {
		return nil, Choice{}, fmt.Errorf("opening backend %s: %w", f.Name, err)
	}
	defer remove()
	b, err := newClient(f.Name, strings.Join(append([]string{path}, options...), ","), o.Threads)
	if err != nil {
		return nil, Choice{}, unavailable{f.Name, f.Plugin + ": " + printable(err.Error())}
	}
	return b, Choice{Name: f.Name, Plugin: f.Plugin, Version: f.Version, Why: why}, nil
}

// newClient makes the backend. A number of threads needs one device on the processor: a plugin may show several (four, the pinned wheel),
// and XLA makes its pool at least as large as that. A number of devices set in XLA_FLAGS stands; a plugin that does not know the option
// is asked again without it.
func newClient(name, config string, threads int) (*xla.Backend, error) {
	if name == XLACPU && threads > 0 && !strings.Contains(os.Getenv("XLA_FLAGS"), "host_platform_device_count") {
		b, err := xla.NewWithOptions(config, pjrt.NamedValuesMap{"cpu_device_count": int64(1)})
		if err == nil || !strings.Contains(err.Error(), "cpu_device_count") {
			return b, err
		}
	}
	return xla.NewWithOptions(config, nil)
}

// plainPath gives a path that go-xla does not misread. It takes any plugin below a folder called nvidia or cuda (a home, a project)
// for a plugin of a GPU, and a comma for the beginning of options; then the plugin is opened through a symbolic link in a new folder,
// which remove deletes.
func plainPath(path string) (plain string, remove func(), err error) {
	if !strings.Contains(path, ",") && (isCUDA(path) || !pjrt.IsCUDAName(path)) {
		return path, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "pjrt")
	if err != nil {
		return "", nil, err
	}
	plain = filepath.Join(dir, strings.ReplaceAll(filepath.Base(path), ",", "_"))
	if err := os.Symlink(path, plain); err != nil {
		os.RemoveAll(dir)
		return "", nil, err
	}
	return plain, func() { os.RemoveAll(dir) }, nil
}

// setThreads sets what XLA's DefaultThreadPoolSize reads (xla/pjrt/utils.cc) while a client is made; the function that it returns puts
// the environment back, so that child processes do not inherit it.
func setThreads(n int) (restore func()) {
	var undo []func()
	for _, key := range []string{"PJRT_NPROC", "NPROC"} {
		old, was := os.LookupEnv(key)
		os.Setenv(key, strconv.Itoa(n))
		undo = append(undo, func() {
			if was {
				os.Setenv(key, old)
			} else {
				os.Unsetenv(key)
			}
		})
	}
	return func() {
		for _, f := range undo {
			f()
		}
	}
}
