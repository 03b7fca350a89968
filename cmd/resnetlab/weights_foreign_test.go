package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"resnetlab/resnetlib/weights"
)

// edited writes the random ResNet-18 of randomNet after a change to its state dict.
func edited(t *testing.T, path string, edit func(sd *weights.StateDict) *weights.StateDict) {
	t.Helper()
	randomNet(t, path, 5)
	f, err := weights.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := weights.Write(path, edit(f.StateDict)); err != nil {
		t.Fatal(err)
	}
}

func TestWeightsWithNaNAreConvertedAndReportedAndRefusedByPredict(t *testing.T) {
	dir := t.TempDir()
	path, copied := filepath.Join(dir, "nan.safetensors"), filepath.Join(dir, "nan.pth")
	edited(t, path, func(sd *weights.StateDict) *weights.StateDict {
		sd.Set("fc.bias", weights.FromFloat32s([]int{5}, []float32{0, float32(math.NaN()), 0, float32(math.Inf(1)), 0}))
		return sd
	})
	must(t, 0, "weights", "convert", path, copied)
	var in struct {
		Tensors map[string]struct {
			NonFinite int `json:"non_finite"`
		}
		Report *weights.Report
	}
	jsonOf(t, &in, "weights", "inspect", copied, "--arch", "resnet18", "--num-classes", "5")
	if in.Tensors["fc.bias"].NonFinite != 2 || in.Report.Fits || len(in.Report.NotFinite) != 1 || in.Report.NotFinite[0].Key != "fc.bias" {
		t.Errorf("%+v, report %+v", in.Tensors["fc.bias"], in.Report)
	}
	stdout, _ := must(t, 0, "weights", "inspect", path)
	if !strings.Contains(stdout, "(2 values NaN or infinite)") {
		t.Error(stdout)
	}
	must(t, 0, "data", "sketch", "--out", dir+"/data", "--train", "5", "--val", "5", "--test", "5", "--size", "32")
	classes := filepath.Join(dir, "data", "class_indices.json")
	if err := os.WriteFile(classes, []byte("\ufeff"+`{"0": "a", "1": "b", "2": "c", "3": "d", "4": "e"}`), 0o666); err != nil {
		t.Fatal(err)
	}
	_, stderr := must(t, 3, "predict", filepath.Join(dir, "data", "test", "daisy", "00000.png"), "--weights", path, "--arch", "resnet18", "--classes", classes)
	if !strings.Contains(stderr, "nan.safetensors") || !strings.Contains(stderr, "fc.bias (2 of 5 values)") {
		t.Error(stderr)
	}
}

func TestTensorsBesideANetworkAreKeptAndTheirKeysEscaped(t *testing.T) {
	dir := t.TempDir()
	path, copied := filepath.Join(dir, "moco.safetensors"), filepath.Join(dir, "moco.pth")
	edited(t, path, func(sd *weights.StateDict) *weights.StateDict {
		all := weights.NewStateDict()
		for key, tensor := range sd.All() {
			all.Set("encoder_q."+key, tensor)
		}
		all.Set("queue\x1b[2J", weights.FromFloat32s([]int{1}, []float32{1}))
		return all
	})
	_, stderr := must(t, 0, "weights", "convert", path, copied)
	if strings.Contains(stderr, "\x1b[2J") || !strings.Contains(stderr, "behind `encoder_q.`") {
		t.Errorf("%q", stderr)
	}
	var d struct{ Equal []string }
	jsonOf(t, &d, "weights", "diff", path, copied)
	if len(d.Equal) != 123 {
		t.Errorf("%d tensors are equal, want all 123", len(d.Equal))
	}
	var in weights.Inspection
	jsonOf(t, &in, "weights", "inspect", copied)
	if in.Architecture != "ResNet-18" || in.StrippedPrefix != "encoder_q." || len(in.Tensors) != 122 || len(in.Outside) != 1 {
		t.Errorf("%s behind %q, %d tensors, outside %q", in.Architecture, in.StrippedPrefix, len(in.Tensors), in.Outside)
	}
	for _, args := range [][]string{{"inspect", copied, "--arch", "resnet18"}, {"diff", path, copied}} {
		if stdout, _ := must(t, 0, append([]string{"weights"}, args...)...); strings.Contains(stdout, "\x1b[2J") {
			t.Errorf("%q: the key is printed without escapes", args)
		}
	}
}
