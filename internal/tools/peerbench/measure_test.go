package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMain makes the test's program a worker where it is started as one. The name of its backend says how it behaves.
func TestMain(m *testing.M) {
	if len(os.Args) > 3 && os.Args[1] == "worker" {
		act(os.Args[3])
		return
	}
	os.Exit(m.Run())
}

// act is a worker that computes nothing.
func act(behaviour string) {
	out := json.NewEncoder(os.Stdout)
	out.Encode(answer{Versions: map[string]string{own: behaviour + " 1"}, PeakRSS: 5})
	for requests := bufio.NewScanner(os.Stdin); requests.Scan(); {
		a := answer{Value: []float64{1, -2}, sample: sample{Wall: 0.4, Processor: 0.8}, PeakRSS: 7}
		switch {
		case behaviour == "wrong":
			a.Value[1] = -2.1
		case behaviour == "refuses":
			a = answer{Error: "no such network"}
		case behaviour == "dies" && strings.Contains(requests.Text(), "run"):
			fmt.Fprintln(os.Stderr, "out of memory")
			os.Exit(3)
		}
		out.Encode(a)
	}
}

// newBenchmark returns a benchmark of sides that behave so, and the place of its results. The first is the reference.
func newBenchmark(t *testing.T, behaviours ...string) (b *benchmark, out string) {
	t.Helper()
	dir := t.TempDir()
	out = filepath.Join(dir, "results.json")
	b = &benchmark{places: places{compiled: dir}, rounds: 2, log: func(string) {}}
	for i, name := range sideNames()[:len(behaviours)] {
		b.sides = append(b.sides, side{name: name, title: name, backend: behaviours[i], caches: i == 1, kinds: both})
	}
	var err error
	if b.results, err = resumeResults(out, machine{Cores: 2}); err != nil {
		t.Fatal(err)
	}
	b.save = func() error { return b.results.write(out) }
	return b, out
}

func TestEachSideRunsInEachRound(t *testing.T) {
	b, out := newBenchmark(t, "good", "good", "wrong", "dies", "refuses")
	if err := b.run(t.Context(), quickSet(2)); err != nil {
		t.Fatal(err)
	}
	r, err := readResults(out)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Works) != 2 || r.Loaded["onednn"] != 5 || r.Versions["onednn"] != "good 1" {
		t.Fatalf("%d works, %+v", len(r.Works), r)
	}
	for _, w := range r.Works {
		if len(w.Rounds) != 2 || w.rounds(reference) != 2 || w.rounds("onednn") != 2 || w.rounds("go") != 0 || w.PeakRSS["onednn"] != 7 {
			t.Errorf("%v: %+v", w.work, w)
		}
		if _, cold := w.Cold["onednn"]; !cold || len(w.Cold) != 1 {
			t.Errorf("%v: cold starts %v: want that of the side that keeps programs", w.work, w.Cold)
		}
		for name, want := range map[string]string{"xla": "values differ", "go": "out of memory", "pytorch-nchw": "no such network"} {
			if !strings.Contains(w.Failed[name], want) {
				t.Errorf("%v, %s: %q, want %q", w.work, name, w.Failed[name], want)
			}
		}
	}
}

func TestInterruptedBenchmarkIsCompleted(t *testing.T) {
	b, out := newBenchmark(t, "good", "good")
	ctx, cancel := context.WithCancel(t.Context())
	save := b.save
	b.save = func() error {
		if r := b.results.Works[0]; len(r.Rounds) == 1 {
			cancel()
		}
		return save()
	}
	if err := b.run(ctx, quickSet(2)); !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted: %v", err)
	}
	first, err := resumeResults(out, machine{Cores: 2})
	if err != nil || len(first.Works) != 1 || len(first.Works[0].Rounds) != 1 {
		t.Fatalf("%+v, %v: want one work with one round", first, err)
	}
	b.results, b.save = first, func() error { return first.write(out) }
	if err := b.run(t.Context(), quickSet(2)); err != nil {
		t.Fatal(err)
	}
	if len(first.Works) != 2 || len(first.Works[0].Rounds) != 2 || len(first.Works[1].Rounds) != 2 {
		t.Errorf("%+v: want two works with two rounds each", first.Works)
	}
}

func TestReferenceMustRun(t *testing.T) {
	b, _ := newBenchmark(t, "dies", "good")
	if err := b.run(t.Context(), quickSet(2)); err == nil || !strings.Contains(err.Error(), reference) {
		t.Errorf("a reference that ends: %v", err)
	}
}

func TestResultsOfOtherMachinesAreKept(t *testing.T) {
	b, out := newBenchmark(t, "good")
	if err := b.save(); err != nil {
		t.Fatal(err)
	}
	if _, err := resumeResults(out, machine{Cores: 3}); !errors.Is(err, errOther) {
		t.Errorf("another machine: %v", err)
	}
	hello := answer{Versions: map[string]string{"torch": "1"}}
	if err := b.results.note(side{}, hello); err != nil {
		t.Fatal(err)
	}
	hello.Versions["torch"] = "2"
	if err := b.results.note(side{}, hello); !errors.Is(err, errOther) {
		t.Errorf("another version: %v", err)
	}
	if err := os.WriteFile(out, []byte(`{"schema": 2}`), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := resumeResults(out, machine{}); err == nil || !strings.Contains(err.Error(), "schema 2") {
		t.Errorf("another schema: %v", err)
	}
}

func TestCheckSame(t *testing.T) {
	for _, c := range []struct {
		got, want []float64
		same      bool
	}{
		{[]float64{1, 2}, []float64{1, 2}, true},
		{[]float64{1, 2.001}, []float64{1, 2}, true}, // rounding
		{[]float64{1, 2.01}, []float64{1, 2}, false},
		{[]float64{1}, []float64{1, 2}, false},
		{[]float64{1, math.NaN()}, []float64{1, 2}, false},
	} {
		if err := checkSame(c.got, c.want); (err == nil) != c.same {
			t.Errorf("%v beside %v: %v", c.got, c.want, err)
		}
	}
}
