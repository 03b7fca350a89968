package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/alecthomas/kong"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/train"
)

type compareCommand struct {
	runs.Settings
	Strategies []string `help:"What is compared: all, last:LAYER, new, scratch (random weights), upto:LAYER (the weights up to that layer, the rest random)." default:"all,last:fc,new,scratch"`
	Seeds      int      `help:"Runs of each, with the seeds from --seed on." default:"3"`
	Plot       drawing  `help:"Draw the comparison (.png or .svg)." placeholder:"FILE"`
	JSON       bool     `name:"json" help:"As JSON."`
}

func (k *compareCommand) Help() string {
	return "Every strategy is trained with every seed on the same data, with the same flags. The validation pictures choose the epoch; the accuracy is that on " +
		"test/, or on a tenth of the training pictures that is held out. Each run has a folder below --out (runs/compare): a comparison that was stopped goes on " +
		"where it was, and finished runs are not done again."
}

func (k *compareCommand) Run(ctx context.Context, c *commands, call *kong.Context) error {
	if err := k.check(call); err != nil {
		return err
	}
	b, choice, err := c.openBackend(k.Threads)
	if err != nil {
		return err
	}
	show := &trainProgress{log: c.logf}
	contest := train.Contest{Config: settingsGiven(k.Settings, call), Strategies: k.Strategies, Seeds: k.Seeds}
	contest.Out = cmp.Or(k.Out, "runs/compare")
	result, err := train.Compare(ctx, contest, func(strategy string, seed uint64, done, total int) {
		show.end()
		c.logf("run %d of %d: strategy %s, seed %d", done+1, total, strategy, seed)
	}, train.On(b, choice.Name), train.Report(show.event))
	show.end()
	if result == nil {
		return trainStatus(err)
	}
	if err := k.print(result); err != nil {
		return err
	}
	if k.Plot != "" {
		if err := result.Plot().Save(string(k.Plot)); err != nil {
			return err
		}
	}
	return trainStatus(err)
}

func (k *compareCommand) check(call *kong.Context) error {
	if err := refuse(call, "the strategies are those of --strategies", "strategy"); err != nil {
		return err
	}
	if err := refuse(call, "strategy upto:LAYER says it", "weights-upto"); err != nil {
		return err
	}
	if err := refuse(call, "the same call again goes on with a comparison", "resume"); err != nil {
		return err
	}
	if k.Seeds < 1 {
		return usage(errors.New("--seeds must be at least 1"))
	}
	if k.Weights == "" && slices.ContainsFunc(k.Strategies, func(s string) bool { return s != train.Scratch }) {
		return usage(fmt.Errorf("all strategies but %s need --weights to start from", train.Scratch))
	}
	if _, err := models.Variant(k.Arch); err != nil {
		return usage(err)
	}
	return usage(train.Contest{Config: k.Settings, Strategies: k.Strategies}.CheckStrategies())
}

func (k *compareCommand) print(r *train.Comparison) error {
	if k.JSON {
		return printWithSchema(r)
	}
	return printTable(r)
}
