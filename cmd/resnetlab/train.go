package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/train"
)

type trainCommand struct {
	runs.Settings
	Resume string `placeholder:"RUN" help:"Continue this run, with the settings in its run.json."`
}

// Validate checks the flags; kong calls it. Those of a resumed run are compared with its settings later.
func (t *trainCommand) Validate() error {
	if t.Resume != "" {
		return t.ValidateRanges()
	}
	return t.Settings.Validate()
}

func (t *trainCommand) Run(ctx context.Context, c *commands, call *kong.Context) error {
	if t.Resume != "" {
		if err := refuse(call, "a run is resumed in its own folder", "out", "overwrite"); err != nil {
			return err
		}
	}
	if _, err := models.Variant(t.Arch); err != nil {
		return usage(err)
	}
	b, choice, err := c.openBackend(t.Threads)
	if err != nil {
		return err
	}
	show := &trainProgress{log: c.logf}
	options := []train.Option{train.On(b, choice.Name), train.Report(show.event)}
	var run *runs.Run
	if t.Resume != "" {
		run, err = t.resume(ctx, call, options)
	} else {
		run, err = train.Fit(ctx, settingsGiven(t.Settings, call), options...)
	}
	show.end()
	if run != nil {
		if failed := t.finish(c, run); err == nil {
			err = failed
		}
	}
	return trainingError(err)
}

// resume continues a run. DATA may be another path to its pictures; where they are others, the words of the call are wrong.
func (t *trainCommand) resume(ctx context.Context, call *kong.Context, options []train.Option) (*runs.Run, error) {
	moved := false
	run, err := train.Resume(ctx, t.Resume, func(s runs.Settings) (runs.Settings, error) {
		moved = slices.Contains(flagsGiven(call), "data") && t.Data != s.Data
		s, err := s.Continue(t.Settings, flagsGiven(call))
		return s, usage(err)
	}, options...)
	if moved && errors.Is(err, train.ErrOtherData) {
		return nil, usage(err)
	}
	return run, err
}

// settingsGiven are the settings without the defaults of what the weights to start from may know better.
func settingsGiven(s runs.Settings, call *kong.Context) runs.Settings {
	flags := flagsGiven(call)
	if !slices.Contains(flags, "arch") {
		s.Arch = ""
	}
	if !slices.Contains(flags, "image-size") {
		s.ImageSize = 0
	}
	return s
}

// flagsGiven are the names of the flags on the command line, and "data" where it was given.
func flagsGiven(call *kong.Context) (names []string) {
	for _, p := range call.Path {
		switch {
		case p.Flag != nil:
			names = append(names, p.Flag.Name)
		case p.Positional != nil:
			names = append(names, p.Positional.Name)
		}
	}
	return names
}

// refuse is the error of flags that mean nothing beside the other words of the command; a flag that is not looked at would be a silent surprise.
func refuse(call *kong.Context, why string, flags ...string) error {
	for _, given := range flagsGiven(call) {
		if slices.Contains(flags, given) {
			return usage(fmt.Errorf("--%s has no meaning here: %s", given, why))
		}
	}
	return nil
}

// finish says what came out and what to do next.
func (t *trainCommand) finish(c *commands, run *runs.Run) error {
	if best := runs.BestOf(run.Metrics()); best.Epoch > 0 {
		c.logf("best epoch %d: validation accuracy %.3f, loss %.4f", best.Epoch, best.Accuracy, best.Loss)
	}
	if _, err := fmt.Println(run.Dir); err != nil {
		return err
	}
	c.logf("next: resnetlab predict PICTURE --run %s, or resnetlab batch-predict FOLDER --run %s", run.Dir, run.Dir)
	return nil
}

// trainProgress shows training: a bar for each phase of an epoch, a line when it ends.
type trainProgress struct {
	log func(format string, args ...any)
	bar lateBar
}

func (p *trainProgress) event(e train.Event) {
	switch {
	case e.Note != "":
		p.end()
		p.log("%s", e.Note)
	case e.Metrics != nil:
		p.end()
		m := e.Metrics
		p.log("epoch %d of %d: training loss %.4f, validation loss %.4f, accuracy %.3f, %.1f s", m.Epoch, e.Epochs, m.TrainLoss, m.ValLoss, m.ValAccuracy, m.Seconds)
	default:
		title := fmt.Sprintf("epoch %d/%d %s", e.Epoch, e.Epochs, e.Phase)
		if title != p.bar.title {
			p.end()
			p.bar.title = title
		}
		var message []string
		if e.Phase == "train" {
			message = []string{fmt.Sprintf("loss %.4f", e.Loss), fmt.Sprintf("%.1f pictures/s", e.Rate)}
		}
		p.bar.update(e.Done, e.Total, strings.Join(message, ", "))
	}
}

// end ends the bar that is shown, if there is one.
func (p *trainProgress) end() { p.bar.end() }
