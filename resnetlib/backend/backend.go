// Package backend chooses, checks and opens what computes a graph: XLA through a PJRT plugin ("xla:cpu", "xla:cuda") or GoMLX's own
// backend in pure Go ("go").
//
// It is the only package of resnetlab that links a backend. XLA needs cgo: a build with CGO_ENABLED=0, with the tag noxla, or for another
// system than Linux has the Go backend alone. Nothing is ever downloaded, except by [Install].
package backend

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/gomlx/compute"
)

// The names that [Open] and [List] use.
const (
	Go      = "go"
	XLACPU  = "xla:cpu"
	XLACUDA = "xla:cuda"
)

// ErrUnavailable is what errors.Is finds in an error that says that a backend does not work on this machine (trying again will not help).
var ErrUnavailable = errors.New("backend not available")

// unavailable is such an error, in one line.
type unavailable struct{ name, why string }

func (e unavailable) Error() string { return "backend " + e.name + " cannot be used: " + e.why }

func (unavailable) Is(target error) bool { return target == ErrUnavailable }

// Choice says which backend was opened and why.
type Choice struct {
	Name    string `json:"name"`              // "go", "xla:cpu", "xla:cuda"; "xla:/abs/plugin.so" for a plugin of another kind
	Plugin  string `json:"plugin,omitempty"`  // absolute path of the PJRT plugin
	Version string `json:"version,omitempty"` // of the plugin and its PJRT API, or of the Go backend's module
	Why     string `json:"why"`               // one line
}

// String is one line for a terminal or a log.
func (c Choice) String() string {
	line := "backend " + c.Name
	if c.Version != "" {
		line += " (" + c.Version + ")"
	}
	if c.Plugin != "" {
		line += " " + c.Plugin
	}
	return line + ": " + c.Why
}

// Options of [OpenWith].
type Options struct {
	// Threads that one graph may use; 0 leaves it to the backend (all processors). A plugin for a GPU ignores it.
	Threads int
}

// Open opens the backend called name: "" or "auto", "go", "xla:cpu", "xla:cuda", "xla:/abs/plugin.so", or any form that GOMLX_BACKEND
// takes, such as "xla:cuda,memory_fraction=0.5". An empty name means GOMLX_BACKEND, and if that is empty too, the fastest that works
// here, where an XLA that cannot be used is mentioned in Choice.Why and Go serves. A backend that was asked for by name is opened or
// it is an error of one line: another one never takes its place.
//
// A tensor belongs to the backend that holds it, so a process opens one and shares it.
func Open(name string) (compute.Backend, Choice, error) { return OpenWith(name, Options{}) }

// OpenWith is [Open] with options.
func OpenWith(name string, o Options) (compute.Backend, Choice, error) {
	if o.Threads < 0 {
		return nil, Choice{}, fmt.Errorf("opening backend %q: %d threads: must be 0 or more", name, o.Threads)
	}
	source := "asked for by name"
	if name = strings.TrimSpace(name); name == "" {
		name, source = strings.TrimSpace(os.Getenv(compute.ConfigEnvVar)), compute.ConfigEnvVar+" says so"
	}
	r, err := parse(name)
	if err != nil {
		return nil, Choice{}, err
	}
	if r.kind == auto {
		return openFastest(o)
	}
	return openNamed(r, source, o)
}

// openNamed opens the one backend that was asked for.
func openNamed(r request, why string, o Options) (compute.Backend, Choice, error) {
	if r.kind == goKind {
		return openGo(r.options, why, o)
	}
	found := find(r)
	if !found.OK {
		return nil, Choice{}, unavailable{found.Name, found.Why}
	}
	return openXLA(found, r.options, why, o)
}

// openFastest tries CUDA, XLA on the processor, and Go, in this order.
func openFastest(o Options) (compute.Backend, Choice, error) {
	var refused []string
	for _, kind := range []kind{cudaKind, cpuKind} {
		found := find(request{kind: kind})
		if found.OK {
			b, choice, err := openXLA(found, nil, "the fastest that works here", o)
			if err == nil {
				return b, choice, nil
			}
			found.Why = err.Error()
		}
		if kind == cpuKind || found.Plugin != "" { // no plugin for a GPU is the usual case and no news
			refused = append(refused, found.Name+" not used: "+found.Why)
		}
	}
	return openGo(nil, strings.Join(refused, "; "), o)
}
