package weights

import (
	"fmt"
	"math"
	"slices"

	"resnetlab/internal/printable"
)

// Difference compares two state dicts. Its JSON form is what `weights diff --json` prints.
type Difference struct {
	Schema     int        `json:"schema"`
	OnlyFirst  []string   `json:"only_first"`
	OnlySecond []string   `json:"only_second"`
	Mismatched []Mismatch `json:"mismatched"` // of another shape: File is the first, Network the second
	Changed    []Change   `json:"changed"`
	Equal      []string   `json:"equal"`
}

// Change says by how much a tensor differs between two state dicts.
type Change struct {
	Key      string `json:"key"`
	Elements int    `json:"elements"` // how many differ
	MaxAbs   Number `json:"max_abs"`  // largest difference of an element
	L2       Number `json:"l2"`       // norm of the difference
	Relative Number `json:"relative"` // to the norm of the first
}

// Diff compares two state dicts by values. Tensors of different types are equal where all their values are.
func Diff(first, second *StateDict) *Difference {
	d := &Difference{Schema: 1, OnlyFirst: []string{}, OnlySecond: []string{}, Mismatched: []Mismatch{}, Changed: []Change{}, Equal: []string{}}
	for key, a := range first.All() {
		b, ok := second.Get(key)
		if !ok {
			d.OnlyFirst = append(d.OnlyFirst, key)
			continue
		}
		if !slices.Equal(a.Shape, b.Shape) {
			d.Mismatched = append(d.Mismatched, Mismatch{Key: key, File: a.Shape, Network: b.Shape})
			continue
		}
		if change := compare(key, a, b); change.Elements > 0 {
			d.Changed = append(d.Changed, change)
		} else {
			d.Equal = append(d.Equal, key)
		}
	}
	for _, key := range second.keys {
		if _, ok := first.Get(key); !ok {
			d.OnlySecond = append(d.OnlySecond, key)
		}
	}
	return d
}

func compare(key string, a, b *Tensor) Change {
	c := Change{Key: key}
	var squares, norm, most float64
	for i := range a.Size() {
		x, y := a.At(i), b.At(i)
		norm += x * x
		if x == y || x != x && y != y {
			continue
		}
		c.Elements++
		squares += (x - y) * (x - y)
		most = max(most, math.Abs(x-y))
	}
	c.MaxAbs, c.L2 = Number(most), Number(math.Sqrt(squares))
	c.Relative = Number(math.Sqrt(squares / norm))
	return c
}

// Table lists what differs; for changed tensors, the largest and the relative difference.
func (d *Difference) Table() (header []string, rows [][]string) {
	for _, key := range d.OnlyFirst {
		rows = append(rows, []string{printable.Short(key), "only in the first", "", ""})
	}
	for _, key := range d.OnlySecond {
		rows = append(rows, []string{printable.Short(key), "only in the second", "", ""})
	}
	for _, m := range d.Mismatched {
		rows = append(rows, []string{printable.Short(m.Key), fmt.Sprintf("shapes %v and %v", m.File, m.Network), "", ""})
	}
	for _, c := range d.Changed {
		rows = append(rows, []string{
			printable.Short(c.Key), fmt.Sprintf("%d elements", c.Elements), fmt.Sprintf("%.3g", c.MaxAbs), fmt.Sprintf("%.3g", c.Relative),
		})
	}
	rows = append(rows, []string{"", fmt.Sprintf("%d tensors are equal", len(d.Equal)), "", ""})
	return []string{"key", "difference", "largest", "relative"}, rows
}
