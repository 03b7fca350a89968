package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// shardLab is a trained network and a folder of pictures, two of them broken.
type shardLab struct{ dir, run, pictures string }

// newShardLab trains the network and draws the pictures.
func newShardLab(t *testing.T) shardLab {
	t.Helper()
	dir := t.TempDir()
	lab := shardLab{dir, filepath.Join(dir, "run"), filepath.Join(dir, "data", "train")}
	data := filepath.Join(dir, "data")
	must(t, 0, "data", "sketch", "--out", data, "--train", "40", "--val", "5", "--test", "5", "--size", "32", "-q")
	must(t, 0, "train", data, "--arch", "resnet18", "--image-size", "32", "--epochs", "1", "--batch-size", "20", "--out", lab.run, "-q")
	for _, name := range []string{"daisy/broken.jpg", "unknown.png"} {
		if err := os.WriteFile(filepath.Join(lab.pictures, name), []byte("no picture"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return lab
}

// args returns the arguments of batch-predict, with more flags.
func (l shardLab) args(more ...string) []string {
	return append([]string{"batch-predict", l.pictures, "--run", l.run, "--batch-size", "4"}, more...)
}

// shard returns the output and the arguments for shard i of n.
func (l shardLab) shard(i, n int) (out string, args []string) {
	out = filepath.Join(l.dir, fmt.Sprintf("shard-%d-of-%d.jsonl", i, n))
	return out, l.args("--shard", fmt.Sprint(i), "--num-shards", fmt.Sprint(n), "--out", out)
}

func TestShardsAreCompleteAndResumed(t *testing.T) {
	l := newShardLab(t)
	t.Run("together", func(t *testing.T) { shardsTogether(t, l) })
	t.Run("killed", func(t *testing.T) { shardKilled(t, l) })
	t.Run("interrupted", func(t *testing.T) { shardInterrupted(t, l) })
	t.Run("resumed", func(t *testing.T) { shardResumed(t, l) })
}

// shardsTogether checks that the merged shards are the prediction of one machine, that a complete shard is not predicted again, and that one with
// other settings is not replaced.
func shardsTogether(t *testing.T, l shardLab) {
	one := filepath.Join(l.dir, "one.jsonl")
	must(t, 4, l.args("--format", "jsonl", "--out", one)...)
	var shards []string
	for i := range 3 {
		out, args := l.shard(i, 3)
		shards = append(shards, out)
		if status, _, stderr := call(t, args...); status != 0 && status != 4 {
			t.Fatalf("shard %d: exit %d\n%s", i, status, stderr)
		}
	}
	before := contents(t, "", shards[0])
	_, args := l.shard(0, 3)
	if _, said := must(t, 0, args...); !strings.Contains(said, "nothing to do") {
		t.Errorf("a complete shard again: %s", said)
	}
	if _, said := must(t, 0, append(args[:len(args):len(args)], "--arch", "resnet18")...); !strings.Contains(said, "nothing to do") { // the run has the same architecture
		t.Errorf("the shard with the run's own --arch: %s", said)
	}
	must(t, 2, append(args, "--top-k", "2")...)
	must(t, 2, append(args[:len(args):len(args)], "--num-shards", "4")...)
	if !bytes.Equal(before, contents(t, "", shards[0])) {
		t.Error("a refused command has changed the file")
	}
	must(t, 2, append(args, "--format", "csv")...)

	merged := filepath.Join(l.dir, "merged.jsonl")
	must(t, 0, append([]string{"merge", "--out", merged}, shards...)...)
	sameDigits(t, contents(t, "", one), contents(t, "", merged))
	must(t, 2, append([]string{"merge", "--out", merged}, shards...)...) // the output exists
	must(t, 3, append([]string{"merge", "--out", filepath.Join(l.dir, "none")}, shards[1:]...)...)
	if _, err := os.Stat(filepath.Join(l.dir, "none")); err == nil {
		t.Error("a merge of too few shards has written a file")
	}
	csv, _ := must(t, 0, append([]string{"merge", "--format", "csv"}, shards...)...)
	if strings.Count(csv, "\n") != bytes.Count(contents(t, "", one), []byte("\n"))+1 {
		t.Errorf("as csv:\n%s", csv)
	}
	stdout, _ := must(t, 3, append([]string{"merge"}, shards[0], shards[0])...)
	if stdout != "" {
		t.Errorf("a failed merge has printed %q", stdout)
	}
}

// sameDigits compares two files of predictions: names, labels and errors must be equal, and probabilities within 1e-5, because the order of a sum
// depends on the batch.
func sameDigits(t *testing.T, a, b []byte) {
	t.Helper()
	one, two := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	if len(one) != len(two) || len(one) < 40 {
		t.Fatalf("%d lines and %d", len(one), len(two))
	}
	for i := range one[:len(one)-1] {
		var x, y struct {
			File, Label, Error string
			Probs              map[string]float64
		}
		if json.Unmarshal([]byte(one[i]), &x) != nil || json.Unmarshal([]byte(two[i]), &y) != nil || x.File != y.File || x.Label != y.Label || x.Error != y.Error {
			t.Fatalf("line %d:\n%s\n%s", i+1, one[i], two[i])
		}
		for class, p := range x.Probs {
			if math.Abs(p-y.Probs[class]) > 1e-5 {
				t.Errorf("%s, %s: %g and %g", x.File, class, p, y.Probs[class])
			}
		}
	}
}

// shardKilled checks that a shard that is killed with SIGKILL at random times and run again has the bytes of one that was not killed, and that no
// temporary file is left.
func shardKilled(t *testing.T, l shardLab) {
	kills := 3
	if os.Getenv("RESNETLAB_ALL") != "" {
		kills = 40
	}
	out, args := l.shard(1, 2)
	begin := time.Now()
	must(t, 4, args...)
	took, want := time.Since(begin), contents(t, "", out)
	random := rand.New(rand.NewPCG(1, 7))
	for killed := 0; killed < kills; {
		_ = os.Remove(out)
		for n := 0; ; n++ {
			if n > 100 {
				t.Fatal("not complete after a hundred kills")
			}
			cmd := exec.Command(program, args...)
			cmd.Env = append(os.Environ(), "GOMLX_BACKEND=go")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(time.Duration(random.Float64()*1.2*float64(took)), func() { _ = cmd.Process.Kill() })
			_ = cmd.Wait()
			timer.Stop()
			if code := cmd.ProcessState.ExitCode(); code >= 0 {
				if code != 4 && (code != 0 || n == 0) { // 0: the process before was killed after its file was complete
					t.Fatalf("exit %d after %d kills", code, n)
				}
				break
			}
			killed++
		}
		if !bytes.Equal(want, contents(t, "", out)) {
			t.Fatalf("after %d kills the bytes differ", killed)
		}
	}
	if files := names(t, l.dir); strings.Contains(files, "unfinished") {
		t.Errorf("temporary files are left: %s", files)
	}
}

// shardInterrupted checks that a shard that gets SIGTERM ends with 130 and, run again, resumes to the same bytes.
func shardInterrupted(t *testing.T, l shardLab) {
	l.pictures = manyPictures(t, l.pictures, 1200) // several seconds of work
	want, args := l.shard(0, 1)
	must(t, 0, args...)
	out := filepath.Join(l.dir, "interrupted.jsonl")
	args[len(args)-1] = out
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "GOMLX_BACKEND=go")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for start, begun := time.Now(), false; !begun && time.Since(start) < time.Minute; time.Sleep(10 * time.Millisecond) { // the first results are on the disk after a second
		left, _ := filepath.Glob(filepath.Join(l.dir, ".interrupted.jsonl.unfinished-*"))
		_, whole := os.Stat(out)
		begun = len(left) > 0 && len(contents(t, "", left[0])) > 0 || whole == nil
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Fatalf("exit %d", code)
	}
	if _, said := must(t, 0, args...); !strings.Contains(said, "resuming after") {
		t.Errorf("the finished pictures are predicted again: %s", said)
	}
	if !bytes.Equal(contents(t, "", want), contents(t, "", out)) {
		t.Error("the bytes differ from those of a shard that was not interrupted")
	}
	if err := os.Remove(want); err != nil {
		t.Fatal(err)
	}
}

// manyPictures makes a folder of n links to the pictures of daisies in another folder.
func manyPictures(t *testing.T, folder string, n int) string {
	t.Helper()
	many := t.TempDir()
	source, err := filepath.Glob(filepath.Join(folder, "daisy", "*.png"))
	if err != nil || len(source) == 0 {
		t.Fatal(source, err)
	}
	for i := range n {
		if err := os.Symlink(source[i%len(source)], filepath.Join(many, fmt.Sprintf("%04d.png", i))); err != nil {
			t.Fatal(err)
		}
	}
	return many
}

// shardResumed checks that a stopped run resumes after its last complete batch and does not predict the pictures before it again.
func shardResumed(t *testing.T, l shardLab) {
	out, args := l.shard(0, 1)
	must(t, 4, args...)
	want := contents(t, "", out)
	if err := os.Remove(out); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(l.dir, "."+filepath.Base(out)+".unfinished-1")
	// A changed digit of the first picture shows whether that picture is predicted again.
	changed := bytes.Replace(want, []byte(`"prob": 0.`), []byte(`"prob": 0.0`), 1)
	if err := os.WriteFile(left, changed[:len(changed)/2], 0o666); err != nil {
		t.Fatal(err)
	}
	if _, said := must(t, 4, args...); !strings.Contains(said, "resuming after") {
		t.Errorf("it does not resume: %s", said)
	}
	if !bytes.Equal(changed, contents(t, "", out)) {
		t.Error("the first half was predicted again, or the second half differs")
	}
	if _, err := os.Stat(left); err == nil {
		t.Error("the temporary file is still there")
	}
	must(t, 0, l.args("--resume", "--shard", "0", "--num-shards", "1", "--out", out)...)
	must(t, 2, l.args("--resume")...)
	plain := filepath.Join(l.dir, "plain.jsonl")
	must(t, 4, l.args("--format", "jsonl", "--out", plain)...)
	must(t, 2, l.args("--resume", "--out", plain)...) // the file does not say with which settings it was made
}

func TestShardComesFromFlagsOrTheEnvironment(t *testing.T) {
	two, five := 2, 5
	for _, c := range []struct {
		flags     sharding
		env       string
		index, of int
		says      string // the error
	}{
		{sharding{}, "", 0, 1, ""},
		{sharding{Shard: &two, NumShards: &five}, "JOB_COMPLETION_INDEX=4", 2, 5, ""},
		{sharding{NumShards: &five}, "JOB_COMPLETION_INDEX=4 SLURM_ARRAY_TASK_ID=1", 4, 5, ""},
		{sharding{NumShards: &five}, "SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_MAX=4", 3, 5, ""},
		{sharding{}, "SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_COUNT=8 SLURM_ARRAY_TASK_MAX=7", 3, 8, ""},
		{sharding{}, "SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_MAX=3", 0, 0, "give --num-shards"},
		{sharding{}, "JOB_COMPLETION_INDEX=4", 0, 0, "give --num-shards"},
		{sharding{}, "JOB_COMPLETION_INDEX=x", 0, 0, "is not a number"},
		{sharding{NumShards: &five}, "", 0, 0, "--shard"},
		{sharding{Shard: &five, NumShards: &five}, "", 0, 0, "numbered from 0"},
		{sharding{Shard: &two, NumShards: new(int)}, "", 0, 0, "numbered from 0"},
	} {
		for _, name := range []string{"JOB_COMPLETION_INDEX", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MAX"} {
			t.Setenv(name, "")
		}
		for _, e := range strings.Fields(c.env) {
			name, value, _ := strings.Cut(e, "=")
			t.Setenv(name, value)
		}
		index, of, _, err := c.flags.place()
		if c.says == "" && (err != nil || index != c.index || of != c.of) || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%q: shard %d of %d, %v; want %d of %d, %q", c.env, index, of, err, c.index, c.of, c.says)
		}
	}
}
