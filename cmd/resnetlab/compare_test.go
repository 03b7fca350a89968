package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Unreadable pictures are left out of all runs, and the exit status is 4.
func TestComparePrintsDrawsAndKeepsARunForEachMember(t *testing.T) {
	dir := t.TempDir()
	data, out, plot := filepath.Join(dir, "data"), filepath.Join(dir, "out"), filepath.Join(dir, "compare.png")
	must(t, 0, "data", "sketch", "--out", data, "--train", "20", "--val", "5", "--test", "5", "--size", "32", "-q")
	args := []string{"compare", data, "--arch", "resnet18", "--image-size", "32", "--batch-size", "10", "--epochs", "1", "--out", out}
	if _, stderr := must(t, 2, args...); !strings.Contains(stderr, "--weights") {
		t.Error(stderr)
	}
	must(t, 2, append(args, "--strategy", "all")...)
	args = append(args, "--strategies", "scratch", "--seeds", "1")
	if err := os.WriteFile(filepath.Join(data, "train", "daisy", "text.jpg"), []byte("no picture"), 0o666); err != nil {
		t.Fatal(err)
	}
	stdout, _ := must(t, 4, append(args, "--json", "--plot", plot)...)
	var c struct {
		Schema     int
		Strategies []struct {
			Name     string
			Accuracy struct {
				Mean float64
				Std  *float64
			}
			Seconds float64 `json:"seconds_per_epoch"`
			Trained int     `json:"trained_parameters"`
		}
	}
	if err := json.Unmarshal([]byte(stdout), &c); err != nil {
		t.Fatal(err)
	}
	if len(c.Strategies) != 1 || c.Schema != 1 {
		t.Fatalf("%+v", c)
	}
	if s := c.Strategies[0]; s.Name != "scratch" || s.Accuracy.Std != nil || s.Seconds <= 0 || s.Trained != 11179077 {
		t.Errorf("%+v", s)
	}
	for _, path := range []string{plot, filepath.Join(out, "scratch-seed-0", "run.json"), filepath.Join(out, "scratch-seed-0", "best.safetensors")} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	if text, err := os.ReadFile(filepath.Join(out, "scratch-seed-0", "run.json")); err != nil || !strings.Contains(string(text), "daisy/text.jpg") {
		t.Errorf("run.json does not name the unreadable picture: %v\n%s", err, text)
	}
	stdout, stderr := must(t, 4, args...)
	if !strings.Contains(stdout, "scratch") || !strings.Contains(stdout, "moved layer4") || strings.Contains(stderr, "epoch 1 of 1") {
		t.Errorf("again:\n%s%s", stdout, stderr)
	}
	must(t, 3, append(args, "--lr", "0.5")...)
}
