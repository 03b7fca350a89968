//go:build unix

package notebook

import (
	"context"
	"errors"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestContextEndsOnASignal sends one to this process.
func TestContextEndsOnASignal(t *testing.T) {
	record(t, false, false)
	listen = sync.OnceFunc(listenForSignals)
	b := NewBar("train", 10)
	ctx := Context()
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("SIGTERM did not cancel the context")
	}
	if !errors.Is(context.Cause(ctx), ErrInterrupted) || !b.state.interrupted {
		t.Errorf("cause %v, bar %+v", context.Cause(ctx), b.state)
	}
}
