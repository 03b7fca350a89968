package docker

import (
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// A manifest names the number of shards in several places; they must agree.
func TestShardsAgree(t *testing.T) {
	job, merge, slurm := read(t, "kubernetes/batch-predict.yaml"), read(t, "kubernetes/merge.yaml"), read(t, "slurm/batch-predict.sbatch")
	find := func(text, pattern string) string {
		t.Helper()
		m := regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1)
		if len(m) != 1 {
			t.Fatalf("%s: %d times", pattern, len(m))
		}
		return m[0][1]
	}
	n := find(job, `--num-shards=(\d+)`)
	if c := find(job, `(?m)^  completions: (\d+)`); c != n {
		t.Errorf("%s completions, %s shards", c, n)
	}
	for i := range strings.Count(merge, "/results/shard-") {
		if !strings.Contains(merge, fmt.Sprintf("- /results/shard-%d.jsonl\n", i)) {
			t.Errorf("merge.yaml lacks shard %d", i)
		}
	}
	if got := fmt.Sprint(strings.Count(merge, "/results/shard-")); got != n {
		t.Errorf("merge.yaml joins %s shards of %s", got, n)
	}
	var last, count int
	if _, err := fmt.Sscan(find(slurm, `--array=0-(\d+)`), &last); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(find(slurm, `(?m)^shards=(\d+)`), &count); err != nil || last != count-1 {
		t.Errorf("the array ends with %d, there are %d shards", last, count)
	}
}

// The batch script translates the program's exit status for Slurm: 4 is done, 1 and 130 are tried again, 2 and 3 are not.
func TestSlurmScript(t *testing.T) {
	if out, err := exec.Command("bash", "-n", "slurm/batch-predict.sbatch").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, c := range []struct {
		exits, restarts, want int
		requeued              bool
	}{{0, 0, 0, false}, {4, 0, 0, false}, {1, 0, 1, true}, {1, 3, 1, false}, {130, 1, 130, true}, {2, 0, 2, false}, {3, 0, 3, false}} {
		script := fmt.Sprintf(`resnetlab() { echo "ran $*"; return %d; }; scontrol() { echo "scontrol $*"; }; . slurm/batch-predict.sbatch photos run "$0"`, c.exits)
		cmd := exec.Command("bash", "-c", script, t.TempDir())
		cmd.Env = append(cmd.Environ(), "SLURM_ARRAY_TASK_ID=7", "SLURM_ARRAY_JOB_ID=99", fmt.Sprintf("SLURM_RESTART_COUNT=%d", c.restarts))
		out, _ := cmd.CombinedOutput()
		said := string(out)
		if cmd.ProcessState.ExitCode() != c.want || strings.Contains(said, "scontrol requeue 99_7") != c.requeued ||
			!strings.Contains(said, "--num-shards 32 --out ") || !strings.Contains(said, "shard-7.jsonl") {
			t.Errorf("%+v: exit %d\n%s", c, cmd.ProcessState.ExitCode(), said)
		}
	}
}
