package explain

import (
	"fmt"

	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/weights"
)

// Moved is the distance that the parameters of a part of a network moved in training.
type Moved struct {
	Part     string
	Distance float64 // L2 norm of the difference
	Relative float64 // to the norm before
}

// Movement holds the distance of each part, in the order of the state dict.
type Movement []Moved

// WeightMovement compares the weights before and after training: it adds to [weights.Movement] each part's distance relative to its norm
// before. Depth is the number of name elements that make a part: 1 for "layer1", 2 for "layer1.0". A frozen part has distance 0.
func WeightMovement(before, after *weights.StateDict, depth int) (Movement, error) {
	parts, err := weights.Movement(before, after, depth)
	if err != nil {
		return nil, err
	}
	moved := make(Movement, len(parts))
	for i, p := range parts {
		moved[i] = Moved{Part: p.Part, Distance: p.Distance}
		if p.Distance > 0 {
			moved[i].Relative = p.Distance / p.Norm
		}
	}
	return moved, nil
}

// Picture draws the relative distance of each part as bars.
func (m Movement) Picture() *plots.Picture {
	var parts []string
	var values []float64
	for _, p := range m {
		parts, values = append(parts, p.Part), append(values, p.Relative)
	}
	title := plots.Pick("How far the weights went, relative to their size", "权重变了多少（相对于自身大小）")
	return plots.Bars(title, plots.Pick("relative movement", "相对变化量"), parts, plots.Group{Values: values})
}

// Table returns a row for each part.
func (m Movement) Table() (header []string, rows [][]string) {
	header = []string{plots.Pick("part", "部分"), plots.Pick("distance", "距离"), plots.Pick("relative", "相对距离")}
	for _, p := range m {
		rows = append(rows, []string{p.Part, fmt.Sprintf("%.4g", p.Distance), fmt.Sprintf("%.4g", p.Relative)})
	}
	return header, rows
}
