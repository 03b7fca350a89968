package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"resnetlab/resnetlib/optim"
)

func TestFindLRPrintsAndDrawsTheCurveAndWritesNoRun(t *testing.T) {
	dir := t.TempDir()
	data, plot := filepath.Join(dir, "data"), filepath.Join(dir, "rates.png")
	must(t, 0, "data", "sketch", "--out", data, "--train", "10", "--val", "5", "--test", "5", "--size", "32", "-q")
	args := []string{"find-lr", data, "--arch", "resnet18", "--image-size", "32", "--batch-size", "5"}
	stdout, _ := must(t, 0, append(args, "--steps", "8", "--lr-from", "1e-5", "--lr-to", "1e-3", "--json", "--plot", plot)...)
	var curve struct {
		Schema                  int
		Rates, Losses, Smoothed []float64
		Stopped                 bool
	}
	if err := json.Unmarshal([]byte(stdout), &curve); err != nil {
		t.Fatal(err)
	}
	if n := len(curve.Rates); n != 8 || len(curve.Losses) != n || len(curve.Smoothed) != n || curve.Schema != 1 || curve.Rates[0] != 1e-5 {
		t.Errorf("%+v", curve)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("the folder holds %v, want the data and the picture alone", entries)
	}
	if _, stderr := must(t, 2, append(args, "--out", dir)...); !strings.Contains(stderr, "--out") {
		t.Error(stderr)
	}
	must(t, 3, append(args, "--lr-from", "1", "--lr-to", "0.1")...)
}

func TestFindLRWithoutASuggestionIsAnError(t *testing.T) {
	if err := (&findLRCommand{}).print(&optim.LRCurve{Rates: make([]float64, 9)}); err == nil || !strings.Contains(err.Error(), "in 9 steps") {
		t.Error(err)
	}
}
