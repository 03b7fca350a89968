package audit

import (
	"cmp"
	"crypto/sha256"
	"maps"
	"slices"
)

// groupDuplicates groups the files of the same bytes, and those of near hashes. A group of the second kind has one file of each
// content: its exact copies are in the first.
func groupDuplicates(names []string, looks []look, a places, distance int) (same, near []DuplicateGroup) {
	same, near = []DuplicateGroup{}, []DuplicateGroup{}
	byContent := map[[sha256.Size]byte][]int{}
	var first []int // one file of each content
	for i, l := range looks {
		if l.content == [sha256.Size]byte{} { // not read
			continue
		}
		if byContent[l.content] == nil && l.picture {
			first = append(first, i)
		}
		byContent[l.content] = append(byContent[l.content], i)
	}
	for _, files := range byContent {
		if len(files) > 1 {
			same = append(same, a.group(names, files, 0))
		}
	}
	for _, g := range nearGroups(looks, first, distance) {
		near = append(near, a.group(names, g.files, g.distance))
	}
	for _, list := range [][]DuplicateGroup{same, near} {
		slices.SortFunc(list, func(x, y DuplicateGroup) int { return slices.Compare(x.Files, y.Files) })
	}
	return same, near
}

func (a places) group(names []string, files []int, distance int) DuplicateGroup {
	t := DuplicateGroup{Distance: distance}
	for _, i := range files {
		part, class := a.of(names[i])
		t.Files = append(t.Files, names[i])
		t.Parts = append(t.Parts, part)
		t.Classes = append(t.Classes, class)
	}
	for _, list := range []*[]string{&t.Files, &t.Parts, &t.Classes} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return t
}

type nearGroup struct {
	files    []int
	distance int
}

// nearGroups joins the files whose hashes differ in at most distance bits. Pictures of even brightness, whose hashes say
// nothing, are joined where their colours are the same.
func nearGroups(looks []look, files []int, distance int) (groups []nearGroup) {
	if distance < 0 {
		return nil
	}
	byHash, byTint := map[hash][]int{}, map[uint64][]int{}
	for _, i := range files {
		if tint := looks[i].tint; tint != 0 {
			byTint[tint] = append(byTint[tint], i)
		} else {
			byHash[looks[i].hash] = append(byHash[looks[i].hash], i)
		}
	}
	for _, same := range byTint {
		if len(same) > 1 {
			groups = append(groups, nearGroup{same, 0})
		}
	}
	return append(groups, joinHashes(byHash, distance)...)
}

// joinHashes groups files by their hashes. Files of one hash are one node, so that a thousand equal pictures are not a
// million pairs.
func joinHashes(byHash map[hash][]int, distance int) (groups []nearGroup) {
	hashes := slices.SortedFunc(maps.Keys(byHash), func(a, b hash) int {
		return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.column, b.column))
	})
	sets, members := joinNear(hashes, distance), map[int][]int{}
	for i, h := range hashes {
		root := sets.find(i)
		members[root] = append(members[root], byHash[h]...)
	}
	for root, files := range members {
		if len(files) > 1 {
			groups = append(groups, nearGroup{files, sets.distance[root]})
		}
	}
	return groups
}

// joinNear joins the hashes that differ in at most distance bits. Rows' hashes that differ in d bits agree in at least
// one of d+1 bands of bits, so that only those that share a band are compared.
func joinNear(hashes []hash, distance int) sets {
	sets := newSets(len(hashes))
	for band := range distance + 1 {
		from, to := 64*band/(distance+1), 64*(band+1)/(distance+1)
		buckets := map[uint64][]int{}
		for i, h := range hashes {
			key := h.row >> from & (1<<(to-from) - 1)
			for _, j := range buckets[key] {
				if d := h.distance(hashes[j]); d <= distance {
					sets.join(i, j, d)
				}
			}
			buckets[key] = append(buckets[key], i)
		}
	}
	return sets
}

// sets is union-find; distance is the longest join of each root's set.
type sets struct{ parent, distance []int }

func newSets(n int) sets {
	s := sets{make([]int, n), make([]int, n)}
	for i := range s.parent {
		s.parent[i] = i
	}
	return s
}

func (s sets) find(i int) int {
	for s.parent[i] != i {
		s.parent[i] = s.parent[s.parent[i]]
		i = s.parent[i]
	}
	return i
}

func (s sets) join(i, j, distance int) {
	a, b := s.find(i), s.find(j)
	if a != b { // a pair of one set adds nothing: it hangs together by shorter or equal joins, or by the same
		s.parent[b] = a
		s.distance[a] = max(s.distance[a], s.distance[b], distance)
	}
}
