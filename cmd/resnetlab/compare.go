package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/alecthomas/kong"

	"resnetlab/resnetlib/compare"
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
		"test/, or on a tenth of the training pictures that is held out. Each run has a folder below --out (runs/compare): a comparison that was stopped resumes " +
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

func (k *compareCommand) check(call *kong.Context) error {
	if err := refuse(call, "the strategies are those of --strategies", "strategy"); err != nil {
		return err
	}
	if err := refuse(call, "strategy upto:LAYER says it", "weights-upto"); err != nil {
		return err
	}
	if k.Seeds < 1 {
		return usage(errors.New("--seeds must be at least 1"))
	}
	if k.Weights == "" && slices.ContainsFunc(k.Strategies, func(s string) bool { return s != compare.Scratch }) {
		return usage(fmt.Errorf("all strategies but %s need --weights to start from", compare.Scratch))
	}
	if _, err := models.Variant(k.Arch); err != nil {
		return usage(err)
	}
	return usage(compare.Config{Settings: k.Settings, Strategies: k.Strategies}.CheckStrategies())
}

func (k *compareCommand) print(r *compare.Result) error {
	if k.JSON {
		return printWithSchema(r)
	}
	return printTable(r)
}
