//go:build unix

package main

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"resnetlab/internal/golden"
)

// wantTensor is a tensor of the golden vectors' index of hostile files.
type wantTensor struct {
	DType string  `json:"dtype"`
	Shape []int   `json:"shape"`
	Rank  int     `json:"shape_rank"`
	Sum   float64 `json:"sum"`
}

// The limits are 2 s and 200 MB. Files that the index allows to be read must have the tensors that it lists.
func TestHostileWeightsAreRefusedInOneLineWithinLimits(t *testing.T) {
	var index struct {
		Files map[string]struct {
			Must    string
			Tensors map[string]wantTensor
		}
	}
	golden.JSON(t, "weights/hostile/index.json", &index)
	if os.Getenv(alone) == "" {
		runAlone(t)
		return
	}
	work, folder := t.TempDir(), filepath.Join(golden.Dir(t), "weights", "hostile")
	most := int64(0)
	for _, name := range slices.Sorted(maps.Keys(index.Files)) {
		var out, errs strings.Builder
		cmd := exec.Command(program, "weights", "inspect", filepath.Join(folder, name), "--json")
		cmd.Dir, cmd.Stdout, cmd.Stderr = work, &out, &errs
		start := time.Now()
		_ = cmd.Run() // cmd.ProcessState has the result
		took, rss := time.Since(start), peakRSS(cmd.ProcessState)
		most = max(most, rss)
		if took > 2*time.Second || rss > 200e6 {
			t.Errorf("%s: %v, %d MB", name, took, rss/1e6)
		}
		switch want := index.Files[name]; {
		case cmd.ProcessState.ExitCode() == 0 && want.Must != "error":
			checkInspected(t, name, out.String(), want.Tensors)
		case cmd.ProcessState.ExitCode() != 3 || out.Len() > 0 || strings.Count(errs.String(), "\n") != 1 || strings.Contains(errs.String(), "goroutine"):
			t.Errorf("%s: exit %d, want 3 and one line\n%s%s", name, cmd.ProcessState.ExitCode(), out.String(), errs.String())
		}
	}
	t.Logf("%d files, at most %d MB", len(index.Files), most/1e6)
	if left, err := os.ReadDir(work); err != nil || len(left) > 0 {
		t.Errorf("files were written: %v (%v)", left, err)
	}
}

// alone is the environment variable that is set in a process that runs one test.
const alone = "RESNETLAB_TEST_ALONE"

// runAlone runs the test again in a process of its own. The peak memory of a child is at least that of the process that starts it (getrusage(2) keeps
// the maximum through exec), and this process may have grown in other tests.
func runAlone(t *testing.T) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), alone+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// checkInspected compares the JSON of weights inspect with the tensors of the index.
func checkInspected(t *testing.T, name, stdout string, want map[string]wantTensor) {
	t.Helper()
	var got struct{ Tensors map[string]wantTensor }
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || len(got.Tensors) != len(want) {
		t.Fatalf("%s: %d tensors, want %d (%v)", name, len(got.Tensors), len(want), err)
	}
	for key, w := range want {
		g := got.Tensors[key]
		shape := slices.Equal(g.Shape, w.Shape) || w.Shape == nil && len(g.Shape) == w.Rank
		if g.DType != w.DType || !shape || w.Shape != nil && math.Abs(g.Sum-w.Sum) > 1e-9*max(1, math.Abs(w.Sum)) {
			t.Errorf("%s %s: %+v, want %+v", name, key, g, w)
		}
	}
}

// peakRSS returns the peak memory of a process in bytes.
func peakRSS(s *os.ProcessState) int64 {
	kilobytes := int64(s.SysUsage().(*syscall.Rusage).Maxrss)
	if runtime.GOOS == "darwin" {
		return kilobytes // bytes there
	}
	return kilobytes * 1024
}
