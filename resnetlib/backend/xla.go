//go:build linux && cgo && !noxla

package backend

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
)

// xlaMissing is empty where the build has XLA.
const xlaMissing = ""

// openXLA opens a plugin that [find] has checked, by its absolute path: go-xla then neither searches nor installs.
func openXLA(f Found, options []string, why string, o Options) (compute.Backend, Choice, error) {
	if o.Threads > 0 {
		defer setThreads(o.Threads)()
	}
	b, err := xla.New(strings.Join(append([]string{f.Plugin}, options...), ","))
	if err != nil {
		return nil, Choice{}, fmt.Errorf("opening backend %s: plugin %s: %w: %w", f.Name, f.Plugin, ErrUnavailable, oneLine(err))
	}
	return b, Choice{Name: f.Name, Plugin: f.Plugin, Version: f.Version, Why: why}, nil
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

// oneLine keeps an error's chain and makes its text one line.
func oneLine(err error) error {
	return lineError{err}
}

type lineError struct{ error }

func (e lineError) Error() string { return strings.Join(strings.Fields(e.error.Error()), " ") }
func (e lineError) Unwrap() error { return e.error }
