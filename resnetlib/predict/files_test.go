package predict_test

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/datasets/sketch"
	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/transforms"
)

// folder holds seven pictures, the third of them broken.
func folder(t *testing.T) (dir string, names []string) {
	t.Helper()
	dir = t.TempDir()
	data := sketch.New("test", sketch.Config{Size: 32, Test: 7})
	for i := range 7 {
		s, err := data.Sample(i)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, fmt.Sprintf("%d.png", i))
		f, err := os.Create(filepath.Join(dir, names[i]))
		if err == nil && i != 2 {
			err = png.Encode(f, s.Image.Image())
		}
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return dir, names
}

func predictor(t *testing.T, batch int) *predict.Predictor {
	t.Helper()
	net, err := models.New(model.NewStore(), "resnet18", 5)
	if err != nil {
		t.Fatal(err)
	}
	p, err := predict.New(testbackend.Open(t, backend.Go), net, sketch.Classes, transforms.EvalPreset(32), batch)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Finalize)
	return p
}

// Every file has its result, in order, whatever the batch size and the number of workers; a broken one has its error.
func TestFilesDropNothing(t *testing.T) {
	dir, names := folder(t)
	var first []predict.Result
	for _, c := range []struct{ batch, workers int }{{1, 1}, {2, 3}, {3, 1}, {8, 8}} {
		results := slices.Collect(predictor(t, c.batch).Files(context.Background(), dir, names, c.workers))
		if len(results) != len(names) {
			t.Fatalf("batch %d: %d results, want %d", c.batch, len(results), len(names))
		}
		if first == nil {
			first = results
		}
		for i, r := range results {
			if r.File != names[i] || (r.Err != nil) != (i == 2) {
				t.Errorf("batch %d: result %d is %s (%v)", c.batch, i, r.File, r.Err)
			}
			for j := range r.Logits {
				if d := r.Logits[j] - first[i].Logits[j]; d > 1e-4 || d < -1e-4 {
					t.Errorf("batch %d: %s: logit %d is %g, alone %g", c.batch, r.File, j, r.Logits[j], first[i].Logits[j])
				}
			}
		}
	}
}

// The end of the context ends the sequence with its error.
func TestFilesCancel(t *testing.T) {
	dir, names := folder(t)
	ctx, cancel := context.WithCancel(context.Background())
	var last predict.Result
	n := 0
	for last = range predictor(t, 1).Files(ctx, dir, names, 2) {
		if n++; n == 2 {
			cancel()
		}
	}
	cancel()
	if last.File != "" || !errors.Is(last.Err, context.Canceled) || n >= len(names) {
		t.Errorf("%d results, the last %+v", n, last)
	}
}

func TestTop(t *testing.T) {
	r := predict.NewResult([]float32{1, 3, 3, -2})
	if got := r.Top(3); !slices.Equal(got, []int{1, 2, 0}) || r.Index != 1 {
		t.Errorf("top 3 %v, index %d", got, r.Index)
	}
}
