// Command resnetlab trains, evaluates and uses ResNet and ResNeXt networks from the shell.
//
// Each command is a file: a struct of kong tags for its flags, and a method Run that calls the library and prints the result.
//
// Results go to stdout, progress and logs to stderr. Exit status (see status.go): 0 done; 1 failed, trying again may help; 2 wrong usage; 3 bad
// input, no result; 4 done, except for the inputs that were listed; 130 interrupted, the work done so far is saved.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/alecthomas/kong"

	"resnetlab/datasets/audit"
	"resnetlab/datasets/flowers"
	"resnetlab/internal/printable"
	"resnetlab/resnetlib/notebook"
)

// commands is the command line: the flags of all commands, and a field for each command.
type commands struct {
	Quiet   bool   `help:"Write only errors and the names of unreadable inputs to stderr, without progress and logs." short:"q"`
	Backend string `help:"Backend that computes: go, xla:cpu, xla:cuda, xla:/path/to/plugin.so, or auto (the one that is done first)." placeholder:"NAME" env:"GOMLX_BACKEND"`

	Train        trainCommand     `cmd:"" help:"Train a network on a folder of pictures."`
	FindLR       findLRCommand    `cmd:"" name:"find-lr" help:"Find a learning rate to train with, by a range test."`
	Compare      compareCommand   `cmd:"" help:"Compare training strategies with the same data, seeds and number of epochs."`
	Eval         evalCommand      `cmd:"" help:"Measure loss, accuracy and confusion matrix of a trained network."`
	Predict      predictCommand   `cmd:"" help:"Predict the class probabilities of pictures."`
	BatchPredict batchCommand     `cmd:"" help:"Predict the classes of all pictures in a folder and its subfolders, in sorted order."`
	Explain      explainCommand   `cmd:"" help:"Show which parts of a picture decide a prediction, and what the layers of the network compute."`
	Merge        mergeCommand     `cmd:"" help:"Join the shards of batch-predict, and check that no picture is missing or duplicate."`
	Features     featuresCommand  `cmd:"" help:"Compute the features (inputs of the last layer) of all pictures in a folder."`
	Summary      summaryCommand   `cmd:"" help:"List the layers of a network: output shapes, parameters, multiply-adds."`
	Weights      weightsCommands  `cmd:"" help:"Download, inspect, compare and convert weight files."`
	Data         dataCommands     `cmd:"" help:"Download, draw, split and check data sets."`
	Transform    transformCommand `cmd:"" help:"Apply preprocessing steps to a picture and write the result."`
	BackendCmd   backendCommands  `cmd:"" name:"backend" help:"List, check and install the backends that compute."`
	Kernel       kernelCommands   `cmd:"" help:"Install and check the Jupyter kernel."`
	Bench        benchCommands    `cmd:"" help:"Measure the speed of the forward pass, the training step and the input pipeline."`
	Completion   completeCommand  `cmd:"" help:"Print a script that completes commands and flags in bash, zsh or fish."`
	Version      versionCommand   `cmd:"" help:"Print the versions of the program and what it uses, for a bug report."`
}

// about is the text above the list of commands.
const about = `Train, explain and use ResNet and ResNeXt networks.

Results go to stdout, progress and logs to stderr. Exit status: 0 done; 1 failed, trying again may help; 2 wrong usage; 3 bad input, no result; 4
done, except for the inputs that were listed; 130 interrupted, the work done so far is saved.`

func main() { os.Exit(run(os.Args[1:])) }

// run runs one command line and returns the exit status.
func run(args []string) (status int) {
	var c commands
	parser, err := kong.New(&c, kong.Name("resnetlab"), kong.Description(about),
		kong.Vars{"flowersURL": flowers.Published.URL, "nearDuplicates": strconv.Itoa(audit.DefaultDistance),
			"explainMethods": strings.Join(explainMethods(), ",")},
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
	stopExiting := exitOnSignal()
	defer stopExiting()
	err = call.BindToProvider(func() (context.Context, error) {
		stopExiting()
		return interruptible(), nil
	})
	if err != nil {
		return report(err)
	}
	call.Bind(&c, parser.Model)
	return report(call.Run())
}

// joinNegative replaces --flag -1, which kong takes for two flags, by --flag=-1. kong's own option for this would take --overwrite in
// "--out --overwrite" for a file name.
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

// exitOnSignal exits the program at the first Ctrl-C, until stop is called. It serves the commands whose Run takes no context: they have no work to
// save.
func exitOnSignal() (stop func()) {
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

// interruptible returns the context for a command whose Run takes one. The first Ctrl-C cancels the context, and the second exits the program, also if
// a read does not return. The second signal is caught as well, because a shell that starts a program in the background makes it ignore SIGINT.
func interruptible() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(report(context.Canceled))
	}()
	return ctx
}

// exitNow is the value of the panic with which kong's Exit leaves Parse, after --help.
type exitNow int

// ended returns the exit status after a panic: that of an exitNow, and 1 for any other, which is a bug of the program.
func ended(cause any) int {
	if code, ok := cause.(exitNow); ok {
		return int(code)
	}
	if os.Getenv("GOTRACEBACK") != "" {
		debug.PrintStack()
	}
	return report(fmt.Errorf("resnetlab has a bug: please report this message with the output of 'resnetlab version --json' and, from a second try with GOTRACEBACK=all in the environment, the stack: %v", cause))
}

// logf writes one line to stderr, unless --quiet is set.
func (c *commands) logf(format string, args ...any) {
	if !c.Quiet {
		warnf(format, args...)
	}
}

// note logs a note of the library, which may have several lines.
func (c *commands) note(text string) {
	for line := range strings.Lines(text) {
		c.logf("%s", strings.TrimSuffix(line, "\n"))
	}
}

// warnf writes one line to stderr, also if --quiet is set: exit status 4 promises a list of the unreadable inputs. File names and messages from
// outside cannot control the terminal or add lines.
func warnf(format string, args ...any) {
	fmt.Fprintln(os.Stderr, printable.Line(fmt.Sprintf(format, args...)))
}
