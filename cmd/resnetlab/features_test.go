package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"resnetlab/resnetlib/weights"
)

func TestFeaturesAreTheInputsOfTheHeadInBothFormats(t *testing.T) {
	dir := t.TempDir()
	data, run := filepath.Join(dir, "data"), filepath.Join(dir, "run")
	must(t, 0, "data", "sketch", "--out", data, "--train", "10", "--val", "5", "--test", "5", "--size", "32", "-q")
	must(t, 0, "train", data, "--arch", "resnet18", "--image-size", "32", "--epochs", "1", "--batch-size", "5", "--out", run)
	test, tensors, array := filepath.Join(data, "test"), filepath.Join(dir, "f.safetensors"), filepath.Join(dir, "f.npy")
	stdout, _ := must(t, 0, "features", test, "--run", run, "--out", tensors, "--batch-size", "2")
	if strings.TrimSpace(stdout) != tensors {
		t.Errorf("printed %q", stdout)
	}
	must(t, 2, "features", test, "--run", run, "--out", tensors)
	must(t, 2, "features", test, "--run", run, "--out", filepath.Join(dir, "f.csv"))
	if err := os.WriteFile(filepath.Join(test, "daisy", "broken.jpg"), []byte{0xff, 0xd8, 0xff}, 0o666); err != nil {
		t.Fatal(err)
	}
	_, stderr := must(t, 4, "features", test, "--weights", filepath.Join(run, "best.safetensors"), "--out", array, "--batch-size", "2", "-q")
	if !strings.Contains(stderr, "broken.jpg") {
		t.Errorf("the broken file is not named: %s", stderr)
	}
	file, err := weights.Read(tensors)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	f, ok := file.StateDict.Get("features")
	names := strings.Split(file.Metadata["files"], "\n")
	if !ok || len(f.Shape) != 2 || f.Shape[0] != 5 || f.Shape[1] != 512 || len(names) != 5 || names[1] != "daisy/00000.png" {
		t.Fatalf("features %v, files %v", f, names)
	}
	npy, list := contents(t, dir, "f.npy"), contents(t, dir, "f.npy.txt")
	if string(list) != strings.Join(names, "\n")+"\n" {
		t.Errorf("names of the .npy: %s", list)
	}
	if head := "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (5, 512), }"; !bytes.HasPrefix(npy, []byte(head)) || !bytes.Equal(npy[128:], f.Data) {
		t.Errorf("the .npy begins with %q, or holds other numbers", npy[:128])
	}
	checkLogits(t, run, test, names, f)
}

// A .safetensors file cannot hold such names, a .npy file has their bytes, and CSV has escapes. Names with the same escapes are refused.
func TestNamesThatAreNotUTF8AreEscapedOrRefused(t *testing.T) {
	l := newShardLab(t)
	l.pictures = manyPictures(t, l.pictures, 1)
	picture := filepath.Join(l.pictures, "0000.png")
	for _, name := range []string{"caf\xe8.png", "caf\xe9.png"} {
		if err := os.Symlink(picture, filepath.Join(l.pictures, name)); err != nil {
			t.Skip(err) // macOS has only names that are UTF-8
		}
	}
	out := filepath.Join(l.dir, "f.safetensors")
	_, said := must(t, 3, "features", l.pictures, "--run", l.run, "--out", out)
	if !strings.Contains(said, "is not UTF-8") || strings.Contains(said, "backend") {
		t.Errorf("features: %s", said)
	}
	must(t, 0, "features", l.pictures, "--run", l.run, "--out", filepath.Join(l.dir, "f.npy"))
	if list := contents(t, l.dir, "f.npy.txt"); string(list) != "0000.png\ncaf\xe8.png\ncaf\xe9.png\n" {
		t.Errorf("names: %q", list)
	}
	csv, said := must(t, 0, l.args("--format", "csv")...)
	if !utf8.ValidString(csv) || !strings.Contains(csv, "\ncaf\\xe8.png,") || !strings.Contains(csv, "\ncaf\\xe9.png,") || !strings.Contains(said, "2 file names are not UTF-8") {
		t.Errorf("csv: %s\n%s", csv, said)
	}
	if err := os.Symlink(picture, filepath.Join(l.pictures, `caf\xe9.png`)); err != nil {
		t.Fatal(err)
	}
	for _, more := range [][]string{{"--format", "csv"}, {"--shard", "0", "--num-shards", "2"}} {
		if _, said := must(t, 3, l.args(more...)...); !strings.Contains(said, "would both be written as") || strings.Contains(said, "backend") {
			t.Errorf("%v: %s", more, said)
		}
	}
}

// checkLogits checks that the last layer, fc, computes the logits of predict from the features.
func checkLogits(t *testing.T, run, test string, names []string, features *weights.Tensor) {
	t.Helper()
	best, err := weights.Read(filepath.Join(run, "best.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer best.Close()
	matrix, bias := floats(t, best.StateDict, "fc.weight"), floats(t, best.StateDict, "fc.bias")
	x, err := features.Float32s()
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		stdout, _ := must(t, 0, "predict", filepath.Join(test, name), "--run", run, "--format", "json", "--output-type", "logit")
		var got struct{ Predictions []struct{ Logits []float64 } }
		if err := json.Unmarshal([]byte(stdout), &got); err != nil || len(got.Predictions) != 1 || len(got.Predictions[0].Logits) != len(bias) {
			t.Fatalf("%v: %s", err, stdout)
		}
		for c, logit := range got.Predictions[0].Logits {
			want := float64(bias[c])
			for j := range 512 {
				want += float64(matrix[c*512+j]) * float64(x[i*512+j])
			}
			if math.Abs(logit-want) > 1e-5 {
				t.Errorf("%s: logit %g, from its features %g", name, logit, want)
			}
		}
	}
}

// floats returns the values of a tensor.
func floats(t *testing.T, sd *weights.StateDict, key string) []float32 {
	t.Helper()
	w, ok := sd.Get(key)
	if !ok {
		t.Fatal(key)
	}
	v, err := w.Float32s()
	if err != nil {
		t.Fatal(err)
	}
	return v
}
