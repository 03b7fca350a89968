package rooms

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"resnetlab/internal/golden"
)

// compared opens a sample and loads it.
func compared(t *testing.T, sample string, a WeightsArguments) (WeightsAnswer, map[string]int) {
	t.Helper()
	s := newSession(t)
	if _, _, err := ask[WeightFileAnswer](t, s, "weightfile", WeightFileArguments{Sample: sample}); err != nil {
		t.Fatal(err)
	}
	answer, _, err := ask[WeightsAnswer](t, s, "weights", a)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, r := range answer.Rows {
		counts[r.Status]++
	}
	return answer, counts
}

// TestWeightsReportsEachKey has the numbers of lesson 06: a ResNet-18 has 122 tensors, of which 20 are counters that may be absent.
func TestWeightsReportsEachKey(t *testing.T) {
	for _, c := range []struct {
		sample  string
		a       WeightsArguments
		status  string
		keys    int
		loaded  int
		refused string
	}{
		{"plain", WeightsArguments{Classes: 20, Way: "strict"}, "loaded", 122, 122, ""},
		{"plain", WeightsArguments{Classes: 5, Way: "strict"}, "shape", 2, 0, "fc.weight"},
		{"plain", WeightsArguments{Classes: 5, Way: "nonstrict"}, "shape", 2, 0, "fc.weight"},
		{"plain", WeightsArguments{Classes: 5, Way: "first"}, "replaced", 2, 122, ""},
		{"plain", WeightsArguments{Classes: 5, Way: "second"}, "left out", 2, 120, ""},
		{"module", WeightsArguments{Classes: 20, Way: "strict"}, "loaded", 122, 122, ""},
		{"module", WeightsArguments{Classes: 20, Way: "nonstrict", AsStored: true}, "unexpected", 122, 0, ""},
		{"renamed", WeightsArguments{Classes: 20, Way: "strict"}, "unexpected", 1, 0, "conv_1"},
		{"renamed", WeightsArguments{Classes: 20, Way: "nonstrict"}, "missing", 1, 121, ""},
		{"backbone", WeightsArguments{Classes: 5, Way: "second"}, "missing", 2, 120, ""},
	} {
		answer, counts := compared(t, c.sample, c.a)
		if counts[c.status] != c.keys || answer.Report.Loaded != c.loaded || (answer.Refused == "") != (c.refused == "") || !strings.Contains(answer.Refused, c.refused) {
			t.Errorf("%s %+v: %v, loaded %d, %q", c.sample, c.a, counts, answer.Report.Loaded, answer.Refused)
		}
	}
}

func TestWeightsLiveOnAfterHostileFiles(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(golden.Dir(t), "weights/hostile/*"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no hostile files", err)
	}
	s, refused := newSession(t), 0
	openSample := func() {
		if _, _, err := ask[WeightFileAnswer](t, s, "weightfile", WeightFileArguments{Sample: "plain"}); err != nil {
			t.Fatal(err)
		}
	}
	openSample()
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			continue // a folder
		}
		_, _, err = ask[WeightFileAnswer](t, s, "weightfile", WeightFileArguments{}, File{Name: filepath.Base(path), Content: content})
		if err == nil {
			openSample() // a file that can be read has taken its place
			continue
		}
		refused++
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %q has several lines", path, err)
		}
	}
	if refused < len(paths)/2 {
		t.Errorf("%d of %d hostile files are refused", refused, len(paths))
	}
	answer, _, err := ask[WeightsAnswer](t, s, "weights", WeightsArguments{Classes: 20, Way: "strict"})
	if err != nil || answer.Report.Loaded != 122 {
		t.Errorf("after them: %v, %v", answer.Report, err)
	}
}

func TestWeightsRefusesInOneLine(t *testing.T) {
	s := newSession(t)
	right := WeightsArguments{Classes: 5, Way: "strict"}
	if _, _, err := ask[WeightsAnswer](t, s, "weights", right); err == nil {
		t.Error("compared without a file")
	}
	if _, _, err := ask[WeightFileAnswer](t, s, "weightfile", WeightFileArguments{Sample: "?"}); err == nil {
		t.Error("there is a sample ?")
	}
	if _, _, err := ask[WeightFileAnswer](t, s, "weightfile", WeightFileArguments{Sample: "plain"}); err != nil {
		t.Fatal(err)
	}
	for _, a := range []WeightsArguments{{Classes: 5, Way: "?"}, {Way: "strict"}, {Classes: 1 << 30, Way: "strict"}, {Classes: 5, Way: "strict", Arch: "?"}} {
		if _, _, err := ask[WeightsAnswer](t, s, "weights", a); err == nil {
			t.Errorf("%+v is compared", a)
		}
	}
}
