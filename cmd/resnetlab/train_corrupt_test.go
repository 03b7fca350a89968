package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// With --strict-data they are bad input, and no run begins.
func TestCorruptPicturesAreNamedBeforeTrainingAndLeftOut(t *testing.T) {
	data := drawn(t)
	whole, err := os.ReadFile(filepath.Join(data, "train", "fern", "00000.png"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"train/daisy/text.jpg": []byte("no picture"), "train/lily/truncated.png": whole[:len(whole)/2], "val/tulip/empty.png": nil} {
		if err := os.WriteFile(filepath.Join(data, filepath.FromSlash(name)), content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	run := filepath.Join(t.TempDir(), "run")
	args := []string{"train", data, "--arch", "resnet18", "--image-size", "32", "--epochs", "1", "--batch-size", "4", "--strategy", "last:fc", "--out", run}
	_, stderr := must(t, 3, append(args, "--strict-data")...)
	if !strings.Contains(stderr, "daisy/text.jpg") {
		t.Errorf("--strict-data does not name the picture:\n%s", stderr)
	}
	if _, err := os.Stat(run); err == nil {
		t.Error("--strict-data made a run of corrupt data")
	}

	_, stderr = must(t, 4, args...)
	before, _, _ := strings.Cut(stderr, "epoch 1")
	for _, name := range []string{"daisy/text.jpg", "lily/truncated.png", "tulip/empty.png"} {
		if !strings.Contains(before, name) {
			t.Errorf("%s is not named before epoch 1:\n%s", name, stderr)
		}
	}
	text, err := os.ReadFile(filepath.Join(run, "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(text) || strings.Count(string(text), "truncated.png") == 0 {
		t.Error("run.json does not say which pictures were left out")
	}
	if _, err := os.Stat(filepath.Join(run, "best.safetensors")); err != nil {
		t.Error(err)
	}
}
