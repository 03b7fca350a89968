package main

import "testing"

func TestPanicIsAFailureExceptThatOfHelp(t *testing.T) {
	if got := ended("index out of range"); got != 1 {
		t.Errorf("a panic ends with %d", got)
	}
	if got := ended(exitNow(0)); got != 0 {
		t.Errorf("--help ends with %d", got)
	}
}
