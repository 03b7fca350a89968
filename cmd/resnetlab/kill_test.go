package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// killed is a training that is killed with SIGKILL several times.
type killed struct {
	args []string // of train, without --out
	dir  string
	rnd  *rand.Rand
	time time.Duration // of the training without a kill
}

// needXLA skips a test where XLA cannot be used, and says on which way it computes convolutions.
func needXLA(t *testing.T) {
	t.Helper()
	listed, _ := must(t, 0, "backend", "list")
	if !regexp.MustCompile(`(?m)^xla:cpu +yes`).MatchString(listed) {
		fmt.Printf("SKIP: %s: %s\n", t.Name(), listed)
		t.Skip(listed)
	}
	t.Log(listed)
}

// The kills come at random times, and the number of workers changes. On XLA the first of the killed processes compiles and the others load what it
// has stored, if it lived long enough.
func TestKilledAndResumedRunHasTheBytesOfOneThatWasNotKilled(t *testing.T) {
	kills, variants := 2, map[string][]string{
		"all":                 {"--optimizer", "sgd", "--momentum", "0.9"},
		"last:fc accumulated": {"--strategy", "last:fc", "--accumulate", "2", "--scheduler", "plateau"},
		"all on XLA":          {"--backend", "xla:cpu", "--optimizer", "sgd", "--momentum", "0.9"},
	}
	if os.Getenv("RESNETLAB_ALL") != "" {
		kills = 25
	}
	for name, more := range variants {
		t.Run(name, func(t *testing.T) {
			if name == "all on XLA" {
				needXLA(t)
			}
			dir := t.TempDir()
			t.Setenv("RESNETLAB_COMPILE_CACHE", filepath.Join(dir, "compiled"))
			data, straight := filepath.Join(dir, "data"), filepath.Join(dir, "straight")
			must(t, 0, "data", "sketch", "--out", data, "--train", "20", "--val", "10", "--test", "5", "--size", "32", "-q")
			k := &killed{dir: filepath.Join(dir, "killed"), rnd: rand.New(rand.NewPCG(1, 9)),
				args: append([]string{"train", data, "--arch", "resnet18", "--image-size", "32", "--batch-size", "8", "--epochs", "2",
					"--checkpoint-every", "1", "--lr", "0.001"}, more...)}
			start := time.Now()
			must(t, 0, append(k.args, "--out", straight)...)
			k.time = time.Since(start)
			t.Setenv("RESNETLAB_COMPILE_CACHE", filepath.Join(dir, "compiled by killed"))
			for n := 0; n < kills; {
				n += k.run(t)
				sameRun(t, straight, k.dir)
			}
		})
	}
}

// run trains to the end through at least one kill, and returns their number.
func (k *killed) run(t *testing.T) (kills int) {
	t.Helper()
	if err := os.RemoveAll(k.dir); err != nil {
		t.Fatal(err)
	}
	for {
		wait := time.Duration(k.rnd.Float64() * float64(k.time))
		cmd := exec.Command(program, append(k.next(), "--workers", fmt.Sprint(1+k.rnd.IntN(4)))...)
		cmd.Env = append(os.Environ(), "GOMLX_BACKEND=go")
		var said bytes.Buffer
		cmd.Stderr = &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(wait, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		timer.Stop()
		switch code := cmd.ProcessState.ExitCode(); {
		case code == -1: // ended by the signal
			kills++
		case code != 0:
			t.Fatalf("after %d kills, %v: exit %d\n%s", kills, cmd.Args, code, said.String())
		case kills > 0:
			return kills
		default: // the training ended before the kill
			if err := os.RemoveAll(k.dir); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// next returns the arguments that continue after a kill: those that resume the run, or begin again if there is no run yet.
func (k *killed) next() []string {
	if _, err := os.Stat(filepath.Join(k.dir, "run.json")); err == nil {
		return append(k.args[:len(k.args):len(k.args)], "--resume", k.dir)
	}
	return append(k.args[:len(k.args):len(k.args)], "--out", k.dir, "--overwrite")
}

// sameRun compares two finished runs: best weights, last checkpoint, metrics without the seconds, and the names of the files.
func sameRun(t *testing.T, a, b string) {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(a, "checkpoints", "*"))
	if err != nil || len(list) == 0 {
		t.Fatalf("checkpoints of %s: %v, %v", a, list, err)
	}
	for _, name := range []string{"best.safetensors", "class_indices.json", "checkpoints/" + filepath.Base(list[len(list)-1])} {
		if !bytes.Equal(contents(t, a, name), contents(t, b, name)) {
			t.Errorf("%s differs", name)
		}
	}
	if one, two := withoutSeconds(contents(t, a, "metrics.csv")), withoutSeconds(contents(t, b, "metrics.csv")); one != two {
		t.Errorf("metrics differ:\n%s\n%s", one, two)
	}
	for _, folder := range []string{"", "checkpoints"} {
		if one, two := names(t, filepath.Join(a, folder)), names(t, filepath.Join(b, folder)); one != two {
			t.Errorf("files differ: %s; %s", one, two)
		}
	}
}

// contents returns the bytes of a file.
func contents(t *testing.T, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// withoutSeconds removes the last column of metrics.csv.
func withoutSeconds(csv []byte) (text string) {
	for line := range strings.Lines(string(csv)) {
		text += line[:strings.LastIndex(line, ",")] + "\n"
	}
	return text
}

// names returns the names of all files in a folder, separated by spaces.
func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}
