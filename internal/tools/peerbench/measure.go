package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// benchmark measures works and keeps the results on disk.
type benchmark struct {
	places
	sides   []side
	rounds  int
	results *results
	save    func() error
	log     func(line string)
}

// run measures what the results lack of the sets.
func (b *benchmark) run(ctx context.Context, sets []set) error {
	for _, s := range sets {
		for _, w := range s.works {
			if err := b.measure(ctx, s, w); err != nil {
				return fmt.Errorf("%v: %w", w, err)
			}
		}
	}
	return nil
}

// measure measures what the results lack of a work: first calls with an empty folder of compiled programs, then rounds. All sides run in each round, as
// far as they have room in the memory together; the others then run in further rounds, again beside the reference.
func (b *benchmark) measure(ctx context.Context, s set, w work) error {
	known, chosen := b.results.of(w), b.sidesOf(s, w.Kind)
	for _, one := range chosen {
		if _, done := known.Cold[one.name]; w.Batch != s.starts || !one.caches || done {
			continue
		}
		if err := b.cold(ctx, known, one); err != nil {
			return err
		}
	}
	rounds := b.rounds
	if s.rounds > 0 {
		rounds = min(rounds, s.rounds)
	}
	for {
		lacking := slices.DeleteFunc(slices.Clone(chosen), func(one side) bool { return known.Failed[one.name] != "" || known.rounds(one.name) >= rounds })
		if len(lacking) == 0 {
			return nil
		}
		if err := b.group(ctx, known, lacking, rounds); err != nil {
			return err
		}
	}
}

// sidesOf returns the chosen sides that take part in the set's works of a kind.
func (b *benchmark) sidesOf(s set, kind string) (chosen []side) {
	for _, one := range b.sides {
		if slices.Contains(one.kinds, kind) && (s.sides == nil || slices.Contains(s.sides[kind], one.name)) {
			chosen = append(chosen, one)
		}
	}
	return chosen
}

// rounds returns the number of rounds in which a side ran.
func (r *record) rounds(side string) (n int) {
	for _, round := range r.Rounds {
		if _, ran := round[side]; ran {
			n++
		}
	}
	return n
}

// cold measures the first call of a side that has no compiled programs yet.
func (b *benchmark) cold(ctx context.Context, known *record, s side) error {
	if err := os.RemoveAll(b.compiledBy(s, known.work)); err != nil {
		return err
	}
	w, first, err := b.begin(ctx, known, s)
	if err != nil {
		return b.failed(ctx, known, s, err)
	}
	w.stop()
	known.Cold[s.name] = first.sample
	b.log(fmt.Sprintf("%v, %s: first call, compiling: %.2f s", known.work, s.name, first.Wall))
	return b.save()
}

// compiledBy returns the folder for the compiled programs of a side's work.
func (b *benchmark) compiledBy(s side, w work) string {
	return filepath.Join(b.compiled, strings.NewReplacer(" ", "-", ",", "").Replace(s.name+" "+w.String()))
}

// begin starts a side's worker and prepares the work.
func (b *benchmark) begin(ctx context.Context, known *record, s side) (*process, answer, error) {
	p := b.places
	p.compiled = b.compiledBy(s, known.work)
	if err := os.MkdirAll(p.compiled, 0o700); err != nil {
		return nil, answer{}, err
	}
	w, err := start(ctx, s, known.Threads, p)
	if err != nil {
		return nil, answer{}, err
	}
	if err := b.results.note(s, w.hello); err != nil {
		w.stop()
		return nil, answer{}, err
	}
	first, err := w.ask(request{Do: "prepare", load: known.load})
	if err != nil {
		w.stop()
		return nil, answer{}, err
	}
	return w, first, nil
}

// failed records why a side has no result. It returns an error where nothing else can be measured either.
func (b *benchmark) failed(ctx context.Context, known *record, s side, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if s.name == reference || errors.Is(err, errOther) {
		return fmt.Errorf("side %s: %w", s.name, err)
	}
	known.Failed[s.name] = err.Error()
	b.log(fmt.Sprintf("%v, %s: no result: %v", known.work, s.name, err))
	return b.save()
}

// different is the relative difference between the values of two sides above which they do not compute the same.
const different = 1e-3

// checkSame returns an error unless a side has computed what the reference has, up to rounding.
func checkSame(got, want []float64) error {
	if len(got) != len(want) {
		return fmt.Errorf("it computed %d values, and %s %d", len(got), reference, len(want))
	}
	var largest, difference float64
	for i := range want {
		largest, difference = max(largest, math.Abs(want[i])), max(difference, math.Abs(got[i]-want[i]))
	}
	if !(difference <= different*largest) { // also where one is NaN
		return fmt.Errorf("its values differ from those of %s by %.2g, the largest of which is %.2g", reference, difference, largest)
	}
	return nil
}

// pause lets the threads of the side before come to rest: they wait for more work in a loop at first.
const pause = 100 * time.Millisecond
