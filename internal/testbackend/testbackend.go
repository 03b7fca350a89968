// Package testbackend runs a test once on every backend.
package testbackend

import (
	"fmt"
	"sync"
	"testing"

	"github.com/gomlx/compute"

	"resnetlab/resnetlib/backend"
)

// Names are the backends that tests run on.
var Names = []string{backend.Go, backend.XLACPU}

// opened is a backend as the process shares it: tensors belong to one instance, and XLA's pool of threads is made once.
type opened struct {
	backend compute.Backend
	err     error
}

var openers = func() map[string]func() opened {
	m := map[string]func() opened{}
	for _, name := range Names {
		m[name] = sync.OnceValue(func() opened {
			b, _, err := backend.Open(name)
			return opened{b, err}
		})
	}
	return m
}()

// Each runs f as one subtest per backend, "go" and "xla:cpu". Where XLA has no plugin that works, its subtest is skipped, and a line
// that begins with "SKIP:" on stdout says so (go test shows a passing package's output with -v or -json only).
func Each(t *testing.T, f func(t *testing.T, b compute.Backend)) {
	t.Helper()
	for _, name := range Names {
		t.Run(name, func(t *testing.T) { f(t, Open(t, name)) })
	}
}

// Open gives the process's one backend of that name ("go" or "xla:cpu"), or skips the test as [Each] does.
func Open(t *testing.T, name string) compute.Backend {
	t.Helper()
	open, ok := openers[name]
	if !ok {
		t.Fatalf("testbackend: no backend %q: one of %q", name, Names)
	}
	o := open()
	if o.err == nil {
		return o.backend
	}
	if name == backend.Go {
		t.Fatal(o.err)
	}
	fmt.Printf("SKIP: %s: %v\n", t.Name(), o.err)
	t.Skip(o.err)
	return nil
}
