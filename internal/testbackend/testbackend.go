// Package testbackend runs a test once on every backend.
package testbackend

import (
	"fmt"
	"sync"
	"testing"

	"github.com/gomlx/compute"

	"resnetlab/resnetlib/backend"
)

// Names lists the backends that tests run on.
var Names = []string{backend.Go, backend.XLACPU}

// opened is the result of opening a backend. A process opens each backend once: tensors belong to one instance, and each instance of XLA starts
// threads.
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

// Each runs f as one subtest for each backend, "go" and "xla:cpu". Where XLA has no plugin that works, its subtest is skipped, and a line on stdout
// that begins with "SKIP:" says so (go test shows the output of a passing package with -v or -json alone).
func Each(t *testing.T, f func(t *testing.T, b compute.Backend)) {
	t.Helper()
	for _, name := range Names {
		t.Run(name, func(t *testing.T) { f(t, Open(t, name)) })
	}
}

// Open returns the process's backend of that name ("go" or "xla:cpu"), or skips the test as [Each] does.
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
