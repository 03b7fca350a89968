// Package backend chooses, checks and opens the backend that computes graphs: XLA through a PJRT plugin ("xla:cpu", "xla:cuda") or GoMLX's own
// backend in pure Go ("go").
//
//	b, choice, err := backend.Open("") // the fastest that works on this machine
//	fmt.Println(choice)                // which one it is, and why
//
// [List] says which backends work, [Doctor] what was looked at and what to do, and [Install] fetches a plugin. Nothing else downloads anything.
//
// A plugin is a shared library from outside. Before it is opened, its ELF headers are read, its bytes are compared with its wheel's hash where
// they may have changed, and it is loaded in a child process: a damaged plugin then makes an error of one line, not a crash.
//
// XLA's compiled programs are kept in a folder ([FindCompileCache]), so that a second process does not compile them again. Where that does not
// work, XLA compiles.
//
// Where the library oneDNN is found (package onednn), it computes the convolutions of XLA on the processor, and package nn leaves all of them to it.
//
// This is the only package of resnetlab that links a backend. XLA needs cgo and Linux: a build with CGO_ENABLED=0, with the tag noxla, or for
// another system has the Go backend only.
package backend

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/gomlx/compute"

	"resnetlab/internal/mark"
)

// Names of backends, for [Open] and in [List].
const (
	Go      = "go"
	XLACPU  = "xla:cpu"
	XLACUDA = "xla:cuda"
)

// ErrUnavailable matches errors about a backend that does not work on this machine: trying again will not help.
var ErrUnavailable = errors.New("backend not available")

// unavailable returns an error that matches ErrUnavailable.
func unavailable(name, why string) error {
	return mark.As(ErrUnavailable, fmt.Errorf("backend %s cannot be used: %s", name, why))
}

// Choice describes the backend that was opened, and why it was chosen.
type Choice struct {
	Name    string `json:"name"`              // "go", "xla:cpu", "xla:cuda"; "xla:/abs/plugin.so" for a plugin of another kind
	Plugin  string `json:"plugin,omitempty"`  // absolute path of the PJRT plugin
	Version string `json:"version,omitempty"` // of the plugin and its PJRT API, or of the Go backend's module
	Why     string `json:"why"`               // one line
}

// String returns the choice in one line: "backend go (gomlx/compute v0.1.12): asked for by name".
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

// Options are settings for [OpenWith].
type Options struct {
	Work    Work              // what is to be computed, where it is known: "auto" chooses by it
	Threads int               // for one graph; 0: chosen by the backend (all processors). A plugin for a GPU ignores it.
	Log     func(line string) // is told, at most once each, why compiled programs are not kept and oneDNN is not used; nil for nobody
}

// Open opens the backend called name: "" or "auto", "go", "xla:cpu", "xla:cuda", "xla:/abs/plugin.so", or any form that GOMLX_BACKEND
// accepts, such as "xla:cuda,memory_fraction=0.5". An empty name stands for GOMLX_BACKEND, and if that is empty too, for the fastest backend
// that works on this machine, or for the one that is done first with Options.Work; Choice.Why then says why XLA is not used, if it is not. A backend
// asked for by name is never replaced by another: where it does not work, the error says why in one line and matches [ErrUnavailable].
//
// A tensor belongs to the backend that holds it, so a process should open one backend and share it.
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
		return openAuto(o)
	}
	return openNamed(r, source, o)
}

// openNamed opens the backend that was asked for, and no other.
func openNamed(r request, why string, o Options) (compute.Backend, Choice, error) {
	if r.kind == goKind {
		return openGo(r.options, why, o)
	}
	found := find(r)
	if !found.OK {
		return nil, Choice{}, unavailable(found.Name, found.Why)
	}
	return openXLA(found, r.options, why, o)
}

// openAuto opens the backend that the work deserves: Go where it is done first, else the fastest.
func openAuto(o Options) (compute.Backend, Choice, error) {
	goFirst, why := o.Work.choose(o.Work.isCompiled())
	if goFirst {
		return openGo(nil, why, o)
	}
	return openFastest(why, o)
}

// openFastest tries CUDA, XLA on the processor, and Go, in this order.
func openFastest(why string, o Options) (compute.Backend, Choice, error) {
	var refused []string
	for _, kind := range []kind{cudaKind, cpuKind} {
		found := find(request{kind: kind})
		if found.OK {
			b, choice, err := openXLA(found, nil, why, o)
			if err == nil {
				return b, choice, nil
			}
			found.Why = err.Error()
		}
		if kind == cpuKind || found.Plugin != "" { // a machine without a plugin for a GPU is the usual case
			refused = append(refused, found.Name+" not used: "+found.Why)
		}
	}
	return openGo(nil, strings.Join(refused, "; "), o)
}
