package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"
)

// runner is a worker that takes part in rounds.
type runner struct {
	*process
	calls int // of a round: so many that they take about slice
}

// slice is how long a side runs in a round at least, and mostCalls how often at most.
const (
	slice     = 500 * time.Millisecond
	mostCalls = 50
)

// group starts the reference and as many of the sides as the memory has room for, and runs them in turn until all of them have run in so many rounds.
func (b *benchmark) group(ctx context.Context, known *record, lacking []side, rounds int) error {
	runners, err := b.gather(ctx, known, lacking)
	defer func() {
		for _, r := range runners {
			r.stop()
		}
	}()
	if err != nil {
		return err
	}
	lacks := func(r runner) bool {
		return known.Failed[r.name] == "" && known.rounds(r.name) < rounds && slices.ContainsFunc(lacking, func(s side) bool { return s.name == r.name })
	}
	for slices.ContainsFunc(runners, lacks) {
		round, err := b.round(ctx, known, runners)
		if err != nil {
			return err
		}
		known.Rounds = append(known.Rounds, round)
		if err := b.save(); err != nil {
			return err
		}
		b.log(fmt.Sprintf("%v: round %d", known.work, len(known.Rounds)))
		runners = slices.DeleteFunc(runners, func(r runner) bool { return known.Failed[r.name] != "" })
	}
	return nil
}

// gather starts workers and compares what they compute. It returns those that run also with an error.
func (b *benchmark) gather(ctx context.Context, known *record, lacking []side) (runners []runner, err error) {
	at := slices.IndexFunc(b.sides, func(s side) bool { return s.name == reference })
	wanted := append([]side{b.sides[at]}, slices.DeleteFunc(slices.Clone(lacking), func(s side) bool { return s.name == reference })...)
	var want []float64
	for _, s := range wanted {
		if len(runners) > 1 && !roomForAnother() {
			break
		}
		r, value, err := b.join(ctx, known, s)
		if err == nil && s.name == reference {
			want = value
		} else if err == nil {
			if err = checkSame(value, want); err != nil {
				r.stop()
			}
		}
		if err != nil {
			if err := b.failed(ctx, known, s, err); err != nil {
				return runners, err
			}
			continue
		}
		runners = append(runners, r)
	}
	return runners, nil
}

// join starts a side's worker, and finds out how often it can run in a round. The value is that of the first call.
func (b *benchmark) join(ctx context.Context, known *record, s side) (r runner, value []float64, err error) {
	w, first, err := b.begin(ctx, known, s)
	if err != nil {
		return runner{}, nil, err
	}
	if _, compiled := known.Cold[s.name]; compiled || !s.caches {
		known.Warm[s.name] = first.sample
	}
	one, err := w.ask(request{Do: "run", Calls: 1})
	if err != nil {
		w.stop()
		return runner{}, nil, err
	}
	calls := int(math.Ceil(slice.Seconds() / max(one.Wall, 1e-6)))
	return runner{w, min(calls, mostCalls)}, first.Value, nil
}

// round runs each worker once, in an order that moves on by one from round to round. A worker that fails is left out.
func (b *benchmark) round(ctx context.Context, known *record, runners []runner) (map[string]sample, error) {
	round := map[string]sample{}
	for i := range runners {
		r := runners[(i+len(known.Rounds))%len(runners)]
		time.Sleep(pause)
		a, err := r.ask(request{Do: "run", Calls: r.calls})
		if err != nil {
			if err := b.failed(ctx, known, r.side, err); err != nil {
				return nil, err
			}
			continue
		}
		round[r.name] = a.sample
		known.PeakRSS[r.name] = max(known.PeakRSS[r.name], a.PeakRSS)
	}
	return round, nil
}
