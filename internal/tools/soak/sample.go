package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
)

// sample is the process's memory, open files and goroutines between two rounds.
type sample struct {
	memory     int64 // resident, bytes
	files      int   // open
	goroutines int
}

func (s sample) String() string {
	return fmt.Sprintf("%d MB, %d files, %d goroutines", s.memory>>20, s.files, s.goroutines)
}

// measure takes a sample. It returns free memory to the system first, so that only used memory counts.
func measure() (s sample, err error) {
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/statm") // proc(5): the second number is the resident size in pages
	if err != nil {
		return s, err
	}
	fields := bytes.Fields(text)
	if len(fields) < 2 {
		return s, fmt.Errorf("/proc/self/statm is %q", text)
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return s, err
	}
	open, err := os.ReadDir("/proc/self/fd")
	return sample{pages * int64(os.Getpagesize()), len(open), runtime.NumGoroutine()}, err
}

// slack is how much memory, in bytes, may rise from the middle to the last third in addition to a twentieth: the allocators' pools vary.
const slack = 24 << 20

// fewest is the number of rounds that flat needs.
const fewest = 6

// flat returns an error if the last third of the samples is higher than the middle one; the first is warm-up. A leak of a megabyte per round
// is found after an hour, a file left open at once.
func flat(samples []sample) error {
	if len(samples) < fewest {
		return fmt.Errorf("%d rounds are too few to tell: give it more time", len(samples))
	}
	third := len(samples) / 3
	middle, last := samples[third:2*third], samples[len(samples)-third:]
	var faults []error
	if a, b := median(middle, func(s sample) int64 { return s.memory }), median(last, func(s sample) int64 { return s.memory }); b > a+a/20+slack {
		faults = append(faults, fmt.Errorf("memory rises: %d MB in the middle, %d MB at the end", a>>20, b>>20))
	}
	if a, b := median(middle, func(s sample) int { return s.files }), median(last, func(s sample) int { return s.files }); b > a {
		faults = append(faults, fmt.Errorf("open files rise: %d in the middle, %d at the end", a, b))
	}
	if a, b := median(middle, func(s sample) int { return s.goroutines }), median(last, func(s sample) int { return s.goroutines }); b > a+1 {
		faults = append(faults, fmt.Errorf("goroutines rise: %d in the middle, %d at the end", a, b))
	}
	return errors.Join(faults...)
}

func median[T int | int64](samples []sample, of func(sample) T) T {
	var values []T
	for _, s := range samples {
		values = append(values, of(s))
	}
	slices.Sort(values)
	return values[len(values)/2]
}
