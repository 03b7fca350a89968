package main

import (
	"fmt"
	"slices"
)

// work is what all sides do in turn: one kind of call of one network.
type work struct {
	load
	Threads int `json:"threads"`
}

// String returns the work in one line: "resnet50 step, batch 8, 224 px, 2 threads".
func (w work) String() string {
	return fmt.Sprintf("%s %s, batch %d, %d px, %d threads", w.Arch, w.Kind, w.Batch, w.Size, w.Threads)
}

// set is a list of works that make one table, or one picture for each kind.
type set struct {
	name   string
	axis   string               // of its picture; "" for a table
	value  func(w work) float64 // of a work on this axis
	works  []work
	sides  map[string][]string // by kind; nil: all
	rounds int                 // 0: as many as --rounds says
	starts int                 // batch size of which the first call is measured with an empty folder of compiled programs, too; 0: of none
}

// scaled are the sides of the sets that show how time depends on one number.
var scaled = map[string][]string{forward: {reference, "onednn", "go", "onnxruntime", "openvino"}, step: {reference, "onednn"}}

// scalingRounds is the number of rounds of these sets.
const scalingRounds = 3

// networks are those of the first table.
var networks = []string{"resnet34", "resnet50", "resnext50_32x4d"}

// sets returns what is measured on a machine with this number of processors.
func sets(cores int) []set {
	base := work{load{Arch: "resnet50", Batch: 8, Size: 224}, cores}
	all := []set{
		{name: "networks", works: crossed(base, networks, []int{8, 16}), starts: 8},
		scaling("batch", "pictures in a batch", func(w *work) *int { return &w.Batch }, base, 1, 2, 4, 8, 16, 32, 64),
		scaling("size", "side of a picture, pixels", func(w *work) *int { return &w.Size }, base, 64, 128, 224, 320, 448),
		depths(base),
		scaling("threads", "threads", func(w *work) *int { return &w.Threads }, base, powers(cores)...),
	}
	return all
}

// quickSet returns a few works of small networks, to see within minutes that everything runs.
func quickSet(cores int) []set {
	base := work{load{Size: 96}, cores}
	return []set{{name: "networks", works: crossed(base, []string{"resnet18"}, []int{4}), starts: 4}}
}

// crossed returns the works of all networks, kinds and batch sizes.
func crossed(base work, archs []string, batches []int) (all []work) {
	for _, arch := range archs {
		for _, kind := range both {
			for _, batch := range batches {
				w := base
				w.Arch, w.Kind, w.Batch = arch, kind, batch
				all = append(all, w)
			}
		}
	}
	return all
}

// largestStep is the largest batch of a training step that is measured: a step keeps all activations in memory.
const largestStep = 32

// scaling returns the set in which one number of a work varies.
func scaling(name, axis string, field func(*work) *int, base work, values ...int) set {
	s := set{name: name, axis: axis, sides: scaled, rounds: scalingRounds, value: func(w work) float64 { return float64(*field(&w)) }}
	for _, kind := range both {
		for _, value := range values {
			w := base
			w.Kind, *field(&w) = kind, value
			if w.Kind == forward || w.Batch <= largestStep {
				s.works = append(s.works, w)
			}
		}
	}
	return s
}

// depths returns the set of ResNets with a growing number of layers.
func depths(base work) set {
	layersOf := map[string]float64{"resnet18": 18, "resnet34": 34, "resnet50": 50, "resnet101": 101, "resnet152": 152}
	s := set{name: "depth", axis: "layers of a ResNet", sides: scaled, rounds: scalingRounds, value: func(w work) float64 { return layersOf[w.Arch] }}
	s.works = crossed(base, []string{"resnet18", "resnet34", "resnet50", "resnet101", "resnet152"}, []int{base.Batch})
	slices.SortStableFunc(s.works, func(a, b work) int { return slices.Index(both, a.Kind) - slices.Index(both, b.Kind) })
	return s
}

// powers returns 1, 2, 4 ... and the number of processors.
func powers(cores int) (all []int) {
	for n := 1; n < cores; n *= 2 {
		all = append(all, n)
	}
	return append(all, cores)
}
