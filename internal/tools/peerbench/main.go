// Command peerbench measures resnetlab beside PyTorch, ONNX Runtime and OpenVINO ("make bench"), and writes the tables of docs/performance.md and
// their pictures ("make docs").
//
// Each side is a process of its own (worker.go, peer.py), with the same weights and pictures. The sides run one after the other, round after round,
// so that other work on the machine meets all of them. Results are written after each round; the next call continues what is not complete.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set by make.
var version = "development"

type commands struct {
	Run    runCommand    `cmd:"" default:"withargs" help:"Measure, and print the tables (the default)."`
	Page   pageCommand   `cmd:"" help:"Write the tables of docs/performance.json into docs/performance.md, and draw their pictures."`
	Worker workerCommand `cmd:"" hidden:""`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c commands
	call := kong.Parse(&c, kong.Name("peerbench"), kong.UsageOnError())
	call.BindTo(ctx, (*context.Context)(nil))
	switch err := call.Run(); {
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "peerbench: interrupted; the same command continues")
		os.Exit(130)
	case err != nil:
		fmt.Fprintln(os.Stderr, "peerbench:", err)
		os.Exit(1)
	}
}
