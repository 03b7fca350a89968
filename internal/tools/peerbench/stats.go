package main

import "slices"

// spread is the median, least and greatest of some numbers.
type spread struct{ median, least, greatest float64 }

// spreadOf returns the spread of at least one number.
func spreadOf(values []float64) spread {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return spread{(sorted[(n-1)/2] + sorted[n/2]) / 2, sorted[0], sorted[n-1]}
}

// wall and processor return one of a sample's numbers.
func wall(s sample) float64      { return s.Wall }
func processor(s sample) float64 { return s.Processor }

// seconds returns the spread of a side's wall or processor seconds for one picture; ok is false if it has run in no round.
func (r *record) seconds(side string, of func(sample) float64) (s spread, ok bool) {
	var values []float64
	for _, round := range r.Rounds {
		if taken, ran := round[side]; ran {
			values = append(values, of(taken)/float64(r.Batch))
		}
	}
	if len(values) == 0 {
		return spread{}, false
	}
	return spreadOf(values), true
}

// ratio returns the spread of a side's time as a multiple of the reference's in the same round; ok is false if they share no round.
func (r *record) ratio(side string, of func(sample) float64) (s spread, ok bool) {
	var values []float64
	for _, round := range r.Rounds {
		taken, ran := round[side]
		if base, beside := round[reference]; ran && beside && of(base) > 0 {
			values = append(values, of(taken)/of(base))
		}
	}
	if len(values) == 0 {
		return spread{}, false
	}
	return spreadOf(values), true
}

// oneCore reports whether a side that may use several threads took hardly more processor time than wall time: then it computed on one core, because
// others used the machine or because it does not share its work among threads.
func (r *record) oneCore(side string) bool {
	const much = 1.15
	elapsed, ran := r.seconds(side, wall)
	used, _ := r.seconds(side, processor)
	return ran && r.Threads > 1 && used.median < much*elapsed.median
}
