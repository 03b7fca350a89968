// Package runs keeps each training run in a folder of its own, which holds all that prediction, evaluation and a later resume need.
//
// [Create] begins a run, [Resume] opens one to continue it, [Open] opens one to read it, and [Exists] tells whether a folder holds one.
// [Settings] are what the user chose, [Info] is what the run found out before its first step, [Metrics] is one epoch, and [Checkpoint] is the
// state after a step. [FindWeights] finds the weights that a user names: those of a run, of torchvision, or of a file.
//
//	run, err := runs.Open("runs/train-1")
//	fmt.Println(run.Settings.Arch, run.Classes, runs.BestOf(run.Metrics()).Accuracy)
//
// The files of a run:
//
//	run.json                          settings, classes, preprocessing, versions, fingerprint of the data, unreadable pictures
//	class_indices.json                {"0": "daisy", ...}, as the study notes' train.py writes it
//	metrics.csv                       one line for each epoch
//	best.safetensors                  weights of the best epoch, with torchvision's keys and layout
//	checkpoints/step-NNNNNNNN.safetensors   the newest two checkpoints
//	curves.png, confusion_matrix.png  written at the end
//
// run.json is written last when a run begins and removed first when it is overwritten: a folder is a run if it has that file. Every file
// appears under its name only when it is complete (see package atomicfile), so a process may be killed at any time. One process at a time may
// write to a run; any number may read it.
//
// Errors are of the kinds [ErrExists], [ErrInvalid] and [ErrNoCheckpoint], or come from the file system.
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
	"resnetlab/internal/mark"
	"resnetlab/resnetlib/transforms"
	"resnetlab/resnetlib/weights"
)

// Schema is the version of run.json and of the checkpoints.
const Schema = 1

// TestFile is the file in which package compare keeps the test result of a run.
const TestFile = "test.json"

// The other files of a run; see the comment of the package.
const (
	runFile             = "run.json"
	classesFile         = "class_indices.json"
	metricsFile         = "metrics.csv"
	bestFile            = "best.safetensors"
	curvesFile          = "curves.png"
	confusionMatrixFile = "confusion_matrix.png"
	checkpointsFolder   = "checkpoints"
	featuresFolder      = "features" // only during training
)

// Kinds of errors about a run's folder.
var (
	ErrExists  = mark.As(fs.ErrExist, errors.New("the folder exists already")) // also fs.ErrExist: [Create] does not use the folder
	ErrInvalid = errors.New("no usable run")                                   // the folder holds no run, or its files are damaged or of another version
)

// Info holds what a run found out before its first step.
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

// Unreadable is a picture that was left out because it cannot be read.
type Unreadable struct {
	File  string `json:"file"`  // relative to the data's folder
	Error string `json:"error"` // the cause
}

// description is the content of run.json.
type description struct {
	Schema  int       `json:"schema"`
	Created time.Time `json:"created"`
	Settings
	Info
}

// Run is an open run.
type Run struct {
	Dir      string    // its folder
	Created  time.Time // UTC
	Settings Settings  // without Out and Overwrite, which belong to one call of [Create]
	Info

	metrics []Metrics
	damaged []string // paths of the checkpoints that LatestCheckpoint skipped
}

// writeDescription writes run.json.
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

// Exists reports whether the folder dir holds a run, finished or not: whether it has a run.json. It does not read the file.
func Exists(dir string) (bool, error) {
	_, err := os.Stat(filepath.Join(dir, runFile))
	switch {
	case errors.Is(err, fs.ErrNotExist), isFile(dir):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("looking for a run: %w", err)
	}
	return true, nil
}

// isFile reports whether path is there and is no folder.
func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

// Open opens the run in the folder dir. It changes no file. A folder without a run, or with a damaged one, is an [ErrInvalid].
func Open(dir string) (*Run, error) {
	path := filepath.Join(dir, runFile)
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, mark.As(ErrInvalid, fmt.Errorf("opening a run: %s has no %s, so no run has begun there: %w", dir, runFile, fs.ErrNotExist))
	case isFile(dir):
		return nil, mark.As(ErrInvalid, mark.As(fs.ErrNotExist, fmt.Errorf("opening a run: %s is a file; a run is a folder", dir)))
	case err != nil:
		return nil, fmt.Errorf("opening a run: %w", err)
	}
	r, err := OpenBytes(dir, data)
	if err != nil {
		return nil, err
	}
	if r.metrics, err = ReadMetrics(r.path(metricsFile)); err != nil {
		return nil, mark.As(ErrInvalid, fmt.Errorf("opening a run: %w", err))
	}
	return r, nil
}

// OpenBytes opens a run by the content of its run.json, where there is no file system: settings, classes and preprocessing, without metrics. dir is
// the run's name in messages. Content that describes no run is an [ErrInvalid].
func OpenBytes(dir string, description []byte) (*Run, error) {
	r := &Run{Dir: dir}
	if err := r.readDescription(description); err != nil {
		return nil, mark.As(ErrInvalid, fmt.Errorf("opening a run: %s: %w", r.path(runFile), err))
	}
	return r, nil
}

// Resume opens the run in the folder dir to continue it from its newest undamaged checkpoint. It removes from metrics.csv the epochs after that
// checkpoint, and the temporary files of killed processes. damaged says what is wrong with each newer checkpoint. A run without an undamaged
// checkpoint is an [ErrNoCheckpoint].
func Resume(dir string) (r *Run, c *Checkpoint, damaged []error, err error) {
	if r, err = Open(dir); err != nil {
		return nil, nil, nil, err
	}
	if c, damaged, err = r.LatestCheckpoint(); err == nil {
		err = errors.Join(r.removeTemporary(), r.cutMetrics(c.Progress.Epoch))
	}
	if err != nil {
		return nil, nil, nil, fmt.Errorf("resuming the run %s: %w", dir, err)
	}
	return r, c, damaged, nil
}

// removeTemporary removes the temporary files of killed processes.
func (r *Run) removeTemporary() error {
	return errors.Join(atomicfile.RemoveTemporary(r.Dir), atomicfile.RemoveTemporary(r.path(checkpointsFolder)))
}

// readDescription reads the content of run.json.
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
	r.Created, r.Settings, r.Info = d.Created, d.Settings.WithDefaults(), d.Info // run.json of an older version lacks newer settings: they have their defaults
	return nil
}

// path returns the path of one of the run's files.
func (r *Run) path(name string) string { return filepath.Join(r.Dir, name) }

// BestPath returns the path of best.safetensors. The file is missing until the first epoch has ended.
func (r *Run) BestPath() string { return r.path(bestFile) }

// CurvesPath returns the path of curves.png: loss, accuracy and learning rate over the epochs.
func (r *Run) CurvesPath() string { return r.path(curvesFile) }

// ConfusionMatrixPath returns the path of confusion_matrix.png: the validation pictures at the best epoch.
func (r *Run) ConfusionMatrixPath() string { return r.path(confusionMatrixFile) }

// FeaturesPath returns the path of a folder for features that do not fit into memory. The folder exists only during training.
func (r *Run) FeaturesPath() string { return r.path(featuresFolder) }

// Metrics returns the epochs so far, in their order.
func (r *Run) Metrics() []Metrics { return r.metrics }

// AppendMetrics adds the next epoch to metrics.csv.
func (r *Run) AppendMetrics(m Metrics) error {
	if m.Epoch != len(r.metrics)+1 {
		return fmt.Errorf("adding to %s: epoch %d, but epoch %d is next", r.path(metricsFile), m.Epoch, len(r.metrics)+1)
	}
	return r.setMetrics(append(r.metrics, m))
}

// cutMetrics removes from metrics.csv the lines after the given number of epochs.
func (r *Run) cutMetrics(epochs int) error {
	if epochs >= len(r.metrics) {
		return nil
	}
	return r.setMetrics(r.metrics[:epochs:epochs])
}

// setMetrics replaces metrics.csv.
func (r *Run) setMetrics(metrics []Metrics) error {
	if err := writeMetrics(r.path(metricsFile), metrics); err != nil {
		return err
	}
	r.metrics = metrics
	return nil
}

// SetSettings replaces the settings in run.json, with those that [Settings.Continue] returned. On an error the old ones stay.
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
	// The Hugging Face libraries refuse a file whose metadata has no "format".
	return weights.WriteSafetensors(r.BestPath(), sd, map[string]string{"format": "pt", "arch": r.Settings.Arch})
}
