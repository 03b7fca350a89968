package weights

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"resnetlab/internal/printable"
)

// Moved says how far training moved the parameters of a part of a network.
type Moved struct {
	Part     string
	Distance float64 // L2 norm of the difference
	Norm     float64 // L2 norm before
}

// Movement compares a network before and after training, part by part in the order of the state dict: depth 1 takes conv1, bn1, layer1, ...,
// fc as parts, depth 2 layer1.0, layer1.1, ... Running statistics do not count: they change without being trained. A parameter of
// before that is missing in after, or has another shape there, is an error. For single tensors see [Diff].
func Movement(before, after *StateDict, depth int) (parts []Moved, err error) {
	for key, a := range before.All() {
		names := strings.Split(key, ".")
		if entry := names[len(names)-1]; entry != "weight" && entry != "bias" {
			continue
		}
		b, ok := after.Get(key)
		if !ok || !slices.Equal(a.Shape, b.Shape) {
			return nil, fmt.Errorf("%s: the two networks do not have it in the same shape", printable.Short(key))
		}
		part := strings.Join(names[:min(max(1, depth), len(names)-1)], ".")
		if n := len(parts); n == 0 || parts[n-1].Part != part {
			parts = append(parts, Moved{Part: part})
		}
		last := &parts[len(parts)-1]
		for i := range a.Size() {
			x, y := a.At(i), b.At(i)
			last.Distance += (x - y) * (x - y)
			last.Norm += x * x
		}
	}
	for i, p := range parts {
		parts[i].Distance, parts[i].Norm = math.Sqrt(p.Distance), math.Sqrt(p.Norm)
	}
	return parts, nil
}
