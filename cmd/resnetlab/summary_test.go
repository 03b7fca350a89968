package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// summaryJSON holds the keys in the JSON of summary that scripts read.
type summaryJSON struct {
	Schema, Params, Trainable, MACs int
	Layers, Modules                 []struct {
		Name, Kind               string
		Kernel, Groups           int
		Output                   []int
		Params, Trainable, Depth int
	}
	Memory struct {
		Total int `json:"total_bytes"`
	}
	Plan struct{ Strategy string }
}

// summarized returns the JSON of summary.
func summarized(t *testing.T, args ...string) (s summaryJSON) {
	t.Helper()
	stdout, _ := must(t, 0, append(append([]string{"summary"}, args...), "--json")...)
	if err := json.Unmarshal([]byte(stdout), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSummaryJSONHasTorchvisionsNumbersOfResNet18(t *testing.T) {
	s := summarized(t, "resnet18")
	if s.Schema != 1 || s.Params != 11689512 || s.Trainable != s.Params || s.MACs != 1814073344 || s.Memory.Total != 87107552 {
		t.Errorf("schema %d, %d parameters, %d trained, %d multiply-adds, %d bytes", s.Schema, s.Params, s.Trainable, s.MACs, s.Memory.Total)
	}
	if l := s.Layers[0]; l.Name != "conv1" || l.Kernel != 7 || l.Groups != 1 || !slices.Equal(l.Output, []int{1, 112, 112, 64}) {
		t.Errorf("first layer %+v", l)
	}
	if m := s.Modules[0]; m.Kind != "ResNet" || m.Depth != 0 || m.Params != s.Params || len(s.Modules) <= len(s.Layers) {
		t.Errorf("first module %+v of %d", m, len(s.Modules))
	}
}

// The numbers are torchvision's parameters of fc, of layer4 and fc, and of a new layer after the head of 1000 classes.
func TestSummaryCountsTheParametersThatAStrategyTrains(t *testing.T) {
	for _, c := range []struct {
		args              []string
		params, trainable int
	}{
		{[]string{"--num-classes", "5", "--strategy", "last:fc"}, 11179077, 2565},
		{[]string{"--num-classes", "5", "--strategy", "last:layer4"}, 11179077, 8396293},
		{[]string{"--num-classes", "5", "--strategy", "new"}, 11689512 + 5005, 5005},
	} {
		if s := summarized(t, append([]string{"resnet18"}, c.args...)...); s.Params != c.params || s.Trainable != c.trainable || s.Plan.Strategy != c.args[3] {
			t.Errorf("%v: %d of %d parameters, strategy %q", c.args, s.Trainable, s.Params, s.Plan.Strategy)
		}
	}
	stdout, _ := must(t, 0, "summary", "resnet18", "--strategy", "last:layer4", "--tree", "--depth", "1")
	if !strings.Contains(stdout, "- layer3") || strings.Contains(stdout, "BasicBlock") || !strings.Contains(stdout, "8.91 million of them trained") {
		t.Error(stdout)
	}
}

func TestSummaryComparesTwoNetworks(t *testing.T) {
	stdout, _ := must(t, 0, "summary", "resnet50", "--compare", "resnext50_32x4d")
	for _, want := range []string{"3x3, 128, C=32   ×3", "25,028,904", "multiply-adds", "stride on the 3x3"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	stdout, _ = must(t, 0, "summary", "resnet50", "--compare", "resnext50_32x4d", "--json")
	var c struct {
		Schema   int
		Networks []struct {
			Arch string
			MACs int
		}
	}
	if err := json.Unmarshal([]byte(stdout), &c); err != nil || c.Schema != 1 || len(c.Networks) != 2 || c.Networks[1].MACs != 4230479872 {
		t.Errorf("%v %+v", err, c)
	}
}

func TestSummaryDrawsSVGAndPNG(t *testing.T) {
	dir := t.TempDir()
	for name, begins := range map[string]string{"net.svg": "<?xml", "net.png": "\x89PNG"} {
		path := filepath.Join(dir, name)
		if _, stderr := must(t, 0, "summary", "resnet34", "--diagram", path); !strings.Contains(stderr, path) {
			t.Errorf("stderr %q", stderr)
		}
		if content, err := os.ReadFile(path); err != nil || !bytes.HasPrefix(content, []byte(begins)) {
			t.Errorf("%s: %v, %.10q", name, err, content)
		}
	}
}

func TestSummaryRefusesWrongFlags(t *testing.T) {
	for says, args := range map[string][]string{
		"--depth has no":      {"--depth", "1"},
		"--batch-size has no": {"--compare", "resnet34", "--batch-size", "2"},
		".png or .svg":        {"--diagram", "net.jpg"},
		"no layer":            {"--strategy", "last:layer9"},
		"at least 1":          {"--num-classes", "0"},
		"one network":         {"--compare", "resnet34", "--tree"},
		"resnext50_32x4d":     {"--compare", "resnet7"},
	} {
		if _, stderr := must(t, 2, append([]string{"summary", "resnet18"}, args...)...); !strings.Contains(stderr, says) {
			t.Errorf("%v says %q", args, stderr)
		}
	}
}
