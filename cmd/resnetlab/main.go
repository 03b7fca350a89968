// Command resnetlab trains, evaluates and uses ResNet and ResNeXt networks from the shell.
//
// Results go to stdout, progress and logs to stderr. Exit status: 0 done; 1 failed (trying again may help); 2 wrong usage; 3 bad input, nothing
// produced; 4 done, except for the inputs it lists; 130 interrupted, and what was done is on disk.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/alecthomas/kong"

	"resnetlab/datasets"
	"resnetlab/datasets/audit"
	"resnetlab/datasets/flowers"
	"resnetlab/resnetlib/notebook"
)

// commands is the command line, one field a command.
type commands struct {
	Quiet   bool   `help:"No progress and no logs on stderr, errors alone." short:"q"`
	Backend string `help:"What computes: go, xla:cpu, xla:cuda, xla:/abs/plugin.so, or auto (the fastest that works here)." placeholder:"NAME" env:"GOMLX_BACKEND"`

	Train        trainCommand     `cmd:"" help:"Train on a folder of pictures."`
	FindLR       findLRCommand    `cmd:"" name:"find-lr" help:"Learning-rate range test: which rate to train with."`
	Compare      compareCommand   `cmd:"" help:"Training strategies and from-scratch side by side: same data, seeds and budget."`
	Eval         evalCommand      `cmd:"" help:"Loss, accuracy and confusion matrix of a trained network."`
	Predict      predictCommand   `cmd:"" help:"Class probabilities of pictures."`
	BatchPredict batchCommand     `cmd:"" help:"Classify a whole folder, recursively, in sorted order."`
	Explain      explainCommand   `cmd:"" help:"What in a picture a network looks at, and what its layers see."`
	Merge        mergeCommand     `cmd:"" help:"Join the shards of batch-predict, and prove that nothing is missing or double."`
	Features     featuresCommand  `cmd:"" help:"A network's features of every picture in a folder."`
	Summary      summaryCommand   `cmd:"" help:"A network's layers: output shapes, parameters, multiply-adds."`
	Weights      weightsCommands  `cmd:"" help:"Look into weight files, compare and convert them."`
	Data         dataCommands     `cmd:"" help:"Get, draw, split and check data sets."`
	Transform    transformCommand `cmd:"" help:"Apply preprocessing to a picture, to look at it."`
	BackendCmd   backendCommands  `cmd:"" name:"backend" help:"Which backends work here, and what to do about the others."`
	Kernel       kernelCommands   `cmd:"" help:"The Jupyter kernel."`
	Bench        benchCommands    `cmd:"" help:"Measure forward pass, training step and input pipeline."`
	Completion   completeCommand  `cmd:"" help:"Completion of commands and flags, for bash, zsh or fish."`
	Version      versionCommand   `cmd:"" help:"Versions of everything, for a bug report."`
}

// about stands above the list of commands.
const about = `ResNet and ResNeXt: train, look inside, predict.

Results go to stdout, progress and logs to stderr. Exit status: 0 done; 1 failed, trying again may help; 2 wrong usage; 3 bad input, nothing
produced; 4 done, except for the inputs it lists; 130 interrupted, and what was done is on disk.`

func main() { os.Exit(run(os.Args[1:])) }

// run is main without the process: it returns the exit status.
func run(args []string) (status int) {
	var c commands
	parser, err := kong.New(&c, kong.Name("resnetlab"), kong.Description(about),
		kong.Vars{"flowersURL": flowers.Published.URL, "nearDuplicates": strconv.Itoa(audit.DefaultDistance)},
		kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}),
		kong.Exit(func(code int) { panic(exitNow(code)) }))
	if err != nil {
		return report(err)
	}
	defer func() {
		if cause := recover(); cause != nil {
			status = ended(cause)
		}
	}()
	call, err := parser.Parse(joinNegative(args))
	if err != nil {
		return report(usage(err))
	}
	notebook.Quiet = c.Quiet
	resign := exitOnSignal()
	defer resign()
	err = call.BindToProvider(func() (context.Context, error) {
		resign()
		return interruptible(), nil
	})
	if err != nil {
		return report(err)
	}
	call.Bind(&c, parser.Model)
	return report(call.Run())
}

// joinNegative makes --flag=-1 of --flag -1, which kong takes for two flags. Its own way around that takes --out --overwrite for a file's name.
func joinNegative(args []string) (joined []string) {
	for i, arg := range args {
		if arg == "--" {
			return append(joined, args[i:]...)
		}
		_, err := strconv.ParseFloat(arg, 64)
		if err == nil && strings.HasPrefix(arg, "-") && i > 0 && strings.HasPrefix(args[i-1], "--") && !strings.Contains(args[i-1], "=") {
			joined[len(joined)-1] += "=" + arg
		} else {
			joined = append(joined, arg)
		}
	}
	return joined
}

// exitOnSignal ends the program at the first Ctrl-C, until it resigns: so for commands that ask for no context, which have nothing to bring to an end.
func exitOnSignal() (resign func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		if _, came := <-signals; came {
			os.Exit(report(context.Canceled))
		}
	}()
	return sync.OnceFunc(func() {
		signal.Stop(signals)
		close(signals)
	})
}

// interruptible is the context of a command that asks for one: the first Ctrl-C ends the context, the second the program.
func interruptible() context.Context {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx
}

type exitNow int

// ended is the exit status after a panic: --help ends so, inside Parse; all else is a mistake of ours, and never a success.
func ended(cause any) int {
	if code, ok := cause.(exitNow); ok {
		return int(code)
	}
	if os.Getenv("GOTRACEBACK") != "" {
		debug.PrintStack()
	}
	return report(fmt.Errorf("a mistake in resnetlab, please report it with the output of resnetlab version --json (GOTRACEBACK=all shows the place): %v", cause))
}

// fault is an error with an exit status.
type fault struct {
	status int
	err    error
}

func (f fault) Error() string { return f.err.Error() }
func (f fault) Unwrap() error { return f.err }

// usage marks an error of the command's words.
func usage(err error) error { return mark(2, err) }

// badInput marks an error of the input that trying again will not mend. An error of the machine while it reads the input may pass.
func badInput(err error) error {
	if datasets.IsSystemError(err) {
		return err
	}
	return mark(3, err)
}

// except marks a command that is done but for some inputs, which it has listed.
func except(err error) error { return mark(4, err) }

func mark(status int, err error) error {
	if err == nil {
		return nil
	}
	return fault{status, err}
}

// report shows an error as one clear line and returns the exit status.
func report(err error) int {
	if err == nil {
		return 0
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "resnetlab: interrupted")
		return 130
	}
	notebook.ShowError(err)
	var f fault
	if errors.As(err, &f) {
		return f.status
	}
	return 1
}

// logf writes a line to stderr unless --quiet.
func (c *commands) logf(format string, args ...any) {
	if !c.Quiet {
		warnf(format, args...)
	}
}

// warnf is logf with --quiet too: the list of inputs that exit status 4 promises.
func warnf(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
