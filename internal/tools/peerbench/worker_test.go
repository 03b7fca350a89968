package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/weights"
)

// The numbers are what pictures of peer.py returns for pictures(2, 5), at [0, 0, 0, 1], [0, 2, 4, 4] and [1, 1, 2, 3].
func TestPicturesAreThoseOfPeerPy(t *testing.T) {
	got := pictures(2, 5)
	at := func(n, c, h, w int) float32 { return got[((n*5+h)*5+w)*3+c] }
	for i, pair := range [][2]float32{{at(0, 0, 0, 1), -0.3174881}, {at(0, 2, 4, 4), -0.2573742}, {at(1, 1, 2, 3), 0.058307942}} {
		if pair[0] != pair[1] {
			t.Errorf("value %d: %v, in Python %v", i, pair[0], pair[1])
		}
	}
	var sum, squares float64
	all := pictures(4, 32)
	for _, v := range all {
		sum, squares = sum+float64(v), squares+float64(v)*float64(v)
	}
	if n := float64(len(all)); math.Abs(sum/n) > 0.03 || math.Abs(squares/n-1) > 0.03 {
		t.Errorf("mean %.3f, mean square %.3f: want 0 and 1", sum/n, squares/n)
	}
}

// talk sends lines to a worker of the Go backend and returns its answers. The folder of the weights has a resnet18.
func talk(t *testing.T, lines ...string) (answers []answer) {
	t.Helper()
	dir := t.TempDir()
	net, err := models.New(model.NewStore(), "resnet18", classes)
	if err != nil {
		t.Fatal(err)
	}
	sd, err := net.StateDict()
	if err != nil {
		t.Fatal(err)
	}
	if err := weights.Write(filepath.Join(dir, "resnet18.pth"), sd); err != nil {
		t.Fatal(err)
	}
	w := worker{backend: testbackend.Open(t, backend.Go), models: dir}
	var out bytes.Buffer
	if err := serve(t.Context(), strings.NewReader(strings.Join(lines, "\n")), json.NewEncoder(&out), w.answer); err != nil {
		t.Fatal(err)
	}
	for all := json.NewDecoder(&out); all.More(); {
		var a answer
		if err := all.Decode(&a); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, a)
	}
	return answers
}

func TestWorkerMeasuresBothKinds(t *testing.T) {
	answers := talk(t,
		`{"do":"prepare","arch":"resnet18","kind":"forward","batch":2,"size":32}`, `{"do":"run","calls":2}`,
		`{"do":"prepare","arch":"resnet18","kind":"step","batch":2,"size":32}`, `{"do":"run","calls":1}`)
	if len(answers) != 4 {
		t.Fatalf("%d answers", len(answers))
	}
	for i, want := range []int{classes, classes, 1, 1} {
		a := answers[i]
		if a.Error != "" || len(a.Value) != want || a.Wall <= 0 || a.Processor <= 0 || a.PeakRSS < 1<<20 {
			t.Errorf("answer %d: %d values, %+v, %d bytes, error %q", i, len(a.Value), a.sample, a.PeakRSS, a.Error)
		}
	}
	if err := checkSame(answers[1].Value, answers[0].Value); err != nil {
		t.Errorf("a second forward pass: %v", err)
	}
	if answers[3].Value[0] == answers[2].Value[0] {
		t.Errorf("the loss is %v before and after a step", answers[2].Value)
	}
}

func TestWorkerAnswersWithAnError(t *testing.T) {
	answers := talk(t, `{"do":"run","calls":1}`, `{"do":"dance"}`, `{"do":"prepare","arch":"resnet34","kind":"forward","batch":1,"size":32}`)
	for i, want := range []string{"run before prepare", `unknown request "dance"`, "resnet34.pth"} {
		if !strings.Contains(answers[i].Error, want) {
			t.Errorf("answer %d: %q, want %q", i, answers[i].Error, want)
		}
	}
	err := serve(t.Context(), strings.NewReader("no JSON"), json.NewEncoder(&bytes.Buffer{}), func(context.Context, request) (answer, error) { return answer{}, nil })
	if err == nil {
		t.Error("a request that is no JSON and no error")
	}
}

func TestWorkerMeasuresLayers(t *testing.T) {
	got := talk(t, `{"do":"layers","arch":"resnet18","batch":1,"size":32}`)[0]
	if got.Error != "" || got.Layers == nil || got.Layers.Peak < 1e6 {
		t.Fatalf("%+v", got)
	}
	macs := 0
	for _, l := range got.Layers.Layers {
		macs += l.MACs
	}
	net, err := models.New(model.NewStore(), "resnet18", classes)
	if err != nil {
		t.Fatal(err)
	}
	summary, err := models.Summarize(net, 1, 32, 32, 3)
	if err != nil {
		t.Fatal(err)
	}
	if macs != summary.MACs {
		t.Errorf("the layers have %d multiply-adds, the network %d", macs, summary.MACs)
	}
	if rows := got.Layers.rows(); len(rows) != len(got.Layers.Layers)+2 {
		t.Errorf("%d rows for %d layers", len(rows), len(got.Layers.Layers))
	}
}
