package runs

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestMetricsRoundTrip(t *testing.T) {
	r := create(t)
	want := []Metrics{
		{Epoch: 1, TrainLoss: 1.0 / 3, ValLoss: 5e-324, ValAccuracy: 0.1 + 0.2, LR: 1e-4, Seconds: 12.5},
		{Epoch: 2, TrainLoss: math.Inf(1), ValLoss: math.MaxFloat64, ValAccuracy: 1, LR: 0, Seconds: 3},
	}
	for i, m := range want {
		if err := r.AppendMetrics(m); err != nil {
			t.Fatal(err)
		}
		if got := reopen(t, r).Metrics(); !slices.Equal(got, want[:i+1]) {
			t.Errorf("got %v, want %v", got, want[:i+1])
		}
	}
	wantError(t, r.AppendMetrics(Metrics{Epoch: 2}), metricsFile, "epoch 2, but epoch 3 is next")
	data, err := os.ReadFile(r.path(metricsFile))
	if first, _, _ := strings.Cut(string(data), "\n"); err != nil || first != "epoch,train_loss,val_loss,val_accuracy,lr,seconds" {
		t.Errorf("the first line is %q", first)
	}
}

func TestMetricsWithMoreColumnsAreReadAndDamagedOnesRefused(t *testing.T) {
	const header = "epoch,train_loss,val_loss,val_accuracy,lr,seconds"
	got, err := decodeMetrics([]byte(header + ",top5\n1,2,3,0.5,0.1,9,0.9\n"))
	if err != nil || !slices.Equal(got, []Metrics{{1, 2, 3, 0.5, 0.1, 9}}) {
		t.Errorf("with a column added at the end: %v, error %v", got, err)
	}
	for text, want := range map[string]string{
		"":                             "first line",
		"epoch,loss\n1,2\n":            "first line",
		header + "\n1,2,3,x,0.1,9\n":   "line 2",
		header + "\n1,2,3\n":           "line 2",
		header + "\n2,2,3,0.5,0.1,9\n": "epoch 2, but epoch 1 is next",
		header + "\n1,2,3,0.5,0.1,9\n1,2,3,0.5,0.1,9\n": "line 3",
	} {
		_, err := decodeMetrics([]byte(text))
		wantError(t, err, want)
	}
}

func FuzzMetrics(f *testing.F) {
	f.Add([]byte("epoch,train_loss,val_loss,val_accuracy,lr,seconds\n1,2,3,0.5,0.1,9\n2,NaN,+Inf,1e-400,0x1p3,9,extra\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		metrics, err := decodeMetrics(data)
		if err != nil {
			return
		}
		path := filepath.Join(t.TempDir(), metricsFile)
		if err := writeMetrics(path, metrics); err != nil {
			t.Fatal(err)
		}
		again, err := ReadMetrics(path)
		same := func(a, b Metrics) bool { return slices.Equal(a.record(), b.record()) } // also NaN, which is not equal to itself
		if err != nil || !slices.EqualFunc(again, metrics, same) {
			t.Fatalf("%v became %v, error %v", metrics, again, err)
		}
	})
}
