// Package runs keeps a training run in a folder that says everything about itself: settings, classes, preprocessing,
// metrics, the best weights, and checkpoints from which it goes on. Whatever works with a trained network later needs
// the folder's path alone.
//
// Every file appears under its name only when it is whole. One process at a time writes to a run; any number read.
package runs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"resnetlab/internal/atomicfile"
	"resnetlab/resnetlib/transforms"
	"resnetlab/resnetlib/weights"
)

// Schema is the version of run.json and of the checkpoints.
const Schema = 1

// The files of a run.
const (
	runFile             = "run.json"
	classesFile         = "class_indices.json"
	metricsFile         = "metrics.csv"
	bestFile            = "best.safetensors"
	curvesFile          = "curves.png"
	confusionMatrixFile = "confusion_matrix.png"
	TestFile            = "test.json" // of a comparison's finished member
	checkpointsFolder   = "checkpoints"
	featuresFolder      = "features" // only while the run goes on
)

// Info is what a run found out before it began.
type Info struct {
	Classes         []string          `json:"classes"` // in label order
	Preset          transforms.Preset `json:"preprocessing"`
	Backend         string            `json:"backend"`
	Versions        map[string]string `json:"versions"` // of the program, Go, GoMLX and the rest
	DataFingerprint string            `json:"data_fingerprint"`
	TrainPictures   int               `json:"train_pictures"` // without the unreadable ones
	ValPictures     int               `json:"val_pictures"`
	Unreadable      []Unreadable      `json:"unreadable"`               // found before epoch 1 and left out
	PyTorchRecipe   string            `json:"pytorch_recipe,omitempty"` // how to load best.safetensors, where it is not plain torchvision
}

// Unreadable is a picture that was left out.
type Unreadable struct {
	File  string `json:"file"`
	Error string `json:"error"`
}

// description is run.json.
type description struct {
	Schema  int       `json:"schema"`
	Created time.Time `json:"created"`
	Settings
	Info
}

// Run is a run's folder.
type Run struct {
	Dir      string
	Created  time.Time
	Settings Settings
	Info

	metrics []Metrics
	damaged []string // checkpoints that LatestCheckpoint passed over
}

func (r *Run) writeDescription() error {
	d := description{Schema, r.Created, r.Settings, r.Info}
	if d.Unreadable == nil {
		d.Unreadable = []Unreadable{} // [] in the file, not null
	}
	return atomicfile.Write(r.path(runFile), func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		return encoder.Encode(d)
	})
}

// fileError is the error of a file where a run's folder is asked for.
type fileError string

func (f fileError) Error() string {
	return fmt.Sprintf("opening a run: %s is a file; a run is a folder", string(f))
}
func (f fileError) Is(target error) bool { return target == fs.ErrNotExist }

// Open opens a run's folder. It changes nothing in it.
func Open(dir string) (*Run, error) {
	r := &Run{Dir: dir}
	data, err := os.ReadFile(r.path(runFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("opening a run: %s has no %s, so no run has begun there: %w", dir, runFile, fs.ErrNotExist)
	}
	if info, e := os.Stat(dir); e == nil && !info.IsDir() {
		return nil, fileError(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("opening a run: %w", err)
	}
	if err := r.readDescription(data); err != nil {
		return nil, fmt.Errorf("opening a run: %s: %w", r.path(runFile), err)
	}
	if r.metrics, err = ReadMetrics(r.path(metricsFile)); err != nil {
		return nil, fmt.Errorf("opening a run: %w", err)
	}
	return r, nil
}

// Resume opens a run to go on with it: from the newest checkpoint that is whole, with metrics.csv cut back to its epochs
// and without what a killed process left half written. damaged says what is wrong with newer checkpoints.
func Resume(dir string) (r *Run, c *Checkpoint, damaged []error, err error) {
	if r, err = Open(dir); err != nil {
		return nil, nil, nil, err
	}
	if c, damaged, err = r.LatestCheckpoint(); err == nil {
		err = errors.Join(r.removeTemporary(), r.cutMetrics(c.Progress.Epoch))
	}
	if err != nil {
		return nil, nil, damaged, fmt.Errorf("going on with the run %s: %w", dir, err)
	}
	return r, c, damaged, nil
}

func (r *Run) removeTemporary() error {
	return errors.Join(atomicfile.RemoveTemporary(r.Dir), atomicfile.RemoveTemporary(r.path(checkpointsFolder)))
}

func (r *Run) readDescription(data []byte) error {
	var version struct {
		Schema int `json:"schema"`
	}
	if err := json.Unmarshal(data, &version); err != nil {
		return err
	}
	if version.Schema != Schema {
		return &schemaError{version.Schema}
	}
	var d description
	if err := json.Unmarshal(data, &d); err != nil {
		return err
	}
	if len(d.Classes) == 0 || d.Preset.Crop < 1 || d.Preset.Resize < 1 {
		return errors.New("it names no classes or no preprocessing")
	}
	r.Created, r.Settings, r.Info = d.Created, d.Settings.WithDefaults(), d.Info // a run from before a setting existed has its default
	return nil
}

func (r *Run) path(name string) string { return filepath.Join(r.Dir, name) }

// BestPath is the file of the weights of the best epoch; it is missing until there is one.
func (r *Run) BestPath() string { return r.path(bestFile) }

// CurvesPath and ConfusionMatrixPath are where a run's pictures go.
func (r *Run) CurvesPath() string { return r.path(curvesFile) }

// ConfusionMatrixPath: see CurvesPath.
func (r *Run) ConfusionMatrixPath() string { return r.path(confusionMatrixFile) }

// FeaturesPath is a folder for features that do not fit into memory; it is there only while the run goes on.
func (r *Run) FeaturesPath() string { return r.path(featuresFolder) }

// Metrics are the epochs so far.
func (r *Run) Metrics() []Metrics { return r.metrics }

// AppendMetrics adds the next epoch to metrics.csv.
func (r *Run) AppendMetrics(m Metrics) error {
	if m.Epoch != len(r.metrics)+1 {
		return fmt.Errorf("%s: epoch %d where %d is due", r.path(metricsFile), m.Epoch, len(r.metrics)+1)
	}
	return r.setMetrics(append(r.metrics, m))
}

// cutMetrics leaves the first epochs lines of metrics.csv.
func (r *Run) cutMetrics(epochs int) error {
	if epochs >= len(r.metrics) {
		return nil
	}
	return r.setMetrics(r.metrics[:epochs:epochs])
}

func (r *Run) setMetrics(metrics []Metrics) error {
	if err := writeMetrics(r.path(metricsFile), metrics); err != nil {
		return err
	}
	r.metrics = metrics
	return nil
}

// SetSettings replaces the settings in run.json: those of Continue.
func (r *Run) SetSettings(s Settings) error {
	before := r.Settings
	r.Settings = s
	if err := r.writeDescription(); err != nil {
		r.Settings = before
		return err
	}
	return nil
}

// WriteBest writes best.safetensors, a state dict with torchvision's keys and layout.
func (r *Run) WriteBest(sd *weights.StateDict) error {
	// Loaders of the Hugging Face libraries refuse a file that does not say "format".
	return weights.WriteSafetensors(r.BestPath(), sd, map[string]string{"format": "pt", "arch": r.Settings.Arch})
}
