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

// interrupt ends the bars, and only then tells the work to stop: whoever hears of it first may end the program.
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

// Context returns the context of the program, or of the cell: it is cancelled, with the cause [ErrInterrupted], when the
// stop button or Ctrl-C is pressed (SIGINT), or on SIGTERM. Work that was given it then saves what it has and returns,
// and every bar ends where it stands. A second signal ends the program at once. Without a call of Context the first does.
func Context() context.Context {
	listen()
	return root
}
