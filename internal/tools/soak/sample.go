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

// sample is what this process holds between two rounds.
type sample struct {
	memory     int64 // resident, bytes
	files      int   // open
	goroutines int
}

func (s sample) String() string {
	return fmt.Sprintf("%d MB, %d files, %d goroutines", s.memory>>20, s.files, s.goroutines)
}

// measure first gives back what is free: what stays is held by somebody.
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

// slack is what the memory may rise by between the middle and the last third beside a twentieth: the allocators' pools are not quite still.
const slack = 24 << 20

// fewest rounds that tell anything.
const fewest = 6

// flat compares the last third of the samples with the one before; the first is warming up. A leak of a megabyte a round shows after an hour,
// a file left open at once.
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
