package audit

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestNearGroupsFindsEveryPair compares the search by bands with the comparison of all pairs.
func TestNearGroupsFindsEveryPair(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var looks []look
	var files []int
	for i := range 300 {
		h := hash{rnd.Uint64(), rnd.Uint64()}
		if i%3 > 0 { // near the one before
			h = looks[i-1].hash
			for range rnd.IntN(9) {
				h.row ^= 1 << rnd.IntN(64)
				h.column ^= 1 << rnd.IntN(64)
			}
		}
		looks, files = append(looks, look{hash: h, picture: true}), append(files, i)
	}
	for _, distance := range []int{0, 1, 3, 5, 10} {
		want := newSets(len(files))
		for i := range files {
			for j := range i {
				if d := looks[i].hash.distance(looks[j].hash); d <= distance {
					want.join(i, j, d)
				}
			}
		}
		joined := 0
		for _, g := range nearGroups(looks, files, distance) {
			joined += len(g.files)
			for _, i := range g.files {
				if want.find(i) != want.find(g.files[0]) {
					t.Errorf("distance %d: %v do not hang together", distance, g.files)
				}
			}
			if g.distance > distance {
				t.Errorf("distance %d, want at most %d", g.distance, distance)
			}
		}
		alone := 0
		for i := range files {
			if !slices.ContainsFunc(files, func(j int) bool { return i != j && want.find(i) == want.find(j) }) {
				alone++
			}
		}
		if joined != len(files)-alone || joined == 0 && distance > 3 {
			t.Errorf("distance %d: %d files in groups, want %d", distance, joined, len(files)-alone)
		}
	}
}

// TestEmptyPictures: many files of one hash are no pairs to compare.
func TestEmptyPictures(t *testing.T) {
	looks := make([]look, 200_000)
	files := make([]int, len(looks))
	for i := range files {
		files[i] = i
	}
	if g := nearGroups(looks, files, 5); len(g) != 1 || len(g[0].files) != len(files) {
		t.Errorf("%d groups", len(g))
	}
}
