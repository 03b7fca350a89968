package main

import (
	"fmt"
	"slices"
	"strings"
)

// side is a library, or a way to use one, that is measured beside the others.
type side struct {
	name    string // on the command line and in the results
	title   string
	peer    bool     // peer.py measures it; otherwise this program
	backend string   // of resnetlab
	env     []string // of the worker
	oneDNN  bool     // the backend's version must name oneDNN
	caches  bool     // it keeps compiled programs on disk
	kinds   []string
}

// reference is the side that the others are compared with.
const reference = "pytorch"

var both = []string{forward, step}

// sides are all sides, in the order of the tables' columns.
var sides = []side{
	{name: reference, title: "PyTorch", peer: true, kinds: both},
	{name: "onednn", title: "XLA with oneDNN", backend: "xla:cpu", oneDNN: true, caches: true, kinds: both},
	{name: "xla", title: "XLA without", backend: "xla:cpu", env: []string{"RESNETLAB_ONEDNN=off"}, caches: true, kinds: both},
	{name: "go", title: "Go", backend: "go", kinds: both},
	{name: "pytorch-nchw", title: "PyTorch, NCHW", peer: true, kinds: both},
	{name: "onnxruntime", title: "ONNX Runtime", peer: true, kinds: []string{forward}},
	{name: "openvino", title: "OpenVINO", peer: true, kinds: []string{forward}},
}

// sidesNamed returns the sides with these names, in the order of the tables; no name stands for all of them. The reference is always among them.
func sidesNamed(names []string) (chosen []side, err error) {
	for _, name := range names {
		if !slices.ContainsFunc(sides, func(s side) bool { return s.name == name }) {
			return nil, fmt.Errorf("--sides: unknown side %q: the sides are %s", name, strings.Join(sideNames(), ", "))
		}
	}
	for _, s := range sides {
		if len(names) == 0 || s.name == reference || slices.Contains(names, s.name) {
			chosen = append(chosen, s)
		}
	}
	return chosen, nil
}

func sideNames() (names []string) {
	for _, s := range sides {
		names = append(names, s.name)
	}
	return names
}
