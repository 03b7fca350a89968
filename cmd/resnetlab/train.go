package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/train"
)

type trainCommand struct {
	runs.Settings
	Resume string `placeholder:"RUN" help:"Resume the run in this folder, with the settings in its run.json."`
}

// Validate checks the flags. kong calls it. The flags for a resumed run are compared with its settings later.
func (t *trainCommand) Validate() error {
	if t.Resume != "" {
		return t.ValidateRanges()
	}
	return t.Settings.Validate()
}

func (t *trainCommand) Run(ctx context.Context, c *commands, call *kong.Context) error {
	if t.Resume != "" {
		if err := refuse(call, "a resumed run stays in its folder", "out", "overwrite"); err != nil {
			return err
		}
	}
	if _, err := models.Variant(t.Arch); err != nil {
		return usage(err)
	}
	b, choice, err := c.openBackend(backend.Options{Threads: t.Threads})
	if err != nil {
		return err
	}
	show := &trainProgress{commands: c}
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

// resume resumes the run of --resume. DATA may be another path to the run's pictures; other pictures are wrong usage.
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

// settingsGiven returns the settings without the defaults of architecture and image size, which the weights to start from may replace.
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

// flagsGiven returns the names of the flags on the command line, and "data" if that argument was given.
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

// refuse returns an error if one of the flags is given, which have no meaning beside the others: to ignore a flag would hide a mistake.
func refuse(call *kong.Context, why string, flags ...string) error {
	for _, given := range flagsGiven(call) {
		if slices.Contains(flags, given) {
			return usage(fmt.Errorf("--%s has no meaning here: %s", given, why))
		}
	}
	return nil
}

// finish prints the folder of the run, and logs its best epoch and the next command.
func (t *trainCommand) finish(c *commands, run *runs.Run) error {
	if best := runs.BestOf(run.Metrics()); best.Epoch > 0 {
		c.logf("best epoch %d: validation accuracy %.3f, loss %.4f", best.Epoch, best.Accuracy, best.Loss)
	}
	if err := printPath(run.Dir); err != nil {
		return err
	}
	c.logf("next: resnetlab predict PICTURE --run %s, or resnetlab batch-predict FOLDER --run %s", run.Dir, run.Dir)
	return nil
}

// trainProgress shows the progress of a training: a bar for each phase of an epoch, and a line at its end.
type trainProgress struct {
	commands *commands
	bar      lateBar
}

// event shows what the training reports.
func (p *trainProgress) event(e train.Event) {
	switch {
	case e.Note != "":
		p.end()
		p.commands.note(e.Note)
	case e.Metrics != nil:
		p.end()
		m := e.Metrics
		p.commands.logf("epoch %d of %d: training loss %.4f, validation loss %.4f, accuracy %.3f, %.1f s", m.Epoch, e.Epochs, m.TrainLoss, m.ValLoss, m.ValAccuracy, m.Seconds)
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

// end ends the bar, if there is one.
func (p *trainProgress) end() { p.bar.end() }
