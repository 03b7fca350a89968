package runs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

func TestExistingRunIsReplacedOnlyWithOverwrite(t *testing.T) {
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
	_, err := Create(Settings{Out: r.Dir}, info(), checkpoint(0))
	if !errors.Is(err, ErrExists) || !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v, want ErrExists, which is an fs.ErrExist", err)
	}
	wantError(t, err, r.Dir, "resume", "overwrite", "another folder")
	if _, err := os.Stat(r.BestPath()); err != nil {
		t.Error("the refused Create removed something")
	}
	again, err := Create(Settings{Arch: "resnet50", Out: r.Dir, Overwrite: true}, info(), checkpoint(0))
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
	if reopen(t, again).Settings.Arch != "resnet50" || again.Settings.Overwrite || again.Settings.Out != "" {
		t.Errorf("the new run has the settings %+v, want resnet50, and neither Out nor Overwrite", again.Settings)
	}
}

// A process may be killed before any of the first files of a run: what it leaves is no run, and may be overwritten.
func TestRemainsOfAKilledCreateCanBeOverwritten(t *testing.T) {
	files := []string{runFile, checkpointsFolder, classesFile, metricsFile} // the last written is the first
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
		if _, err := Create(Settings{Out: r.Dir}, info(), checkpoint(0)); !errors.Is(err, ErrExists) {
			t.Errorf("without %v: error %v, want ErrExists if Overwrite is not set", files[:left+1], err)
		}
		if _, err := Create(Settings{Out: r.Dir, Overwrite: true}, info(), checkpoint(0)); err != nil {
			t.Errorf("without %v: %v", files[:left+1], err)
		}
		if entries, _ := os.ReadDir(r.Dir); len(entries) != len(files) {
			t.Errorf("the folder holds %v", entries)
		}
	}
}

func TestForeignFolderIsNotOverwritten(t *testing.T) {
	dir := t.TempDir()
	if _, err := Create(Settings{Out: dir, Overwrite: true}, info(), checkpoint(0)); err != nil { // empty: nothing to lose
		t.Error(err)
	}
	foreign := t.TempDir()
	path := filepath.Join(foreign, metricsFile)
	if err := os.WriteFile(path, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Create(Settings{Out: foreign, Overwrite: true}, info(), checkpoint(0))
	wantError(t, err, foreign, "holds no run but other files")
	if !errors.Is(err, ErrExists) {
		t.Errorf("error %v, want ErrExists", err)
	}
	if data, _ := os.ReadFile(path); string(data) != "mine" {
		t.Error("a foreign file was changed")
	}
}

func TestInvalidSettingsMakeNoFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a")
	_, err := Create(Settings{Epochs: -1, Out: dir}, info(), checkpoint(0))
	wantError(t, err, "--epochs")
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the folder was made")
	}
}

func TestNextIsOneAboveTheLargestNumber(t *testing.T) {
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
			r, err := Create(Settings{}, info(), checkpoint(0))
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
