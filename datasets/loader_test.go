package datasets_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"resnetlab/datasets"
	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/transforms"
)

// pictures is a set of n small pictures of two classes, all different.
func pictures(n int) *datasets.Memory {
	samples := make([]datasets.Sample, n)
	for i := range samples {
		p := transforms.NewRGB(24+i%5, 20)
		for j := range p.Pix {
			p.Pix[j] = byte(i*31 + j*7)
		}
		samples[i] = datasets.Sample{Image: p, Label: i % 2, Name: fmt.Sprintf("%03d.png", i)}
	}
	return datasets.NewMemory([]string{"even", "odd"}, samples)
}

// slow is a data set of which some samples take long, so that workers finish out of order, and some fail.
type slow struct {
	datasets.Dataset
	fail    map[int]error
	started atomic.Int64
}

func (s *slow) Sample(i int) (datasets.Sample, error) {
	s.started.Add(1)
	time.Sleep(time.Duration(i*7%5) * time.Millisecond)
	if err := s.fail[i]; err != nil {
		return datasets.Sample{}, err
	}
	return s.Dataset.Sample(i)
}

func config(workers int) datasets.LoaderConfig {
	return datasets.LoaderConfig{
		BatchSize: 4, Workers: workers, Shuffle: true, Train: true, Seed: 11, Preset: transforms.EvalPreset(16),
	}
}

// epoch collects the batches of an epoch as bytes.
func epoch(t *testing.T, l *datasets.Loader, number, first int) (batches [][]byte) {
	t.Helper()
	for b, err := range l.Epoch(t.Context(), number, first) {
		if err != nil {
			t.Fatal(err)
		}
		var buf bytes.Buffer
		for _, part := range []any{int64(b.N), int64(b.Height), int64(b.Width), b.Images, b.Labels} {
			if err := binary.Write(&buf, binary.LittleEndian, part); err != nil {
				t.Fatal(err)
			}
		}
		fmt.Fprint(&buf, b.Indices)
		batches = append(batches, buf.Bytes())
	}
	return batches
}

func TestBatchesDoNotDependOnWorkers(t *testing.T) {
	ds := &slow{Dataset: pictures(23)}
	want := epoch(t, datasets.NewLoader(ds, config(1)), 3, 0)
	if len(want) != 6 {
		t.Fatalf("%d batches of 23 pictures, want 6", len(want))
	}
	for _, workers := range []int{0, 2, 3, 17} {
		got := epoch(t, datasets.NewLoader(ds, config(workers)), 3, 0)
		if !slices.EqualFunc(got, want, bytes.Equal) {
			t.Errorf("%d workers give other batches than one", workers)
		}
	}
}

func TestEpochGoesOnFromABatch(t *testing.T) {
	l := datasets.NewLoader(pictures(23), config(2))
	want := epoch(t, l, 1, 0)
	for first := range 8 {
		if got := epoch(t, l, 1, first); !slices.EqualFunc(got, want[min(first, 6):], bytes.Equal) {
			t.Errorf("from batch %d on the epoch is another", first)
		}
	}
}

// Only a last batch of one picture is left out, and another one in each shuffled epoch.
func TestDropSingle(t *testing.T) {
	for _, c := range []struct{ pictures, batch, samples, batches int }{{9, 4, 8, 2}, {10, 4, 10, 3}, {8, 4, 8, 2}, {3, 2, 2, 1}, {1, 4, 1, 1}, {5, 1, 5, 5}, {0, 4, 0, 0}} {
		plain := config(2)
		plain.BatchSize = c.batch
		dropping := plain
		dropping.DropSingle = true
		all, l := datasets.NewLoader(pictures(c.pictures), plain), datasets.NewLoader(pictures(c.pictures), dropping)
		got := epoch(t, l, 1, 0)
		if l.Samples() != c.samples || l.Batches() != c.batches || len(got) != c.batches || len(l.Order(0)) != c.samples {
			t.Errorf("%d pictures in batches of %d: %d samples in %d batches, made %d; want %d in %d", c.pictures, c.batch, l.Samples(), l.Batches(), len(got), c.samples, c.batches)
		}
		if want := epoch(t, all, 1, 0); !slices.EqualFunc(got, want[:c.batches], bytes.Equal) {
			t.Errorf("%d pictures in batches of %d: the other batches have changed", c.pictures, c.batch)
		}
	}
	c := config(1)
	c.DropSingle = true
	l, left := datasets.NewLoader(pictures(9), c), map[int]bool{}
	for number := range 40 {
		order := l.Order(number)
		for i := range 9 {
			if !slices.Contains(order, i) {
				left[i] = true
			}
		}
	}
	if len(left) < 5 {
		t.Errorf("40 epochs leave out the same pictures: %v", left)
	}
}

func TestEpochsDiffer(t *testing.T) {
	l := datasets.NewLoader(pictures(23), config(2))
	if slices.EqualFunc(epoch(t, l, 1, 0), epoch(t, l, 2, 0), bytes.Equal) {
		t.Error("two epochs are the same")
	}
	other := config(2)
	other.Seed++
	if slices.EqualFunc(epoch(t, l, 1, 0), epoch(t, datasets.NewLoader(pictures(23), other), 1, 0), bytes.Equal) {
		t.Error("two seeds give the same epoch")
	}
	if got := slices.Sorted(slices.Values(l.Order(5))); !slices.Equal(got, datasets.NewLoader(pictures(23), datasets.LoaderConfig{BatchSize: 1, Preset: transforms.EvalPreset(8)}).Order(0)) {
		t.Errorf("a shuffled order is no permutation: %v", got)
	}
}

// TestEvalBatch checks values, labels and the last partial batch against the preset itself.
func TestEvalBatch(t *testing.T) {
	ds, preset := pictures(7), transforms.EvalPreset(16)
	l := datasets.NewLoader(ds, datasets.LoaderConfig{BatchSize: 4, Workers: 2, Preset: preset})
	if l.Batches() != 2 {
		t.Errorf("%d batches, want 2", l.Batches())
	}
	next := 0
	for b, err := range l.Epoch(t.Context(), 1, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if want := min(4, 7-next); b.N != want || len(b.Images) != want*16*16*3 || len(b.Labels) != want || len(b.Indices) != want {
			t.Errorf("batch of %d with %d values, want %d", b.N, len(b.Images), want)
		}
		for slot := range b.N {
			s, _ := ds.Sample(next)
			want := make([]float32, 16*16*3)
			preset.Tensor(preset.Eval(s.Image), want)
			if b.Indices[slot] != next || b.Labels[slot] != int32(s.Label) || !slices.Equal(b.Images[slot*768:slot*768+768], want) {
				t.Errorf("slot %d is not picture %d", slot, next)
			}
			next++
		}
	}
	if next != 7 {
		t.Errorf("%d pictures in the epoch, want 7", next)
	}
}

func TestErrorEndsTheEpoch(t *testing.T) {
	first, second := errors.New("005.png is broken"), errors.New("006.png is broken")
	ds := &slow{Dataset: pictures(40), fail: map[int]error{5: first, 6: second}} // 6 fails sooner than 5
	for _, workers := range []int{1, 2, 8} {
		settle := goroutines(t)
		l := datasets.NewLoader(ds, datasets.LoaderConfig{BatchSize: 4, Workers: workers, Preset: transforms.EvalPreset(8)})
		batches, failures := 0, 0
		for b, err := range l.Epoch(t.Context(), 1, 0) {
			if err != nil {
				failures++
				if !errors.Is(err, first) || b != nil {
					t.Errorf("%d workers: error %v, batch %v; want the first picture's error and no batch", workers, err, b)
				}
				continue // a careless loop: nothing must follow
			}
			batches++
		}
		if batches != 1 || failures != 1 {
			t.Errorf("%d workers: %d batches and %d errors, want 1 and 1", workers, batches, failures)
		}
		settle()
	}
}

func TestCancel(t *testing.T) {
	cause := errors.New("interrupted by the user")
	settle := goroutines(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	l := datasets.NewLoader(&slow{Dataset: pictures(400)}, config(4))
	batches := 0
	var last error
	for _, err := range l.Epoch(ctx, 1, 0) {
		if last = err; err == nil {
			if batches++; batches == 3 {
				cancel(cause)
			}
		}
	}
	if !errors.Is(last, cause) || batches != 3 {
		t.Errorf("%d batches, then %v; want 3, then the cause", batches, last)
	}
	settle()
}

func TestBreakLeavesNoGoroutine(t *testing.T) {
	settle := goroutines(t)
	l := datasets.NewLoader(&slow{Dataset: pictures(400)}, config(4))
	for range l.Epoch(t.Context(), 1, 0) {
		break
	}
	settle()
	func() {
		defer func() { _ = recover() }()
		for range l.Epoch(t.Context(), 1, 0) {
			panic("in the loop's body")
		}
	}()
	settle()
}

// TestMemoryIsBounded: while one batch is in use, only a few more are made, however many workers and pictures.
func TestMemoryIsBounded(t *testing.T) {
	ds := &slow{Dataset: pictures(4000)}
	l := datasets.NewLoader(ds, config(8))
	for range l.Epoch(t.Context(), 1, 0) {
		for last := int64(-1); last != ds.started.Load(); { // until the workers have nothing left to do
			last = ds.started.Load()
			time.Sleep(30 * time.Millisecond)
		}
		if n := ds.started.Load(); n > 3*4 {
			t.Errorf("%d pictures made while the first batch of 4 is in use, want two batches ahead", n)
		}
		break
	}
}

func TestPanicNamesThePicture(t *testing.T) {
	ds := panics{pictures(6)}
	l := datasets.NewLoader(ds, datasets.LoaderConfig{BatchSize: 2, Workers: 2, Preset: transforms.EvalPreset(8)})
	var last error
	for _, err := range l.Epoch(t.Context(), 1, 0) {
		last = err
	}
	wantError(t, last, "004.png", "index out of range")
	bad, err := datasets.Check(t.Context(), ds, 2)
	if err != nil || len(bad) != 1 || bad[0].Name != "004.png" {
		t.Errorf("bad %v, error %v; want 004.png", bad, err)
	}
}

// panics is a data set with a bug.
type panics struct{ *datasets.Memory }

func (p panics) Sample(i int) (datasets.Sample, error) {
	if i == 4 {
		return datasets.Sample{}, fmt.Errorf("%v", []int{}[i])
	}
	return p.Memory.Sample(i)
}

func TestBadSamples(t *testing.T) {
	good := transforms.NewRGB(8, 8)
	for name, c := range map[string]struct {
		sample datasets.Sample
		want   string
	}{
		"label":      {datasets.Sample{Image: good, Label: 2, Name: "x.png"}, "label 2"},
		"no picture": {datasets.Sample{Name: "x.png"}, "no picture"},
		"short":      {datasets.Sample{Image: &transforms.RGB{Width: 2, Height: 2, Pix: make([]byte, 3)}, Name: "x.png"}, "no picture"},
	} {
		t.Run(name, func(t *testing.T) {
			ds := datasets.NewMemory([]string{"a", "b"}, []datasets.Sample{c.sample})
			l := datasets.NewLoader(ds, datasets.LoaderConfig{BatchSize: 1, Preset: transforms.EvalPreset(8)})
			for _, err := range l.Epoch(t.Context(), 1, 0) {
				wantError(t, err, "x.png", c.want)
			}
		})
	}
}

// goroutines returns a check that there are no more of them than now. It waits for none: an epoch that is over has none
// left, but the runtime's own may come and go.
func goroutines(t *testing.T) func() {
	t.Helper()
	before := runtime.NumGoroutine()
	return func() {
		t.Helper()
		buf := make([]byte, 1<<20)
		for range 50 {
			if runtime.NumGoroutine() <= before {
				return
			}
			time.Sleep(2 * time.Millisecond)
		}
		stacks := string(buf[:runtime.Stack(buf, true)])
		t.Errorf("%d goroutines before, %d after, %d of them of the loader", before, runtime.NumGoroutine(), strings.Count(stacks, "epochRun"))
	}
}

func BenchmarkEpoch(b *testing.B) {
	l := datasets.NewLoader(sketch.New("val", sketch.Config{Val: 64}), datasets.LoaderConfig{
		BatchSize: 16, Shuffle: true, Train: true, Preset: transforms.EvalPreset(64)})
	for i := range b.N {
		for _, err := range l.Epoch(b.Context(), i, 0) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(64*b.N)/b.Elapsed().Seconds(), "pictures/s")
}
