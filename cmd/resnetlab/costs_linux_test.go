package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/weights"
)

// TestMeasureCosts measures what resnetlib/backend/work.go has as constants, and logs it (go test -v). It fails where auto takes longer for one picture
// than the faster backend does. It measures times: run it on a machine that has nothing else to do.
func TestMeasureCosts(t *testing.T) {
	if os.Getenv("RESNETLAB_ALL") == "" {
		t.Skip("takes minutes: set RESNETLAB_ALL=1 to run it")
	}
	newCache(t)
	if _, _, err := backend.Open(backend.XLACPU); err != nil {
		t.Skip(err)
	}
	picture := filepath.Join(drawn(t), "train", "daisy", "00000.png")
	for _, arch := range []string{"resnet18", "resnet34", "resnet50", "resnext50_32x4d"} {
		t.Run(arch, func(t *testing.T) {
			m := meter{t: t, picture: picture, weights: filepath.Join(t.TempDir(), arch+".safetensors"), arch: arch}
			gmacs := m.writeNetwork()
			m.costs(gmacs)
			m.onePicture()
		})
	}
}

// costs logs the constants.
func (m meter) costs(gmacs float64) {
	m.t.Helper()
	goShort, goLong := m.median(backend.Go, 8), m.median(backend.Go, 40)
	cold := m.once(backend.XLACPU, 8)
	xlaShort, xlaLong := m.median(backend.XLACPU, 8), m.median(backend.XLACPU, 40)
	perGo, perXLA := (goLong-goShort)/32/gmacs, (xlaLong-xlaShort)/32/gmacs
	m.t.Logf("perGMAC: go %.4f, XLA %.4f; XLA start %.2f, compile %.2f", perGo, perXLA, xlaShort-goShort+8*gmacs*(perGo-perXLA), cold-xlaShort)
}

// onePicture compares auto with the faster backend.
func (m meter) onePicture() {
	m.t.Helper()
	m.once(backend.XLACPU, 1) // compiles the graph
	onGo, onXLA, onAuto := m.median(backend.Go, 1), m.median(backend.XLACPU, 1), m.median("auto", 1)
	m.t.Logf("one picture: go %.2f, XLA %.2f, auto %.2f s", onGo, onXLA, onAuto)
	if best := min(onGo, onXLA); onAuto > 1.2*best+0.05 {
		m.t.Errorf("auto takes %.2f s for one picture, the faster backend %.2f", onAuto, best)
	}
}

// meter times predictions with one network.
type meter struct {
	t                      *testing.T
	arch, picture, weights string
}

// writeNetwork writes random weights, and returns the network's multiply-adds in units of 1e9.
func (m meter) writeNetwork() float64 {
	m.t.Helper()
	net, err := models.New(model.NewStore(), m.arch, 5, nn.Seed(1))
	if err != nil {
		m.t.Fatal(err)
	}
	sd, err := net.StateDict()
	if err != nil {
		m.t.Fatal(err)
	}
	if err := weights.Write(m.weights, sd); err != nil {
		m.t.Fatal(err)
	}
	s, err := models.Summarize(net, 1, 224, 224, 3)
	if err != nil {
		m.t.Fatal(err)
	}
	return float64(s.MACs) / 1e9
}

// once returns the seconds of a prediction of n pictures.
func (m meter) once(name string, n int) float64 {
	m.t.Helper()
	classes := filepath.Join(filepath.Dir(m.weights), "classes.json")
	if err := os.WriteFile(classes, []byte(`{"0":"a","1":"b","2":"c","3":"d","4":"e"}`), 0o666); err != nil {
		m.t.Fatal(err)
	}
	args := []string{"--backend", name, "predict", "--weights", m.weights, "--arch", m.arch, "--classes", classes}
	start := time.Now()
	if out, err := exec.Command(program, append(args, slices.Repeat([]string{m.picture}, n)...)...).CombinedOutput(); err != nil {
		m.t.Fatalf("%v: %v: %s", args, err, out)
	}
	return time.Since(start).Seconds()
}

// median returns the median of three predictions.
func (m meter) median(name string, n int) float64 {
	m.t.Helper()
	all := []float64{m.once(name, n), m.once(name, n), m.once(name, n)}
	slices.Sort(all)
	return all[1]
}
