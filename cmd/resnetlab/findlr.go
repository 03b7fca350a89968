package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/alecthomas/kong"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/train"
)

type findLRCommand struct {
	runs.Settings
	From  float64 `name:"lr-from" help:"First learning rate of the test." default:"1e-7"`
	To    float64 `name:"lr-to" help:"Last learning rate of the test." default:"10"`
	Steps int     `help:"Steps from the first to the last, each on one batch." default:"100"`
	Plot  drawing `help:"Draw the curve (.png or .svg)." placeholder:"FILE"`
	JSON  bool    `name:"json" help:"As JSON."`
}

func (f *findLRCommand) Help() string {
	return "The flags of train say what is trained; epochs, schedule and accumulation do not matter, and no run is made. The suggested rate is the one at " +
		"which the smoothed loss falls most steeply; the test ends when that loss exceeds 4 times its best."
}

// fewestSteps make a curve of which a slope can be told.
const fewestSteps = 8

func (f *findLRCommand) Run(ctx context.Context, c *commands, call *kong.Context) error {
	if err := refuse(call, "the range test makes no run", "out", "overwrite"); err != nil {
		return err
	}
	if f.Steps < fewestSteps {
		return usage(fmt.Errorf("--steps %d: at least %d", f.Steps, fewestSteps))
	}
	if _, err := models.Variant(f.Arch); err != nil {
		return usage(err)
	}
	b, choice, err := c.openBackend(f.Threads)
	if err != nil {
		return err
	}
	bar := lateBar{title: "range test"}
	curve, err := train.FindLR(ctx, settingsGiven(f.Settings, call), train.RangeTest{From: f.From, To: f.To, Steps: f.Steps}, train.On(b, choice.Name),
		train.Report(func(e train.Event) {
			if e.Note != "" {
				c.logf("%s", e.Note)
				return
			}
			bar.update(e.Done, e.Total, fmt.Sprintf("loss %.4f", e.Loss))
		}))
	bar.end()
	if curve == nil {
		return trainingError(err)
	}
	leftOut := err
	if f.Plot != "" {
		if err := plots.LearningRates(curve.Rates, curve.Smoothed, curve.Suggestion).Save(string(f.Plot)); err != nil {
			return err
		}
	}
	return cmp.Or(f.print(curve), leftOut)
}

func (f *findLRCommand) print(curve *train.LRCurve) error {
	if f.JSON {
		return printJSON(struct {
			Schema int `json:"schema"`
			*train.LRCurve
		}{1, curve})
	}
	if curve.Suggestion == 0 {
		return fmt.Errorf("no rate to suggest: the loss never fell over %d steps; try more of them (--steps), or a wider range (--lr-from, --lr-to)", len(curve.Rates))
	}
	_, err := fmt.Printf("%.2g\n", curve.Suggestion)
	return err
}
