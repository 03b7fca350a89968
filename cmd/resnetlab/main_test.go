package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// program is the path of the command that the tests run.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "resnetlab-test-")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(dir, "resnetlab")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		panic(string(out))
	}
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
}

// call runs the command on the Go backend and returns its exit status and its output.
func call(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "GOMLX_BACKEND=go")
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// must runs the command and fails the test unless it ends with the given status.
func must(t *testing.T, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	status, stdout, stderr := call(t, args...)
	if status != want {
		t.Fatalf("resnetlab %s: exit %d, want %d\n%s%s", strings.Join(args, " "), status, want, stdout, stderr)
	}
	return stdout, stderr
}

func TestMistakesHaveTheirExitStatusAndOneClearLine(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(text, []byte("no picture and no weights"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		status int
		args   []string
		says   string
	}{
		{2, []string{"no-such-command"}, "no-such-command"},
		{2, []string{"predict", "a.jpg"}, "--run"},
		{2, []string{"eval", dir, "--run", dir, "--split", "tset"}, "test"},
		{2, []string{"summary", "resnet7"}, "resnet18"},
		{2, []string{"compare", dir, "--plot", "a.jpg"}, ".png"}, // before the work, not after it
		{2, []string{"eval", dir, "--run", dir, "--top-losses", filepath.Join(dir, "nothing", "a.png")}, "nothing"},
		{2, []string{"features", dir, "--run", dir, "--out", filepath.Join(dir, "nothing", "f.npy")}, "nothing"},
		{2, []string{"batch-predict", dir, "--run", dir, "--out", filepath.Join(text, "f.csv")}, "not a folder"},
		{2, []string{"merge", text, "--out", filepath.Join(dir, "nothing", "m.jsonl")}, "nothing"},
		{2, []string{"data", "sketch", "--out", filepath.Join(dir, "data"), "--size", "-5"}, "--size -5: it must be at least 1"},
		{2, []string{"data", "sketch", "--out", filepath.Join(dir, "data"), "--val", "-1"}, "--val -1: it must be at least 0"},
		{2, []string{"find-lr", dir, "--steps", "0"}, "--steps 0: it must be at least 8"},
		{2, []string{"bench", "--num-classes", "0"}, "classes 0, repeats 5: each must be at least 1"},
		{2, []string{"bench", "--arch", "resnet99"}, "resnet18"},
		{2, []string{"bench", "input", dir, "--repeats", "0"}, "repeats 0: each must be at least 1"},
		{2, []string{"features", dir, "--run", dir, "--out", filepath.Join(dir, "f.npy"), "--batch-size", "0"}, "--batch-size 0: it must be at least 1"},
		{2, []string{"eval", dir, "--run", dir, "--batch-size", "0"}, "--batch-size 0: it must be at least 1"},
		{2, []string{"train", dir, "--out", dir, "--overwrite", "--arch", "resnet18", "--epochs", "-1"}, "--epochs: -1"},
		{3, []string{"train", "sketch", "--resume", dir}, "no run has begun there"},
		{2, []string{"train", dir, "--out", "--overwrite"}, "--out"}, // a forgotten value is not the next flag
		{2, []string{"transform", text, filepath.Join(dir, "out.png"), "--ops", "rotate:3"}, "rotate"},
		{2, []string{"transform", text, filepath.Join(dir, "out.jpg")}, ".png"},
		{2, []string{"weights", "convert", text, text}, "this is the file that is read"},
		{2, []string{"train", dir, "--arch", "resnet99"}, "resnet18"},
		{2, []string{"compare", dir, "--weights", text, "--strategies", "scratch,bogus"}, "all, last:LAYER, new"},
		{2, []string{"find-lr", dir, "--arch", "resnet99"}, "resnet18"},
		{3, []string{"predict", "a.jpg", "--run", filepath.Join(dir, "nothing")}, "nothing"},
		{3, []string{"weights", "inspect", text}, "notes.txt"},
		{3, []string{"transform", text, filepath.Join(dir, "out.png")}, "notes.txt"},
		{3, []string{"train", filepath.Join(dir, "nothing")}, "nothing"},
		{3, []string{"train", "--resume", filepath.Join(dir, "nothing")}, "no run has begun there"},
		{3, []string{"batch-predict", dir, "--run", dir}, "no pictures in " + dir + ": 1 .txt; pictures end in .jpg"},
		{3, []string{"bench", "--backend", "xla:/no/such/plugin.so"}, "plugin"},
	} {
		_, stderr := must(t, c.status, c.args...)
		if !strings.Contains(stderr, c.says) || strings.Contains(stderr, "goroutine") {
			t.Errorf("%v writes %q, want %q in it and no stack", c.args, stderr, c.says)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("files were written: %v", entries)
	}
}

func TestEveryJSONObjectHasItsSchema(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"backend", "list"}, {"summary", "resnet18"},
		{"bench", "--arch", "resnet18", "--image-size", "32", "--batch-size", "2", "--repeats", "1"},
		{"bench", "--arch", "resnet18", "--image-size", "32", "--batch-size", "2", "--repeats", "1", "--by-layer"},
		{"bench", "network", "--arch", "resnet18", "--image-size", "32", "--batch-size", "2", "--repeats", "1"},
		{"bench", "input", "--image-size", "32", "--repeats", "1"}} {
		stdout, _ := must(t, 0, append(args, "--json")...)
		var object struct{ Schema int }
		if err := json.Unmarshal([]byte(stdout), &object); err != nil || object.Schema != 1 {
			t.Errorf("%v: schema %d (%v)", args, object.Schema, err)
		}
	}
}

func TestTrainResumeEvaluateAndPredict(t *testing.T) {
	dir := t.TempDir()
	data, run := filepath.Join(dir, "data"), filepath.Join(dir, "run")
	must(t, 0, "data", "sketch", "--out", data, "--train", "24", "--val", "10", "--test", "5", "--size", "32", "-q")
	stdout, _ := must(t, 0, "train", data, "--arch", "resnet18", "--image-size", "32", "--epochs", "1", "--batch-size", "8", "--out", run)
	if strings.TrimSpace(stdout) != run {
		t.Errorf("train printed %q, want the run's folder", stdout)
	}
	for _, name := range []string{"run.json", "class_indices.json", "metrics.csv", "best.safetensors", "curves.png", "confusion_matrix.png"} {
		if _, err := os.Stat(filepath.Join(run, name)); err != nil {
			t.Error(err)
		}
	}
	must(t, 2, "train", data, "--out", run) // the folder exists
	checkVanishedPicture(t, data)
	must(t, 0, "train", data, "--resume", run)                                    // the run is finished
	must(t, 2, "train", data, "--resume", run, "--epochs", "2", "--lr", "0.5")    // another learning rate
	must(t, 0, "train", data, "--resume", run, "--epochs", "2", "--workers", "1") // epochs may grow
	if text, _ := os.ReadFile(filepath.Join(run, "metrics.csv")); strings.Count(string(text), "\n") != 3 {
		t.Errorf("metrics after two epochs:\n%s", text)
	}
	checkWeightsOfRun(t, data, run)
	checkEvaluation(t, data, run)
	checkOddData(t, data, run)

	card := filepath.Join(dir, "card.png")
	one := filepath.Join(data, "test", "daisy", "00000.png")
	stdout, _ = must(t, 0, "predict", one, "--run", run, "--plot", card)
	if strings.Count(stdout, "class:") != 5 || strings.Count(stdout, "prob:") != 5 {
		t.Errorf("predict printed\n%s", stdout)
	}
	if _, err := os.Stat(card); err != nil {
		t.Error(err)
	}
	checkBrokenFile(t, data, run)
}

// checkVanishedPicture trains while a picture disappears that was there when the data were read: bad input.
func checkVanishedPicture(t *testing.T, data string) {
	t.Helper()
	run, picture := filepath.Join(t.TempDir(), "run"), filepath.Join(data, "val", "daisy", "00000.png")
	bytes, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for { // the run begins after the data have been read
			if _, err := os.Stat(filepath.Join(run, "run.json")); err == nil {
				os.Remove(picture)
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	_, stderr := must(t, 3, "train", data, "--arch", "resnet18", "--image-size", "32", "--epochs", "1", "--batch-size", "8", "--out", run, "-q")
	if !strings.Contains(stderr, "00000.png") {
		t.Errorf("the error does not name the picture: %s", stderr)
	}
	if err := os.WriteFile(picture, bytes, 0o666); err != nil {
		t.Fatal(err)
	}
}

// checkBrokenFile predicts a folder with a broken file, which has its error among the results.
func checkBrokenFile(t *testing.T, data, run string) {
	t.Helper()
	test := filepath.Join(data, "test")
	if err := os.WriteFile(filepath.Join(test, "daisy", "broken.jpg"), []byte{0xff, 0xd8, 0xff}, 0o666); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "predictions.jsonl")
	must(t, 4, "batch-predict", test, "--run", run, "--format", "jsonl", "--out", out, "--batch-size", "2")
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	var files []string
	errors := 0
	for _, line := range lines {
		var r struct{ File, Label, Error string }
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		files = append(files, r.File)
		if r.Error != "" {
			errors++
		} else if r.Label == "" {
			t.Errorf("no label: %s", line)
		}
	}
	if len(files) != 6 || errors != 1 || files[0] != "clover/00000.png" || files[2] != "daisy/broken.jpg" {
		t.Errorf("%d errors, files %v: want six in order, one an error", errors, files)
	}
}
