package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = "../../.."

// TestPageHasTheResults tests that the page's tables and pictures are those of the results beside it, so that no number is typed by hand.
func TestPageHasTheResults(t *testing.T) {
	r, err := readResults(filepath.Join(root, resultsPlace))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, pagePlace))
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	filled, err := fill(page, r)
	if err != nil {
		t.Fatal(err)
	}
	if filled != page {
		have := strings.Split(page, "\n")
		for line := range strings.SplitSeq(filled, "\n") {
			if !slices.Contains(have, line) {
				t.Errorf("docs/performance.md lacks: %s", line)
			}
		}
		t.Error("docs/performance.md has not the numbers of docs/performance.json: run make docs")
	}
}

// markers is a page with the markers of all blocks, and the lines below the first of them.
func markers(below string) string {
	var page strings.Builder
	for _, b := range blocks {
		page.WriteString("<!-- bench: " + b.name + " -->\n" + below)
		below = ""
	}
	return page.String()
}

func TestFillReplacesBlocks(t *testing.T) {
	r := &results{Machine: machine{Processor: "abacus", Cores: 2}}
	once, err := fill(markers("| old | table |\n| --- | --- |\n\nText.\n"), r)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(once, "old") || !strings.Contains(once, "| machine | abacus, 2 cores") || !strings.Contains(once, "\n\nText.\n") {
		t.Errorf("filled:\n%s", once)
	}
	if twice, err := fill(once, r); err != nil || twice != once {
		t.Errorf("filled again, %v:\n%s", err, twice)
	}
	for name, page := range map[string]string{"no markers": "", "an unknown one": markers("") + "<!-- bench: x -->", "one twice": markers("") + markers("")} {
		if _, err := fill(page, r); err == nil {
			t.Errorf("%s and no error", name)
		}
	}
}

// measured returns results of one step with two rounds. In the second round the machine was slower.
func measured() *results {
	w := sets(2)[0].works[2] // a step
	return &results{Machine: machine{Cores: 2}, Works: []*record{{work: w,
		Cold: map[string]sample{"onednn": {Wall: 9}}, Warm: map[string]sample{"onednn": {Wall: 2}, reference: {Wall: 1}},
		Rounds: []map[string]sample{
			{reference: {0.8, 1.6}, "onednn": {0.6, 1.2}},
			{reference: {1.6, 1.7}, "onednn": {1.6, 1.6}, "go": {3.2, 6.4}}},
		PeakRSS: map[string]int64{reference: 2e9, "onednn": 3e9}}}}
}

func TestTables(t *testing.T) {
	for name, want := range map[string]string{
		"ratios":       "| resnet34 | step | 8 | 0.88 (0.75 to 1.00) / 0.85 | 2.00 (2.00 to 2.00) / 3.76 |",
		"seconds":      "| resnet34 | step | 8 | 150.0 / 206.2 | 137.5 / 175.0 | 400.0 / 800.0 |",
		"memory":       "| resnet34 | step | 8 | 2.00 GB | 3.00 GB (1.50) |",
		"ratios drawn": "![Training step: time as a multiple of PyTorch's](images/bench-networks-step.png)",
		"first":        "| resnet34 | step | 8 | 1.0 | 9.0, then 2.0 |",
	} {
		at := slices.IndexFunc(blocks, func(b block) bool { return b.name == name })
		if lines := blocks[at].lines(measured()); !slices.Contains(lines, want) {
			t.Errorf("%s: want %s in\n%s", name, want, strings.Join(lines, "\n"))
		}
	}
}

// A side whose processor time is its wall time is marked, if it may use more than one thread.
func TestOneCoreIsMarked(t *testing.T) {
	r := measured()
	one := r.Works[0]
	one.Rounds = one.Rounds[1:]
	if !one.oneCore("onednn") || !one.oneCore(reference) || one.oneCore("go") || one.oneCore("xla") {
		t.Errorf("marks: %v, %v, %v, %v", one.oneCore("onednn"), one.oneCore(reference), one.oneCore("go"), one.oneCore("xla"))
	}
	if lines := strings.Join(table(secondsRows)(r), "\n"); strings.Count(lines, "¹") != 2 {
		t.Errorf("two marks in\n%s", lines)
	}
	one.Threads = 1
	if one.oneCore("onednn") {
		t.Error("one thread is marked")
	}
}

func TestPicturesAreDrawn(t *testing.T) {
	r := measured()
	for _, w := range sets(2)[1].works {
		r.Works = append(r.Works, &record{work: w, Rounds: []map[string]sample{{reference: {1, 2}, "onednn": {2, 3}}}})
	}
	dir := t.TempDir()
	if err := drawAll(r, dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bench-networks-step.png", "bench-batch-forward.png", "bench-batch-step.png"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() < 5000 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

func TestSidesNamed(t *testing.T) {
	chosen, err := sidesNamed([]string{"go"})
	if err != nil || len(chosen) != 2 || chosen[0].name != reference || chosen[1].name != "go" {
		t.Errorf("%v, %v: want the reference and go", chosen, err)
	}
	if _, err := sidesNamed([]string{"abacus"}); err == nil {
		t.Error("an unknown side and no error")
	}
}

// make bench-peer installs the linter beside the libraries.
func TestPeerPyIsLinted(t *testing.T) {
	ruff := filepath.Join(root, ".cache", "peer", "bin", "ruff")
	if _, err := os.Stat(ruff); err != nil {
		t.Skip("no linter: make bench-peer installs it")
	}
	for _, args := range [][]string{{"check", "--no-cache", "."}, {"format", "--check", "--no-cache", "."}} {
		if said, err := exec.Command(ruff, args...).CombinedOutput(); err != nil {
			t.Errorf("ruff %v: %v\n%s", args, err, said)
		}
	}
}
