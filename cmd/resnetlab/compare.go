package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/alecthomas/kong"

	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/compare"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/train"
)

type compareCommand struct {
	runs.Settings
	Strategies []string `help:"Strategies to compare: all, last:LAYER, new (see train --strategy), scratch (all layers, from random weights), upto:LAYER (all layers, with --weights up to that layer and random weights after it)." default:"all,last:fc,new,scratch"`
	Seeds      int      `help:"Runs of each strategy, with the seeds --seed, --seed + 1 and so on." default:"3"`
	Plot       drawing  `help:"Draw the comparison (.png or .svg)." placeholder:"FILE"`
	JSON       bool     `name:"json" help:"Print JSON."`
}

// Help returns the longer text of `compare --help`.
func (k *compareCommand) Help() string {
	return "The command trains each strategy with each seed, on the same data and with the same flags. The best epoch is chosen on the validation pictures. The " +
		"accuracy is measured on test/, or, if the data have no test/, on a tenth of the training pictures that is held out. Each run has its own folder in " +
		"the folder of --out (runs/compare): the same command resumes a comparison that was stopped, and does not repeat finished runs."
}

func (k *compareCommand) Run(ctx context.Context, c *commands, call *kong.Context) error {
	if err := k.check(call); err != nil {
		return err
	}
	b, choice, err := c.openBackend(backend.Options{Threads: k.Threads})
	if err != nil {
		return err
	}
	show := &trainProgress{commands: c}
	members := compare.Config{Settings: settingsGiven(k.Settings, call), Strategies: k.Strategies, Seeds: k.Seeds}
	members.Out = cmp.Or(k.Out, "runs/compare")
	members.Progress = func(next compare.Member) {
		show.end()
		c.logf("run %d of %d: strategy %s, seed %d", next.Index+1, next.Of, next.Strategy, next.Seed)
	}
	result, err := compare.Run(ctx, members, train.On(b, choice.Name), train.Report(show.event))
	show.end()
	if result == nil {
		return trainingError(err)
	}
	if err := k.print(result); err != nil {
		return err
	}
	if k.Plot != "" {
		if err := result.Plot().Save(string(k.Plot)); err != nil {
			return err
		}
	}
	return err
}

// check returns an error about flags that are wrong, or that do not fit together.
func (k *compareCommand) check(call *kong.Context) error {
	err := firstError(
		refuse(call, "use --strategies", "strategy"),
		refuse(call, "use the strategy upto:LAYER", "weights-upto"),
		atLeast("seeds", k.Seeds, 1))
	if err != nil {
		return err
	}
	if k.Weights == "" && slices.ContainsFunc(k.Strategies, func(s string) bool { return s != compare.Scratch }) {
		return usage(fmt.Errorf("all strategies except %s start from trained weights: name them with --weights", compare.Scratch))
	}
	if _, err := models.Variant(k.Arch); err != nil {
		return usage(err)
	}
	return usage(compare.Config{Settings: k.Settings, Strategies: k.Strategies}.CheckStrategies())
}

// print prints the result as a table or as JSON.
func (k *compareCommand) print(r *compare.Result) error {
	if k.JSON {
		return printWithSchema(r)
	}
	return printTable(r)
}
