//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// drawnData draws 10 pictures to train on and 5 to validate. It returns the temporary folder and the arguments that train one epoch on them.
func drawnData(t *testing.T) (dir string, args []string) {
	t.Helper()
	dir = t.TempDir()
	data := filepath.Join(dir, "data")
	must(t, 0, "data", "sketch", "--out", data, "--train", "10", "--val", "5", "--test", "5", "--size", "32", "-q")
	return dir, []string{"train", data, "--arch", "resnet18", "--image-size", "32", "--batch-size", "5", "--epochs", "1", "--optimizer", "sgd", "-q"}
}

// saysOnly checks that a failed command wrote one line, which has all of the given parts, and at most a second line with what to do.
func saysOnly(t *testing.T, stderr string, parts ...string) {
	t.Helper()
	line, rest, _ := strings.Cut(strings.TrimSpace(stderr), "\n")
	if rest != "" && (strings.Contains(rest, "\n") || !strings.Contains(rest, "what to do")) {
		t.Errorf("not one line: %s", stderr)
	}
	for _, part := range parts {
		if !strings.Contains(line, part) {
			t.Errorf("%q has no %q", line, part)
		}
	}
}

// The disk becomes full during training: the earlier files stay complete, and with free space the run resumes to the same bytes.
func TestRunOnAFullDiskFailsWith1AndCanBeResumed(t *testing.T) {
	dir, args := drawnData(t)
	disk := filepath.Join(dir, "disk")
	if err := os.Mkdir(disk, 0o777); err != nil {
		t.Fatal(err)
	}
	// resnet18's weights have 45 MB: there is space for the first checkpoint and half of a second.
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=70m", "resnetlab-test", disk).CombinedOutput(); err != nil {
		t.Skipf("only root can mount a small disk: %s", out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", disk).Run() })
	run, straight := filepath.Join(disk, "run"), filepath.Join(dir, "straight")
	_, stderr := must(t, 1, append(args, "--out", run)...)
	saysOnly(t, stderr, "no space left on device", run)
	if got := names(t, filepath.Join(run, "checkpoints")); got != "step-00000000.safetensors" {
		t.Errorf("checkpoints on the full disk: %s", got)
	}
	_, stderr = must(t, 1, append(args, "--resume", run)...) // still full
	saysOnly(t, stderr, "no space left on device", run)
	if out, err := exec.Command("mount", "-o", "remount,size=400m", disk).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	must(t, 0, append(args, "--resume", run)...)
	must(t, 0, append(args, "--out", straight)...)
	sameRun(t, straight, run)
}

func TestCommandsThatCannotPrintFailWith1(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	dir, args := drawnData(t)
	run := filepath.Join(dir, "run")
	for _, args := range [][]string{{"version"}, {"backend", "list"}, {"backend", "doctor"}, {"kernel", "doctor"}, {"weights", "list"},
		{"data", "split", filepath.Join(args[1], "train"), "--out", filepath.Join(dir, "split"), "-q"}, append(args, "--out", run),
		{"features", filepath.Join(args[1], "test"), "--run", run, "--out", filepath.Join(dir, "f.npy"), "-q"}} {
		cmd := exec.Command(program, args...)
		var stderr strings.Builder
		cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), "GOMLX_BACKEND=go"), full, &stderr
		if err := cmd.Run(); cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != 1 {
			t.Errorf("%v: %v, want exit 1: %s", args, err, stderr.String())
			continue
		}
		saysOnly(t, stderr.String(), "no space left on device")
	}
}

func TestTrainingIntoAReadOnlyFolderFailsWithOneLine(t *testing.T) {
	dir, args := drawnData(t)
	locked := filepath.Join(dir, "locked")
	if err := os.Mkdir(locked, 0o555); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, append(args, "--out", filepath.Join(locked, "run"))...)
	cmd.Env = append(os.Environ(), "GOMLX_BACKEND=go", "HOME="+dir)
	if os.Getuid() == 0 { // root may write everywhere: run as the user nobody, who can read the files
		for _, open := range []string{filepath.Dir(program), filepath.Dir(dir), dir} {
			if err := os.Chmod(open, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, err := cmd.CombinedOutput()
	if err == nil || cmd.ProcessState.ExitCode() != 1 {
		t.Fatalf("exit %v: %s", err, out)
	}
	saysOnly(t, string(out), "permission denied", locked)
	if got := names(t, locked); got != "" {
		t.Errorf("the folder holds %s", got)
	}
}

func TestResumeWithAnotherArchitectureOrOtherDataIsRefusedAndChangesNothing(t *testing.T) {
	dir, args := drawnData(t)
	run, other := filepath.Join(dir, "run"), filepath.Join(dir, "other")
	must(t, 0, append(args, "--out", run)...)
	before := names(t, run) + names(t, filepath.Join(run, "checkpoints")) + string(contents(t, run, "run.json"))
	_, stderr := must(t, 2, append(args, "--resume", run, "--epochs", "2", "--arch", "resnet34")...)
	saysOnly(t, stderr, "--arch resnet34: the run has resnet18")
	// Other pictures in the same folder.
	data := args[1]
	if err := os.Rename(data, other); err != nil {
		t.Fatal(err)
	}
	must(t, 0, "data", "sketch", "--out", data, "--train", "10", "--val", "5", "--test", "5", "--size", "32", "--seed", "9", "-q")
	_, stderr = must(t, 3, append(args, "--resume", run, "--epochs", "2")...)
	saysOnly(t, stderr, run, "the data are not those that the run began with")
	link := filepath.Join(dir, "link")
	if err := os.Symlink(data, link); err != nil {
		t.Fatal(err)
	}
	_, stderr = must(t, 2, "train", link, "--resume", run, "--epochs", "2", "-q") // another path, and other pictures
	saysOnly(t, stderr, run, "the data are not those that the run began with")
	_, stderr = must(t, 3, "train", data, "--resume", other, "-q")
	saysOnly(t, stderr, other, "no run has begun there")
	if after := names(t, run) + names(t, filepath.Join(run, "checkpoints")) + string(contents(t, run, "run.json")); after != before {
		t.Error("the refused run was changed")
	}
	must(t, 0, "train", other, "--resume", run, "--epochs", "2", "-q") // the run's own pictures at another path
}
