package main

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// flat finds a rise, and no rise in values that only vary.
func TestFlat(t *testing.T) {
	series := func(n int, at func(i int) sample) (all []sample) {
		for i := range n {
			all = append(all, at(i))
		}
		return all
	}
	for _, c := range []struct {
		says    string // "" where it is flat
		samples []sample
	}{
		{"", series(30, func(i int) sample { return sample{500<<20 + int64(i%3)<<20, 9 + i%2, 4} })},
		{"", series(30, func(i int) sample { return sample{500<<20 + int64(min(i, 8))<<24, 9, 4} })}, // it warms up
		{"memory rises", series(60, func(i int) sample { return sample{500<<20 + int64(i)<<22, 9, 4} })},
		{"open files rise", series(30, func(i int) sample { return sample{500 << 20, 9 + i/5, 4} })},
		{"goroutines rise", series(30, func(i int) sample { return sample{500 << 20, 9, 4 + i} })},
		{"too few", series(3, func(i int) sample { return sample{} })},
	} {
		if err := flat(c.samples); (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("got %v, want %q", err, c.says)
		}
	}
}

// A sample counts an additional open file and goroutine.
func TestMeasure(t *testing.T) {
	linux(t)
	before, err := measure()
	if err != nil || before.memory < 1<<20 {
		t.Fatal(before, err)
	}
	f, err := os.Open("soak_test.go")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	end := make(chan struct{})
	defer close(end)
	go func() { <-end }()
	if after, err := measure(); err != nil || after.files != before.files+1 || after.goroutines != before.goroutines+1 {
		t.Errorf("before %v, after %v, %v", before, after, err)
	}
}

// An error about a picture that a run writes is not taken for a removed picture.
func TestNamed(t *testing.T) {
	p := &pictures{dir: "/tmp/pictures", names: []string{"/tmp/pictures/disc/0001.png"}}
	for said, want := range map[string]bool{
		"open /tmp/pictures/disc/0001.png: no such file":  true,
		"decoding disc/0001.png: PNG: unexpected EOF":     true,
		"open /tmp/run/curves.png: no space left on disk": false,
	} {
		if got := p.named(errors.New(said)); got != want {
			t.Errorf("%s: %v", said, got)
		}
	}
}

// A few rounds: whatever happens to the pictures, training and prediction succeed and leave no file open.
func TestSoak(t *testing.T) {
	linux(t)
	long, least := 10*time.Second, 1
	if os.Getenv("RESNETLAB_ALL") != "" {
		long, least = 2*time.Minute, fewest
	}
	samples, err := soak(context.Background(), long, least, "go", func(line string) { t.Log(line) })
	if err != nil {
		t.Fatal(err)
	}
	if len(samples) < fewest { // a short look: files at least
		if first, last := samples[0], samples[len(samples)-1]; last.files > first.files {
			t.Errorf("open files rise: %v, %v", first, last)
		}
		return
	}
	if err := flat(samples); err != nil {
		t.Error(err)
	}
}

func linux(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("it reads Linux's /proc/self")
	}
}
