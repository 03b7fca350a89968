package notebook

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// ErrInterrupted is the cause of a [Context] that ended because the program was asked to stop.
var ErrInterrupted = errors.New("interrupted")

// root is the context that Context returns.
var root, cancelRoot = context.WithCancelCause(context.Background())

// interrupt ends the bars before it cancels the context: work that sees the context cancelled may end the program.
func interrupt() {
	bars.endAll()
	cancelRoot(ErrInterrupted)
}

var listen = sync.OnceFunc(listenForSignals)

func listenForSignals() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		signal.Stop(signals)
		interrupt()
	}()
}

// Context returns the context of the program, or of the cell. It is cancelled, with the cause [ErrInterrupted], on SIGINT (the stop button or
// Ctrl-C) and on SIGTERM: every [Bar] ends at the steps that are done, and work with this context can save its state and return. A second signal
// ends the program at once. A program that never calls Context ends at the first signal.
func Context() context.Context {
	listen()
	return root
}
