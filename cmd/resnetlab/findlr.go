package main

import (
	"context"
	"fmt"

	"github.com/alecthomas/kong"

	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/optim"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/train"
)

type findLRCommand struct {
	runs.Settings
	From  float64 `name:"lr-from" help:"Learning rate of the first step." default:"1e-7"`
	To    float64 `name:"lr-to" help:"Learning rate of the last step." default:"10"`
	Steps int     `help:"Number of steps; each trains on one batch." default:"100"`
	Plot  drawing `help:"Draw the loss over the learning rate (.png or .svg)." placeholder:"FILE"`
	JSON  bool    `name:"json" help:"Print JSON."`
}

// Help returns the longer text of `find-lr --help`.
func (f *findLRCommand) Help() string {
	return "The network and the data are those that train would use with the same flags; epochs, schedule and accumulation have no effect. The command trains " +
		"a few steps with a rising learning rate and writes no run. It suggests the rate at which the smoothed loss falls most steeply. It stops early when the " +
		"smoothed loss exceeds 4 times its lowest value."
}

// fewestSteps is the least number of points of a curve that has a usable slope.
const fewestSteps = 8

func (f *findLRCommand) Run(ctx context.Context, c *commands, call *kong.Context) error {
	if err := refuse(call, "find-lr writes no run", "out", "overwrite"); err != nil {
		return err
	}
	if err := atLeast("steps", f.Steps, fewestSteps); err != nil {
		return err
	}
	if _, err := models.Variant(f.Arch); err != nil {
		return usage(err)
	}
	b, choice, err := c.openBackend(backend.Options{Threads: f.Threads})
	if err != nil {
		return err
	}
	bar := lateBar{title: "learning-rate range test"}
	curve, err := train.FindLR(ctx, settingsGiven(f.Settings, call), optim.RangeTest{From: f.From, To: f.To, Steps: f.Steps}, train.On(b, choice.Name),
		train.Report(func(e train.Event) {
			if e.Note != "" {
				c.note(e.Note)
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
	return firstError(f.print(curve), leftOut)
}

// print prints the suggested rate, or the curve as JSON. Text without a rate is an error; JSON shows its absence.
func (f *findLRCommand) print(curve *optim.LRCurve) error {
	if f.JSON {
		return printJSON(struct {
			Schema int `json:"schema"`
			*optim.LRCurve
		}{1, curve})
	}
	if curve.Suggestion == 0 {
		return fmt.Errorf("finding a learning rate: the loss did not fall in %d steps, so there is no rate to suggest: try more steps (--steps) or a wider range (--lr-from, --lr-to)", len(curve.Rates))
	}
	_, err := fmt.Printf("%.2g\n", curve.Suggestion)
	return err
}
