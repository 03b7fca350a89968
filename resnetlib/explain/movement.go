package explain

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/weights"
)

// Moved is how far the parameters of a part of a network went.
type Moved struct {
	Part     string
	Distance float64 // L2 norm of the difference
	Relative float64 // to the norm before
}

// Movement is how far each part went, in the order of the state dict.
type Movement []Moved

// WeightMovement compares a network before and after training, part by part: depth 1 takes conv1, bn1, layer1, ..., fc as parts, 2 takes
// layer1.0, layer1.1, ... Running statistics are not counted: they move without being trained. What was frozen is 0. For single
// tensors see weights.Diff.
func WeightMovement(before, after *weights.StateDict, depth int) (Movement, error) {
	var parts Movement
	var norms []float64
	for key, a := range before.All() {
		names := strings.Split(key, ".")
		entry := names[len(names)-1]
		if entry != "weight" && entry != "bias" {
			continue
		}
		b, ok := after.Get(key)
		if !ok || !slices.Equal(a.Shape, b.Shape) {
			return nil, fmt.Errorf("%s: the two networks do not have it in the same shape", key)
		}
		part := strings.Join(names[:min(max(1, depth), len(names)-1)], ".")
		if n := len(parts); n == 0 || parts[n-1].Part != part {
			parts, norms = append(parts, Moved{Part: part}), append(norms, 0)
		}
		at := len(parts) - 1
		for i := range a.Size() {
			x, y := a.At(i), b.At(i)
			parts[at].Distance += (x - y) * (x - y)
			norms[at] += x * x
		}
	}
	for i := range parts {
		parts[i].Distance = math.Sqrt(parts[i].Distance)
		if parts[i].Distance > 0 {
			parts[i].Relative = parts[i].Distance / math.Sqrt(norms[i])
		}
	}
	return parts, nil
}

// Picture draws the relative movement of each part.
func (m Movement) Picture() *plots.Picture {
	var parts []string
	var values []float64
	for _, p := range m {
		parts, values = append(parts, p.Part), append(values, p.Relative)
	}
	title := plots.Pick("How far the weights went, relative to their size", "权重变了多少（相对于自身大小）")
	return plots.Bars(title, plots.Pick("relative movement", "相对变化量"), parts, plots.Group{Values: values})
}

// Table has a row for each part.
func (m Movement) Table() (header []string, rows [][]string) {
	header = []string{plots.Pick("part", "部分"), plots.Pick("distance", "距离"), plots.Pick("relative", "相对距离")}
	for _, p := range m {
		rows = append(rows, []string{p.Part, fmt.Sprintf("%.4g", p.Distance), fmt.Sprintf("%.4g", p.Relative)})
	}
	return header, rows
}
