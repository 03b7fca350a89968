package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/weights"
	"resnetlab/resnetlib/weights/hub"
)

// jsonOf runs a command with --json and decodes what it prints.
func jsonOf(t *testing.T, v any, args ...string) {
	t.Helper()
	stdout, _ := must(t, 0, append(args, "--json")...)
	if err := json.Unmarshal([]byte(stdout), v); err != nil {
		t.Fatalf("%v: %v", args, err)
	}
}

// randomNet writes a ResNet-18 of random weights.
func randomNet(t *testing.T, path string, classes int) {
	t.Helper()
	net, err := models.New(model.NewStore(), "resnet18", classes, nn.Seed(1))
	if err != nil {
		t.Fatal(err)
	}
	sd, err := net.StateDict()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := weights.Write(path, sd); err != nil {
		t.Fatal(err)
	}
}

func TestWeightsListShowsPublishedWeightsAndTheirFiles(t *testing.T) {
	t.Setenv("TORCH_HOME", t.TempDir())
	path := filepath.Join(os.Getenv("TORCH_HOME"), "hub", "checkpoints", "resnet50-19c8e357.pth") // the older name
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	var list struct {
		Schema  int
		Weights []struct{ Name, URL, Path string }
	}
	jsonOf(t, &list, "weights", "list")
	if list.Schema != 1 || len(list.Weights) != 17 {
		t.Errorf("schema %d, %d entries", list.Schema, len(list.Weights))
	}
	for _, w := range list.Weights {
		if (w.Path == path) != (w.Name == "resnet50/IMAGENET1K_V1") || !strings.HasPrefix(w.URL, "https://download.pytorch.org/models/") {
			t.Errorf("%+v", w)
		}
	}
	stdout, _ := must(t, 0, "weights", "list")
	if !strings.Contains(stdout, "wide_resnet101_2/IMAGENET1K_V2") || !strings.Contains(stdout, "232/224") {
		t.Error(stdout)
	}
}

// The server breaks the connection once, and then sends other bytes. internal/fetch has the tests of the details.
func TestWeightsDownloadIsResumedAndChecked(t *testing.T) {
	const size = 46_830_600 // as the table has it, 44.661 MiB
	var ranges []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ranges = append(ranges, r.Header.Get("Range"))
		w.Header().Set("Content-Length", strconv.Itoa(size))
		if len(ranges) == 1 {
			w.Write(make([]byte, 1000))
			return
		}
		w.Write(make([]byte, size))
	}))
	defer server.Close()
	t.Setenv("TORCH_HOME", t.TempDir())
	t.Setenv("RESNETLAB_WEIGHTS_URL", server.URL)
	folder := filepath.Join(os.Getenv("TORCH_HOME"), "hub", "checkpoints")
	_, stderr := must(t, 1, "weights", "download", "resnet18")
	if !strings.Contains(stderr, "run it again") || !strings.Contains(stderr, "copy it to "+filepath.Join(folder, "resnet18-f37072fd.pth")) {
		t.Error(stderr)
	}
	if info, err := os.Stat(filepath.Join(folder, "resnet18-f37072fd.pth.partial")); err != nil || info.Size() != 1000 {
		t.Errorf("%v %v", info, err)
	}
	_, stderr = must(t, 1, "weights", "download", "resnet18/IMAGENET1K_V1")
	if !strings.Contains(stderr, "sha256") || ranges[1] != "bytes=1000-" {
		t.Errorf("ranges %q: %s", ranges, stderr)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("files are left: %v (%v)", left, err)
	}
	must(t, 2, "weights", "download", "resnet7")
}

func TestPublishedWeightsSetArchitectureClassesAndPreprocessing(t *testing.T) {
	t.Setenv("TORCH_HOME", t.TempDir())
	randomNet(t, filepath.Join(os.Getenv("TORCH_HOME"), "hub", "checkpoints", "resnet18-f37072fd.pth"), 1000)
	dir := t.TempDir()
	must(t, 0, "data", "sketch", "--out", dir, "--train", "5", "--val", "5", "--test", "5", "--size", "32")
	picture := filepath.Join(dir, "test", "daisy", "00000.png")
	var p struct {
		Probs map[string]float64
	}
	stdout, _ := must(t, 0, "predict", picture, "--weights", "resnet18", "--format", "jsonl")
	if err := json.Unmarshal([]byte(stdout), &p); err != nil || p.Probs["Shih-Tzu"] == 0 {
		t.Errorf("%d classes, not ImageNet's (%v)", len(p.Probs), err)
	}
	for _, c := range []struct {
		status int
		args   []string
		says   []string
	}{
		{2, []string{"--weights", "resnet18", "--image-size", "96"}, []string{"resize 256 and crop 224", "resize 110 and crop 96"}},
		{2, []string{"--weights", "resnet18", "--arch", "resnet50"}, []string{"resnet18", "resnet50"}},
		{3, []string{"--weights", "resnet50/IMAGENET1K_V2"}, []string{"weights download resnet50/IMAGENET1K_V2"}},
		{3, []string{"--weights", "nothing.pth"}, []string{"nothing.pth", "weights list"}},
	} {
		_, stderr := must(t, c.status, append([]string{"predict", picture}, c.args...)...)
		for _, says := range c.says {
			if !strings.Contains(stderr, says) {
				t.Errorf("%v says %q, want %q in it", c.args, stderr, says)
			}
		}
	}
}

// checkWeightsOfRun checks that --weights takes a run and its file, and that a training from them has their preprocessing.
func checkWeightsOfRun(t *testing.T, data, run string) {
	t.Helper()
	picture := filepath.Join(data, "test", "daisy", "00000.png")
	want, _ := must(t, 0, "predict", picture, "--run", run)
	for _, name := range []string{run, filepath.Join(run, "best.safetensors")} {
		if got, _ := must(t, 0, "predict", picture, "--weights", name); got != want {
			t.Errorf("--weights %s:\n%s--run:\n%s", name, got, want)
		}
	}
	_, stderr := must(t, 2, "predict", picture, "--run", run, "--image-size", "64")
	if !strings.Contains(stderr, "resize 37 and crop 32") || !strings.Contains(stderr, "resize 73 and crop 64") {
		t.Error(stderr)
	}
	next := filepath.Join(t.TempDir(), "next")
	must(t, 0, "train", data, "--weights", run, "--epochs", "1", "--out", next)
	text, err := os.ReadFile(filepath.Join(next, "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Arch          string
		ImageSize     int `json:"image_size"`
		Preprocessing struct{ Resize, Crop int }
	}
	if err := json.Unmarshal(text, &got); err != nil || got.Arch != "resnet18" || got.ImageSize != 32 || got.Preprocessing.Resize != 37 {
		t.Errorf("%+v (%v), want the values of the weights", got, err)
	}
}

func TestWeightsDownloadOutWithoutAFolderIsInTheWorkingDirectory(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	t.Setenv(hub.MirrorEnv, server.URL)
	t.Setenv("TORCH_HOME", t.TempDir())
	t.Chdir(t.TempDir())
	for _, out := range []string{"r.pth", "./r.pth"} {
		if _, stderr := must(t, 1, "weights", "download", "resnet18", "--out", out, "-q"); !strings.Contains(stderr, "copy it to r.pth") {
			t.Errorf("--out %s: %s", out, stderr)
		}
	}
}

func TestWeightsAreConvertedComparedAndInspected(t *testing.T) {
	dir := t.TempDir()
	first, second, third := filepath.Join(dir, "a.safetensors"), filepath.Join(dir, "b.pth"), filepath.Join(dir, "c.safetensors")
	randomNet(t, first, 5)
	must(t, 0, "weights", "convert", first, second)
	must(t, 0, "weights", "convert", second, "--out", third)
	must(t, 2, "weights", "convert", second)
	var d struct {
		Schema         int
		Equal, Changed []any
	}
	jsonOf(t, &d, "weights", "diff", first, third)
	if d.Schema != 1 || len(d.Equal) != 122 || len(d.Changed) != 0 {
		t.Errorf("schema %d, %d equal, %d changed", d.Schema, len(d.Equal), len(d.Changed))
	}
	must(t, 2, "weights", "convert", first, filepath.Join(dir, "d.txt"))
	must(t, 2, "weights", "inspect", first, "--num-classes", "5")
	must(t, 2, "weights", "inspect", first, "--without-head")
	var in struct {
		Schema          int
		Format, Wrapper string
		Tensors         map[string]any
		Report          *weights.Report
	}
	jsonOf(t, &in, "weights", "inspect", second)
	if in.Schema != 1 || in.Format != "pth-zip" || len(in.Tensors) != 122 || in.Report != nil {
		t.Errorf("%+v", in)
	}
	jsonOf(t, &in, "weights", "inspect", second, "--arch", "resnet18")
	if in.Report.Fits || len(in.Report.Mismatched) != 2 || !strings.Contains(in.Report.Diagnosis[0], "use WithoutHead") {
		t.Errorf("report %+v", in.Report)
	}
	jsonOf(t, &in, "weights", "inspect", second, "--arch", "resnet18", "--without-head")
	if !in.Report.Fits || in.Report.Loaded != 120 || len(in.Report.LeftOut) != 2 {
		t.Errorf("report %+v", in.Report)
	}
	stdout, _ := must(t, 0, "weights", "inspect", second, "--arch", "resnet50", "--num-classes", "5")
	if !strings.Contains(stdout, "these are ResNet-18 keys and the network is ResNet-50") {
		t.Error(stdout)
	}
}
