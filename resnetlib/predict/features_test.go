package predict_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/weights"
)

// A folder where the file of features cannot be written is found before the work. Pictures that cannot be read are left out and told.
func TestWriteFeaturesFailsBeforeTheWork(t *testing.T) {
	dir, names := folder(t)
	e, out := extractorOf(t, randomNet(t)), t.TempDir()
	job := predict.FeatureJob{Dir: dir, Out: filepath.Join(out, "f.safetensors")}
	var left []string
	job.Unreadable = func(file string, _ error) { left = append(left, file) }
	s, err := predict.WriteFeatures(context.Background(), e, job)
	if err != nil || s.Files != len(names) || s.Unreadable != 1 || len(left) != 1 || left[0] != names[2] {
		t.Fatalf("%+v, %v, left out %q", s, err, left)
	}
	file, err := weights.Read(job.Out)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if f, ok := file.StateDict.Get("features"); !ok || f.Shape[0] != 6 || f.Shape[1] != 512 {
		t.Errorf("features %v", f)
	}
	job.Out = filepath.Join(out, strings.Repeat("n", 240)+".npy") // the name has room, that of the unfinished file beside it has not
	job.Started = func(predict.Plan) { t.Error("the work began") }
	if _, err := predict.WriteFeatures(context.Background(), e, job); err == nil || !strings.Contains(err.Error(), "writing") {
		t.Errorf("%v", err)
	}
}

// Where no picture can be read there are no features, and no file.
func TestWriteFeaturesOfUnreadablePicturesWritesNothing(t *testing.T) {
	dir, out := t.TempDir(), filepath.Join(t.TempDir(), "f.npy")
	if err := os.WriteFile(filepath.Join(dir, "a.png"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	_, err := predict.WriteFeatures(context.Background(), extractorOf(t, randomNet(t)), predict.FeatureJob{Dir: dir, Out: out})
	if !errors.Is(err, predict.ErrNoneReadable) {
		t.Error(err)
	}
	if files, err := os.ReadDir(filepath.Dir(out)); err != nil || len(files) > 0 {
		t.Errorf("written: %v, %v", files, err)
	}
}
