package datasets

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// Split holds out a fraction of every class for validation: floor(fraction*n) of the n pictures of a class, but at least one if
// n is 2 or more. The choice depends on the seed and the pictures' names alone: pictures are ordered by a hash of both, and the
// first ones are held out, so adding pictures does not reorder the others. Both parts keep the order of ds.
func Split(ds Dataset, fraction float64, seed uint64) (train, val Dataset, err error) {
	if !(fraction > 0 && fraction < 1) {
		return nil, nil, fmt.Errorf("splitting: fraction %v is not between 0 and 1", fraction)
	}
	type lot struct {
		index int
		drawn [sha256.Size]byte
	}
	byClass := make([][]lot, len(ds.Classes()))
	for i := range ds.Len() {
		name, label, err := Entry(ds, i)
		if err != nil {
			return nil, nil, fmt.Errorf("splitting: %w", err)
		}
		if label < 0 || label >= len(byClass) {
			return nil, nil, fmt.Errorf("splitting: %s has label %d, but there are %d classes", name, label, len(byClass))
		}
		drawn := sha256.Sum256(append(binary.LittleEndian.AppendUint64(nil, seed), name...))
		byClass[label] = append(byClass[label], lot{i, drawn})
	}
	held := make([]bool, ds.Len())
	for _, lots := range byClass {
		slices.SortStableFunc(lots, func(a, b lot) int { return slices.Compare(a.drawn[:], b.drawn[:]) })
		for _, l := range lots[:heldOut(len(lots), fraction)] {
			held[l.index] = true
		}
	}
	return Subset(ds, indicesWhere(held, false)), Subset(ds, indicesWhere(held, true)), nil
}

// heldOut returns the number of pictures of a class of n that go to validation.
func heldOut(n int, fraction float64) int {
	if n < 2 {
		return 0
	}
	exact := fraction * float64(n)
	return max(1, int(math.Floor(exact+1e-9))) // 0.29*100 is 28.999999999999996
}

// indicesWhere returns the indices of flags that have the wanted value.
func indicesWhere(flags []bool, want bool) (indices []int) {
	for i, flag := range flags {
		if flag == want {
			indices = append(indices, i)
		}
	}
	return indices
}
