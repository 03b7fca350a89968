package main

import (
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestExplainDrawsAndPrintsEveryMethod(t *testing.T) {
	dir := t.TempDir()
	data, run := filepath.Join(dir, "data"), filepath.Join(dir, "run")
	must(t, 0, "data", "sketch", "--out", data, "--train", "10", "--val", "5", "--test", "5", "--size", "32", "-q")
	must(t, 0, "train", data, "--arch", "resnet18", "--image-size", "32", "--epochs", "1", "--batch-size", "5", "--out", run, "-q")
	image := filepath.Join(data, "test", "daisy", "00000.png")
	sizes := map[string]int{"gradcam": 4, "saliency": 32 * 32, "occlusion": 32 * 32, "features": 2 * 2 * 256, "filters": 64 * 147, "receptive-field": 32 * 32}
	for _, method := range explainMethods() {
		out := filepath.Join(dir, method+".png")
		args := []string{"explain", image, "--run", run, "--method", method, "--target", "lily", "--out", out, "--json"}
		if slices.Contains(methodsOfLayers(), method) {
			args = append(args, "--layer", "layer3")
		}
		stdout, _ := must(t, 0, args...)
		var printed struct {
			Schema       int
			File, Method string
			Result       struct {
				Class  *string
				Values []float64
			}
		}
		if err := json.Unmarshal([]byte(stdout), &printed); err != nil {
			t.Fatal(err)
		}
		if r := printed.Result; printed.Schema != 1 || printed.File != image || printed.Method != method || len(r.Values) != sizes[method] {
			t.Errorf("%s: schema %d, file %s, method %s, %d values, want %d", method, printed.Schema, printed.File, printed.Method, len(r.Values), sizes[method])
		}
		if r := printed.Result; r.Class != nil && *r.Class != "lily" {
			t.Errorf("%s explains %s", method, *r.Class)
		}
		f, err := os.Open(out)
		if err != nil {
			t.Fatal(err)
		}
		if c, err := png.DecodeConfig(f); err != nil || c.Width != 900 {
			t.Errorf("%s: picture %+v (%v)", method, c, err)
		}
		f.Close()
	}
	if stdout, _ := must(t, 0, "explain", image, "--run", run); !strings.Contains(stdout, "Grad-CAM layer4: ") || strings.Count(stdout, "\n") != 1 {
		t.Errorf("in words: %q", stdout)
	}
	for says, args := range map[string][]string{"layer9": {"--layer", "layer9"}, "clover": {"--target", "oak"}, ".svg": {"--out", "x.gif"},
		"no meaning": {"--method", "filters", "--layer", "layer3"}} {
		if _, stderr := must(t, 2, append([]string{"explain", image, "--run", run}, args...)...); !strings.Contains(stderr, says) {
			t.Errorf("%v says %q, want %q in it", args, stderr, says)
		}
	}
	must(t, 3, "explain", filepath.Join(run, "run.json"), "--run", run)
}

func TestErrorAboutAnUnknownTargetIsShortAndEscaped(t *testing.T) {
	classes := make([]string, 1000)
	for i := range classes {
		classes[i] = strings.Repeat("class ", 10)
	}
	_, err := (&explainCommand{Target: "oak\x1b[2J"}).class(classes)
	if err == nil || len(err.Error()) > 2000 || !strings.Contains(err.Error(), "and 980 more") || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("%v", err)
	}
}
