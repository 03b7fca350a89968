//go:build unix

package predict_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A read that does not answer, as of a pipe or a hung disk, holds up neither what was read before nor the end of the context.
func TestFilesLeaveAStuckReadBehind(t *testing.T) {
	dir, names := folder(t)
	pipe := filepath.Join(dir, "pipe.png")
	if err := syscall.Mkfifo(pipe, 0o666); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { // lets the worker go
		if f, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
			_ = f.Close()
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n, begin := 0, time.Now()
	var ended error
	for _, err := range predictor(t, 1).Files(ctx, dir, []string{names[0], "pipe.png", names[1]}, 1) {
		if ended = err; err == nil {
			n++
			time.AfterFunc(50*time.Millisecond, cancel)
		}
	}
	if n != 1 || !errors.Is(ended, context.Canceled) || time.Since(begin) > time.Minute {
		t.Errorf("%d results, then %v, after %v", n, ended, time.Since(begin))
	}
}
