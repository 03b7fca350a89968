//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A read from a pipe without a writer does not return. The first signal ends a prediction, and the second any command, also if the shell has made the
// process ignore SIGINT, as it does for a program that a script starts in the background.
func TestSignalsEndACommandWhoseReadDoesNotReturn(t *testing.T) {
	l := newShardLab(t)
	pipe := filepath.Join(l.dir, "pipe.png")
	if err := syscall.Mkfifo(pipe, 0o666); err != nil {
		t.Skip(err)
	}
	for name, c := range map[string]struct {
		signals int
		args    []string
	}{
		"predict":   {1, []string{"predict", pipe, "--run", l.run}},
		"transform": {2, []string{"transform", pipe, filepath.Join(l.dir, "out.png")}},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command("sh", append([]string{"-c", `trap "" INT; exec "$@"`, "sh", program}, c.args...)...)
			cmd.Env = append(os.Environ(), "GOMLX_BACKEND=go")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			go func() {
				_ = cmd.Wait()
				close(ended)
			}()
			reader := waitForReader(t, pipe, ended)
			defer reader.Close()
			for i := range c.signals {
				_ = cmd.Process.Signal(syscall.SIGINT)
				select {
				case <-ended:
					if i+1 < c.signals {
						t.Fatalf("the command ended with signal %d of %d", i+1, c.signals)
					}
				case <-time.After(map[bool]time.Duration{true: 20 * time.Second, false: time.Second}[i+1 == c.signals]):
					if i+1 == c.signals {
						_ = cmd.Process.Kill()
						<-ended
						t.Fatalf("%d signals did not end the command", c.signals)
					}
				}
			}
			if code := cmd.ProcessState.ExitCode(); code != 130 {
				t.Errorf("exit %d", code)
			}
		})
	}
}

// waitForReader opens the pipe for writing, which succeeds once a reader has opened it. The reader then waits for bytes that are never written.
func waitForReader(t *testing.T, pipe string, ended <-chan struct{}) *os.File {
	t.Helper()
	for start := time.Now(); time.Since(start) < time.Minute; time.Sleep(10 * time.Millisecond) {
		select {
		case <-ended:
			t.Fatal("the command ended before it opened the pipe")
		default:
		}
		if f, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
			return f
		}
	}
	t.Fatal("the command did not open the pipe within a minute")
	return nil
}
