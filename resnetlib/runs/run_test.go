package runs

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"resnetlab/resnetlib/transforms"
	"resnetlab/resnetlib/weights"
)

// info returns what a run on two classes may find out before its first step.
func info() Info {
	return Info{
		Classes: []string{"daisy", `rosés & "others" <1>`}, Preset: transforms.EvalPreset(64), Backend: "go",
		Versions: map[string]string{"go": "1.27"}, DataFingerprint: "abc", TrainPictures: 10, ValPictures: 2,
		Unreadable: []Unreadable{{"daisy/1.jpg", "unexpected EOF"}},
	}
}

// create begins a run in a temporary folder.
func create(t *testing.T) *Run {
	t.Helper()
	r, err := Create(Settings{Arch: "resnet18", LR: 0.1, Out: filepath.Join(t.TempDir(), "runs", "flowers")}, info(), checkpoint(0))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// reopen opens the folder of r as another process would.
func reopen(t *testing.T, r *Run) *Run {
	t.Helper()
	again, err := Open(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// wantError fails the test unless the message of err has all of the given parts.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q has no %q", err, part)
		}
	}
}

func TestOpenReturnsWhatCreateWrote(t *testing.T) {
	r := create(t)
	again := reopen(t, r)
	if !reflect.DeepEqual(again.Settings, r.Settings) || !reflect.DeepEqual(again.Info, r.Info) || !again.Created.Equal(r.Created) {
		t.Errorf("opened  %+v\ncreated %+v", again, r)
	}
	if r.Settings.BatchSize != 16 || r.Settings.Arch != "resnet18" {
		t.Errorf("settings %+v: want defaults where nothing was set", r.Settings)
	}
	classes, err := ReadClasses(r.path(classesFile))
	if err != nil || !slices.Equal(classes, info().Classes) {
		t.Errorf("classes %q, error %v", classes, err)
	}
}

func TestOpenBytesReadsRunJSONAlone(t *testing.T) {
	r := create(t)
	data, err := os.ReadFile(r.path(runFile))
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenBytes("elsewhere", data)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again.Settings, r.Settings) || !reflect.DeepEqual(again.Info, r.Info) || again.Dir != "elsewhere" || again.Metrics() != nil {
		t.Errorf("opened  %+v\ncreated %+v", again, r)
	}
	again, err = OpenBytes("elsewhere", data[:len(data)/2])
	if again != nil || !errors.Is(err, ErrInvalid) {
		t.Errorf("half of a run.json: %+v", again)
	}
	wantError(t, err, "opening a run", filepath.Join("elsewhere", runFile))
}

// Scripts read these keys.
func TestRunJSONHasTheDocumentedKeys(t *testing.T) {
	data, err := os.ReadFile(create(t).path(runFile))
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]any
	if err := json.Unmarshal(data, &keys); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{"schema": 1.0, "arch": "resnet18", "strategy": "all", "freeze_bn": true, "lr": 0.1, "seed": 0.0,
		"backend": "go", "data_fingerprint": "abc", "classes": nil, "preprocessing": nil, "versions": nil, "unreadable": nil} {
		got, ok := keys[key]
		if !ok || (want != nil && got != want) {
			t.Errorf("%s is %v, want %v", key, got, want)
		}
	}
	for _, key := range []string{"out", "overwrite", "resume", "Out"} {
		if _, ok := keys[key]; ok {
			t.Errorf("run.json has %s, which belongs to one call and not to the run", key)
		}
	}
}

func TestOpenOfNoUsableRunIsErrInvalid(t *testing.T) {
	check := func(err error, parts ...string) {
		t.Helper()
		wantError(t, err, parts...)
		if !errors.Is(err, ErrInvalid) {
			t.Errorf("error %v, want ErrInvalid", err)
		}
	}
	for dir, want := range map[string]string{t.TempDir(): "no run has begun there", create(t).path(runFile): "run.json is a file; a run is a folder"} {
		_, err := Open(dir)
		check(err, want)
		if found, failed := Exists(dir); found || failed != nil || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: Exists is %t (%v), Open says %v; want false and fs.ErrNotExist", dir, found, failed, err)
		}
	}
	for text, want := range map[string]string{
		`{"schema": 2, "classes": 7}`: "schema 2, and this program reads schema 1",
		`{}`:                          "schema 0",
		`{"schema": 1}`:               "no classes",
		`{"schema": 1,`:               "unexpected end",
	} {
		r := create(t)
		if err := os.WriteFile(r.path(runFile), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Open(r.Dir)
		check(err, r.path(runFile), want)
		if found, err := Exists(r.Dir); !found || err != nil {
			t.Errorf("Exists of a damaged run is %t, %v: it does not read the file", found, err)
		}
	}
	r := create(t)
	if err := os.Remove(r.path(metricsFile)); err != nil {
		t.Fatal(err)
	}
	_, err := Open(r.Dir)
	check(err, metricsFile)
}

func TestSetSettingsIsWrittenToRunJSON(t *testing.T) {
	r := create(t)
	s := r.Settings
	s.Epochs = 12
	if err := r.SetSettings(s); err != nil {
		t.Fatal(err)
	}
	if again := reopen(t, r); again.Settings.Epochs != 12 || !reflect.DeepEqual(again.Info, r.Info) {
		t.Errorf("opened %+v", again)
	}
}

func TestBestIsAPlainStateDict(t *testing.T) {
	r := create(t)
	want := dict("layer1.0.conv1.weight", 3)
	if err := r.WriteBest(want); err != nil {
		t.Fatal(err)
	}
	file, err := weights.Read(r.BestPath())
	if err != nil || file.Metadata["format"] != "pt" || !reflect.DeepEqual(file.StateDict.Keys(), want.Keys()) {
		t.Errorf("read %+v, error %v", file, err)
	}
}

func FuzzDescription(f *testing.F) {
	f.Add([]byte(`{"schema":1,"arch":"resnet18","classes":["a"],"preprocessing":{"resize":8,"crop":7,"interpolation":"bilinear"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := OpenBytes("", data)
		if err == nil && (len(r.Classes) == 0 || r.Preset.Crop < 1) {
			t.Fatalf("accepted %s", data)
		}
	})
}

func TestSettingMissingInRunJSONHasItsDefault(t *testing.T) {
	r := create(t)
	data, err := os.ReadFile(r.path(runFile))
	if err != nil {
		t.Fatal(err)
	}
	before := strings.Replace(string(data), `"accumulate": 1,`, "", 1)
	if err := os.WriteFile(r.path(runFile), []byte(before), 0o666); err != nil || before == string(data) {
		t.Fatal("run.json has no accumulate that could be removed", err)
	}
	if n := reopen(t, r).Settings.Accumulate; n != 1 {
		t.Errorf("accumulate is %d, want 1", n)
	}
}
