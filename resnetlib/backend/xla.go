//go:build linux && cgo && !noxla

package backend

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
)

// xlaMissing is empty where the build has XLA.
const xlaMissing = ""

// opening is held while a client is made: setThreads changes the environment of the whole process meanwhile, and go-xla does not guard its list of
// plugins against those that are registered.
var opening sync.Mutex

// openXLA opens a plugin that [find] has checked, by its absolute path: go-xla then neither searches nor installs.
func openXLA(f Found, options []string, why string, o Options) (compute.Backend, Choice, error) {
	opening.Lock()
	defer opening.Unlock()
	if o.Threads > 0 {
		defer setThreads(o.Threads)()
	}
	path, remove, err := plainPath(f.Plugin)
	if err != nil {
		return nil, Choice{}, fmt.Errorf("opening backend %s: %w", f.Name, err)
	}
	defer remove()
	b, oneDNN, err := withHooks(f, path, o, func() (*xla.Backend, error) {
		return newClient(f.Name, strings.Join(append([]string{path}, options...), ","), o.Threads)
	})
	if err != nil {
		return nil, Choice{}, unavailable(f.Name, f.Plugin+": "+oneLine(err.Error()))
	}
	if oneDNN != "" {
		f.Version += ", oneDNN " + oneDNN
	}
	return b, Choice{Name: f.Name, Plugin: f.Plugin, Version: f.Version, Why: why}, nil
}

// newClient makes the backend. A limit on threads needs a single CPU device: a plugin may have several (the pinned wheel has four), and XLA's
// pool has at least one thread for each. A number of devices in XLA_FLAGS is kept; a plugin that does not know the option is opened without it.
func newClient(name, config string, threads int) (*xla.Backend, error) {
	if name == XLACPU && threads > 0 && !strings.Contains(os.Getenv("XLA_FLAGS"), "host_platform_device_count") {
		b, err := xla.NewWithOptions(config, pjrt.NamedValuesMap{"cpu_device_count": int64(1)})
		if err == nil || !strings.Contains(err.Error(), "cpu_device_count") {
			return b, err
		}
	}
	return xla.NewWithOptions(config, nil)
}

// plainPath returns a path that go-xla reads correctly. go-xla takes any plugin below a folder called nvidia or cuda (a home, a project) for one
// of a GPU, and a comma for the beginning of options; such a plugin is opened through a symbolic link in a new folder, which remove deletes.
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

// setThreads sets the variables that XLA's DefaultThreadPoolSize reads (xla/pjrt/utils.cc) while a client is made. The function that it returns
// restores the environment, so that child processes do not inherit them.
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
