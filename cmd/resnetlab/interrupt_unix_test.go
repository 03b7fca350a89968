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

// A read that does not answer, as of a pipe or a hung disk: prediction ends with the first signal, and whatever else waits with the second. So it is
// too where the shell has made the system ignore SIGINT, as for a program that a script starts in the background.
func TestSignalsEndAStuckRead(t *testing.T) {
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
						t.Fatalf("it ended with signal %d", i+1)
					}
				case <-time.After(map[bool]time.Duration{true: 20 * time.Second, false: time.Second}[i+1 == c.signals]):
					if i+1 == c.signals {
						_ = cmd.Process.Kill()
						<-ended
						t.Fatalf("%d signals did not end it", c.signals)
					}
				}
			}
			if code := cmd.ProcessState.ExitCode(); code != 130 {
				t.Errorf("exit %d", code)
			}
		})
	}
}

// waitForReader opens the pipe for writing, which succeeds when a reader has opened it; the reader then waits for bytes that do not come.
func waitForReader(t *testing.T, pipe string, ended <-chan struct{}) *os.File {
	t.Helper()
	for start := time.Now(); time.Since(start) < time.Minute; time.Sleep(10 * time.Millisecond) {
		select {
		case <-ended:
			t.Fatal("it ended before it read")
		default:
		}
		if f, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
			return f
		}
	}
	t.Fatal("it never read")
	return nil
}
