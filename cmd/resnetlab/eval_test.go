package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"resnetlab/resnetlib/runs"
)

// evaluation holds the keys in the JSON of eval that scripts read.
type evaluation struct {
	Schema    int
	Accuracy  float64
	Loss      float64
	Top5      float64
	Confusion [][]int `json:"confusion_matrix"`
	Classes   []string
	PerClass  []struct {
		Class             string
		Precision, Recall *float64
	} `json:"per_class"`
}

// checkEvaluation evaluates the run of TestTrainResumeEvaluateAndPredict on its ten validation pictures.
func checkEvaluation(t *testing.T, data, run string) {
	t.Helper()
	read := func(args ...string) (e evaluation) {
		stdout, _ := must(t, 0, append([]string{"eval", data, "--run", run, "--json"}, args...)...)
		if err := json.Unmarshal([]byte(stdout), &e); err != nil {
			t.Fatal(err)
		}
		return e
	}
	e := read()
	right, all := 0, 0
	for i, row := range e.Confusion {
		for j, n := range row {
			all += n
			if i == j {
				right += n
			}
		}
		if recall := float64(row[i]) / 2; *e.PerClass[i].Recall != recall || e.PerClass[i].Class != e.Classes[i] { // two pictures a class
			t.Errorf("class %s: recall %v, want %v", e.Classes[i], *e.PerClass[i].Recall, recall)
		}
	}
	if all != 10 || len(e.Classes) != 5 || float64(right)/float64(all) != e.Accuracy || e.Top5 != 1 || e.Schema != 1 {
		t.Errorf("evaluation %+v", e)
	}
	if tta := read("--tta"); tta.Loss == e.Loss || math.Abs(tta.Loss-e.Loss) > 1 {
		t.Errorf("loss %v with the mirror images, %v without", tta.Loss, e.Loss)
	}
	checkEvaluationPictures(t, data, run)
}

// checkEvaluationPictures checks the pictures and the text of eval.
func checkEvaluationPictures(t *testing.T, data, run string) {
	t.Helper()
	dir := t.TempDir()
	confusion, worst := filepath.Join(dir, "confusion.png"), filepath.Join(dir, "worst.svg")
	stdout, _ := must(t, 0, "eval", data, "--run", run, "--plot", confusion, "--top-losses", worst, "--count", "3")
	for _, part := range []string{"true \\ predicted", "precision  recall", "top-5 accuracy 1.0000"} {
		if !strings.Contains(stdout, part) {
			t.Errorf("no %q in\n%s", part, stdout)
		}
	}
	for _, path := range []string{confusion, worst} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

// checkOddData evaluates on data with unknown classes, which are bad input; without one of the classes; and with an unreadable picture, which is left
// out.
func checkOddData(t *testing.T, data, run string) {
	t.Helper()
	_, stderr := must(t, 3, "eval", "sketch:many", "--run", run)
	if !strings.Contains(stderr, "clover, daisy, fern, lily, tulip") || !strings.Contains(stderr, "bracken, heart-3, heart-3-eyed") {
		t.Errorf("the error does not name the classes of the network and of the data: %s", stderr)
	}
	if err := os.WriteFile(filepath.Join(data, "val", "fern", "broken.png"), []byte("no picture"), 0o666); err != nil {
		t.Fatal(err)
	}
	must(t, 2, "eval", data, "--run", run, "--count", "3") // --count without --top-losses
	stdout, stderr := must(t, 4, "eval", data, "--run", run, "--json", "-q")
	var e struct{ Unreadable []runs.Unreadable }
	if err := json.Unmarshal([]byte(stdout), &e); err != nil || len(e.Unreadable) != 1 || e.Unreadable[0].File != "fern/broken.png" || e.Unreadable[0].Error == "" {
		t.Errorf("unreadable: %+v (%v)", e.Unreadable, err)
	}
	if err := os.RemoveAll(filepath.Join(data, "val", "tulip")); err != nil {
		t.Fatal(err)
	}
	if text, _ := must(t, 4, "eval", data, "--run", run); !strings.Contains(text, "tulip") || !strings.Contains(text, "8 pictures: loss") {
		t.Errorf("without pictures of one class:\n%s", text)
	} else if line := text[strings.LastIndex(text, "tulip"):]; strings.Fields(line)[1] != "0" || strings.Fields(line)[3] != "-" {
		t.Errorf("a class without pictures: %s", line)
	}
	if err := os.Mkdir(filepath.Join(data, "val", "tulip"), 0o777); err != nil {
		t.Fatal(err)
	}
	must(t, 4, "eval", filepath.Join(data, "val"), "--run", run)
	if !strings.Contains(stderr, "fern/broken.png") || !slices.Contains(strings.Fields(stdout), "10,") {
		t.Errorf("%s%s", stdout, stderr)
	}
}
