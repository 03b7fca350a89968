package backend

import (
	"fmt"

	"resnetlab/resnetlib/backend/compilecache"
)

// Work describes what a process is going to compute, so that [OpenWith] can choose the backend that is done first: XLA computes faster, but it takes
// time to start and to compile. The zero Work stands for work of unknown length, which goes to the fastest backend.
//
// A program that resumes the work of a stopped one must get the same backend for the same numbers. It leaves Work zero.
type Work struct {
	Pictures  int  // that pass through the network; one that passes twice counts twice
	MACs      int  // multiply-adds of one picture (models.Summary.MACs)
	Gradients bool // are computed, too

	// Program names the graph, where it is a single one: the same text for the same graph. A process that loads the graph from the compile cache or
	// stores it there leaves a note for later ones. Empty: the graph is taken for one that is not compiled yet.
	Program string
}

// String returns the work in a few words: "3 pictures of 3.7 GMAC".
func (w Work) String() string {
	s := fmt.Sprintf("%d pictures", w.Pictures)
	if w.Pictures == 1 {
		s = "1 picture"
	}
	if s += fmt.Sprintf(" of %.1f GMAC", float64(w.MACs)/1e9); w.Gradients {
		s += " with gradients"
	}
	return s
}

// cost holds the seconds that a backend's work takes.
type cost struct {
	start   float64 // to find, check and load the plugin, make a client, and load a program from the compile cache
	compile float64 // a program that is not in the compile cache
	perGMAC float64 // for 1e9 multiply-adds of a forward pass
}

// The costs of the Go backend and of XLA on the processor with oneDNN, on two cores of an AMD EPYC with AVX-512: means of ResNet-18, 34 and 50 and
// ResNeXt-50 at 224 pixels, as TestMeasureCosts in cmd/resnetlab logs them. Seconds for 1e9 multiply-adds were 0.0152, 0.0118, 0.0149 and 0.0281 on Go,
// which is slow at groups, and 0.0106, 0.0098, 0.0108 and 0.0118 on XLA. The start is the difference between single pictures, with the program compiled
// before, less what the multiply-adds explain. A GPU was not measured. Its start and its compiler take no less than those of XLA on the processor, so
// work that is too short for the one is too short for the other.
var (
	goCost  = cost{perGMAC: 0.0175}
	xlaCost = cost{start: 0.06, compile: 0.33, perGMAC: 0.0108}
)

// gradientsFactor is the time of a forward and a backward pass, as a multiple of the forward pass: the backward pass has two convolutions for each
// one of the forward pass.
const gradientsFactor = 3

// seconds estimates how long the work takes.
func (c cost) seconds(w Work, compiled bool) float64 {
	gmacs := float64(w.Pictures) * float64(w.MACs) / 1e9
	if w.Gradients {
		gmacs *= gradientsFactor
	}
	if compiled {
		return c.start + gmacs*c.perGMAC
	}
	return c.start + c.compile + gmacs*c.perGMAC
}

// choose reports whether the Go backend is done before XLA, and says why. compiled says that the compile cache holds XLA's program.
func (w Work) choose(compiled bool) (goFirst bool, why string) {
	if w == (Work{}) {
		return false, "the fastest that works here"
	}
	onGo, onXLA := goCost.seconds(w, compiled), xlaCost.seconds(w, compiled)
	how := "compiling included"
	if compiled {
		how = "compiled before"
	}
	return onGo <= onXLA, fmt.Sprintf("%v, estimated at %.2f s on go and %.2f s on XLA (%s)", w, onGo, onXLA, how)
}

// isCompiled reports whether the compile cache is likely to hold the work's program.
func (w Work) isCompiled() bool {
	if w.Program == "" {
		return false
	}
	dir, err := cacheFolder()
	return err == nil && compilecache.Check(dir) == nil && compilecache.Holds(dir, w.Program)
}
