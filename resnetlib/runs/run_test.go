package runs

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"resnetlab/resnetlib/transforms"
	"resnetlab/resnetlib/weights"
)

func info() Info {
	return Info{
		Classes: []string{"daisy", `rosés & "others" <1>`}, Preset: transforms.EvalPreset(64), Backend: "go",
		Versions: map[string]string{"go": "1.27"}, DataFingerprint: "abc", TrainPictures: 10, ValPictures: 2,
		Unreadable: []Unreadable{{"daisy/1.jpg", "unexpected EOF"}},
	}
}

func create(t *testing.T) *Run {
	t.Helper()
	r, err := Create(filepath.Join(t.TempDir(), "runs", "flowers"), Settings{Arch: "resnet18", LR: 0.1}, info(), checkpoint(0), false)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func reopen(t *testing.T, r *Run) *Run {
	t.Helper()
	again, err := Open(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// wantError checks that err names every one of parts.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not name %q", err, part)
		}
	}
}

func TestCreateAndOpen(t *testing.T) {
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

// TestDescriptionKeys are the keys of run.json that DESIGN.md names and scripts read.
func TestDescriptionKeys(t *testing.T) {
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
			t.Errorf("%s belongs to one call, not to the run", key)
		}
	}
}

// TestClassIndices is the file of the notes' train.py: json.dumps(..., indent=4).
func TestClassIndices(t *testing.T) {
	const want = "{\n    \"0\": \"daisy\",\n    \"1\": \"tulips\"\n}"
	if got := string(encodeClasses([]string{"daisy", "tulips"})); got != want {
		t.Errorf("got %s", got)
	}
	many := make([]string, 12)
	for i := range many {
		many[i] = string(rune('a' + i))
	}
	if got, err := decodeClasses(encodeClasses(many)); err != nil || !slices.Equal(got, many) {
		t.Errorf("got %v, error %v", got, err)
	}
	for text, want := range map[string]string{`{}`: "no classes", `[]`: "object", `{"0":"a","2":"b"}`: "index 1", `{"0":1}`: "object", ``: "object"} {
		_, err := decodeClasses([]byte(text))
		wantError(t, err, want)
	}
}

func TestOverwriteRules(t *testing.T) {
	r := create(t)
	if err := r.WriteBest(dict("fc.weight", 1)); err != nil {
		t.Fatal(err)
	}
	if err := r.SaveCheckpoint(checkpoint(5)); err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(r.Dir, "my notes.txt")
	if err := os.WriteFile(own, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Create(r.Dir, Settings{}, info(), checkpoint(0), false)
	if !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v, want fs.ErrExist", err)
	}
	wantError(t, err, r.Dir)
	if _, err := os.Stat(r.BestPath()); err != nil {
		t.Error("the refused Create removed something")
	}
	again, err := Create(r.Dir, Settings{Arch: "resnet50"}, info(), checkpoint(0), true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(r.BestPath()); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the overwritten run's best weights are still there")
	}
	if c, _, err := again.LatestCheckpoint(); err != nil || c.Progress.Step != 0 {
		t.Errorf("checkpoint %v, error %v: want the new run's first", c, err)
	}
	if _, err := os.Stat(own); err != nil {
		t.Error("a file that is not the run's is gone")
	}
	if reopen(t, again).Settings.Arch != "resnet50" {
		t.Error("the new run has the old settings")
	}
}

// TestRemainsAreOverwritten: what a process leaves that was killed while it began a run, at any of its files, may be overwritten; it is no run.
func TestRemainsAreOverwritten(t *testing.T) {
	files := []string{runFile, checkpointsFolder, classesFile, metricsFile} // the last first
	for left := range len(files) {
		r := create(t)
		for _, name := range files[:left+1] {
			if err := os.RemoveAll(r.path(name)); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(r.path(".metrics.csv.unfinished-7"), []byte("ep"), 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := Open(r.Dir)
		wantError(t, err, "run.json")
		if _, err := Create(r.Dir, Settings{}, info(), checkpoint(0), false); !errors.Is(err, fs.ErrExist) {
			t.Errorf("without %v: error %v, want fs.ErrExist unless it is to be overwritten", files[:left+1], err)
		}
		if _, err := Create(r.Dir, Settings{}, info(), checkpoint(0), true); err != nil {
			t.Errorf("without %v: %v", files[:left+1], err)
		}
		if entries, _ := os.ReadDir(r.Dir); len(entries) != len(files) {
			t.Errorf("in the folder: %v", entries)
		}
	}
}

func TestForeignFolderIsNotOverwritten(t *testing.T) {
	dir := t.TempDir()
	if _, err := Create(dir, Settings{}, info(), checkpoint(0), true); err != nil { // empty: nothing to lose
		t.Error(err)
	}
	foreign := t.TempDir()
	path := filepath.Join(foreign, metricsFile)
	if err := os.WriteFile(path, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Create(foreign, Settings{}, info(), checkpoint(0), true)
	wantError(t, err, foreign, "not a run")
	if data, _ := os.ReadFile(path); string(data) != "mine" {
		t.Error("a foreign file was changed")
	}
}

func TestInvalidSettingsMakeNoFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a")
	_, err := Create(dir, Settings{Epochs: -1}, info(), checkpoint(0), false)
	wantError(t, err, "--epochs")
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the folder was made")
	}
}

func TestNext(t *testing.T) {
	root := filepath.Join(t.TempDir(), "runs")
	for _, c := range []struct{ make, want string }{{"", "train-1"}, {"train-1", "train-2"}, {"train-9", "train-10"}, {"train-x", "train-10"}, {"other", "train-10"}} {
		if err := os.MkdirAll(filepath.Join(root, c.make), 0o755); c.make != "" && err != nil {
			t.Fatal(err)
		}
		if got, err := Next(root); err != nil || got != filepath.Join(root, c.want) {
			t.Errorf("after %q: %s, error %v; want %s", c.make, got, err, c.want)
		}
	}
}

func TestRunsThatStartTogetherTakeDifferentFolders(t *testing.T) {
	t.Chdir(t.TempDir())
	var group sync.WaitGroup
	dirs := make([]string, 8)
	for i := range dirs {
		group.Go(func() {
			r, err := Create("", Settings{}, info(), checkpoint(0), false)
			if err != nil {
				t.Error(err)
				return
			}
			dirs[i] = r.Dir
		})
	}
	group.Wait()
	if slices.Sort(dirs); len(slices.Compact(dirs)) != 8 || dirs[0] != filepath.Join("runs", "train-1") {
		t.Errorf("folders %v", dirs)
	}
}

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
	wantError(t, r.AppendMetrics(Metrics{Epoch: 2}), metricsFile, "epoch 2 where 3 is due")
	data, err := os.ReadFile(r.path(metricsFile))
	if first, _, _ := strings.Cut(string(data), "\n"); err != nil || first != "epoch,train_loss,val_loss,val_accuracy,lr,seconds" {
		t.Errorf("the first line is %q", first)
	}
}

func TestReadMetrics(t *testing.T) {
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
		header + "\n2,2,3,0.5,0.1,9\n": "epoch 2 where 1 is due",
		header + "\n1,2,3,0.5,0.1,9\n1,2,3,0.5,0.1,9\n": "line 3",
	} {
		_, err := decodeMetrics([]byte(text))
		wantError(t, err, want)
	}
}

func TestOpenErrors(t *testing.T) {
	_, err := Open(t.TempDir())
	wantError(t, err, "run.json")
	_, err = Open(create(t).path(runFile))
	wantError(t, err, "run.json is a file; a run is a folder")
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
		wantError(t, err, r.path(runFile), want)
	}
}

func TestSetSettings(t *testing.T) {
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
		same := func(a, b Metrics) bool { return slices.Equal(a.record(), b.record()) } // NaN is NaN
		if err != nil || !slices.EqualFunc(again, metrics, same) {
			t.Fatalf("%v became %v, error %v", metrics, again, err)
		}
	})
}

func FuzzClasses(f *testing.F) {
	f.Add([]byte(`{"0": "daisy", "1": "rosés"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		classes, err := decodeClasses(data)
		if err != nil {
			return
		}
		if again, err := decodeClasses(encodeClasses(classes)); err != nil || !slices.Equal(again, classes) {
			t.Fatalf("%q became %q, error %v", classes, again, err)
		}
	})
}

func FuzzDescription(f *testing.F) {
	f.Add([]byte(`{"schema":1,"arch":"resnet18","classes":["a"],"preprocessing":{"resize":8,"crop":7,"interpolation":"bilinear"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := &Run{}
		if r.readDescription(data) == nil && (len(r.Classes) == 0 || r.Preset.Crop < 1) {
			t.Fatalf("accepted %s", data)
		}
	})
}

// A run from before a setting existed has that setting's default.
func TestSettingOfALaterVersion(t *testing.T) {
	r := create(t)
	data, err := os.ReadFile(r.path(runFile))
	if err != nil {
		t.Fatal(err)
	}
	before := strings.Replace(string(data), `"accumulate": 1,`, "", 1)
	if err := os.WriteFile(r.path(runFile), []byte(before), 0o666); err != nil || before == string(data) {
		t.Fatal("run.json has no accumulate to take away", err)
	}
	if n := reopen(t, r).Settings.Accumulate; n != 1 {
		t.Errorf("accumulate is %d, want 1", n)
	}
}
