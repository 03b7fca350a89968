package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/gomlx/compute"

	"resnetlab/datasets"
	"resnetlab/datasets/named"
	"resnetlab/resnetlib/evaluate"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/notebook"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/runs"
)

type evalCommand struct {
	Data string `arg:"" help:"Pictures: a folder with one folder for each class, a folder with train/, val/ or test/, or sketch or sketch:TASK, which the program draws."`
	trained
	Split     string  `help:"Part of the data, if they have parts: ${enum}." default:"val" enum:"train,val,test"`
	TTA       bool    `name:"tta" help:"Test-time augmentation: average the probabilities of each picture and its mirror image."`
	BatchSize int     `help:"Pictures in a batch." default:"16" placeholder:"N"`
	Plot      drawing `help:"Draw the confusion matrix (.png or .svg)." placeholder:"FILE"`
	TopLosses drawing `help:"Draw the pictures with the highest loss, with true class, predicted class and loss (.png or .svg)." placeholder:"FILE"`
	Count     int     `help:"Pictures in --top-losses." default:"12"`
	JSON      bool    `name:"json" help:"Print JSON."`
}

func (e *evalCommand) Run(ctx context.Context, c *commands, call *kong.Context) error {
	if e.TopLosses == "" {
		if err := refuse(call, "it is the number of pictures in --top-losses", "count"); err != nil {
			return err
		}
	}
	if err := firstError(atLeast("count", e.Count, 1), atLeast("batch-size", e.BatchSize, 1)); err != nil {
		return err
	}
	net, err := e.open()
	if err != nil {
		return err
	}
	data, leftOut, err := e.data(ctx, net)
	if err != nil {
		return err
	}
	b, err := c.openFor(net, e.passes(data), e.BatchSize)
	if err != nil {
		return err
	}
	result, err := e.evaluate(ctx, b, net, data)
	if err != nil {
		return err
	}
	if err := e.print(net.Classes, result, leftOut); err != nil {
		return err
	}
	if err := e.draw(net.Classes, data, result); err != nil {
		return err
	}
	return unread(len(leftOut), len(leftOut)+data.Len())
}

// data opens the pictures, labelled by the network's classes. It leaves out the unreadable ones and prints their names.
func (e *evalCommand) data(ctx context.Context, net *network.Network) (datasets.Dataset, []runs.Unreadable, error) {
	data, err := named.OpenSplit(e.Data, e.Split, named.Options{Exif: net.Preset.Exif})
	if err != nil {
		return nil, nil, badInput(err)
	}
	if data, err = datasets.WithClasses(data, net.Classes); err != nil {
		return nil, nil, badInput(fmt.Errorf("evaluating on %s: %w", e.Data, err))
	}
	data, bad, err := datasets.Readable(ctx, data, 0)
	var leftOut []runs.Unreadable
	for _, b := range bad {
		warnf("left out: %v", b)
		leftOut = append(leftOut, runs.Unreadable{File: b.Name, Error: b.Err.Error()})
	}
	if errors.Is(err, datasets.ErrNoneReadable) {
		err = badInput(fmt.Errorf("%w in %s", err, e.Data))
	}
	if err != nil {
		return nil, nil, err
	}
	return data, leftOut, nil
}

// passes returns how many pictures pass through the network.
func (e *evalCommand) passes(data datasets.Dataset) int {
	if e.TTA {
		return 2 * data.Len()
	}
	return data.Len()
}

// evaluate classifies all pictures and compares the results with their labels.
func (e *evalCommand) evaluate(ctx context.Context, b compute.Backend, net *network.Network, data datasets.Dataset) (*evaluate.Result, error) {
	forward, err := predict.NewForward(b, net.ResNet, e.BatchSize)
	if err != nil {
		return nil, err
	}
	defer forward.Finalize()
	var f predict.Classifier = forward
	if e.TTA {
		f = predict.Mirrored(forward)
	}
	bar := notebook.NewBar("evaluating", data.Len())
	defer bar.Stop()
	return evaluate.Run(ctx, f, datasets.NewLoader(data, datasets.LoaderConfig{BatchSize: e.BatchSize, Preset: net.Preset}),
		evaluate.Progress(func(done int) { bar.Update(done, "") }))
}

// draw draws the files of --plot and --top-losses.
func (e *evalCommand) draw(classes []string, data datasets.Dataset, r *evaluate.Result) error {
	if e.Plot != "" {
		if err := plots.ConfusionMatrix(classes, r.Confusion).Save(string(e.Plot)); err != nil {
			return err
		}
	}
	if e.TopLosses == "" {
		return nil
	}
	worst, err := evaluate.Verdicts(data, r.TopLosses(e.Count))
	if err != nil {
		return err
	}
	return plots.TopLosses(worst).Save(string(e.TopLosses))
}

// print prints the result as tables or as JSON.
func (e *evalCommand) print(classes []string, r *evaluate.Result, bad []runs.Unreadable) error {
	if e.JSON {
		return printJSON(struct {
			Schema  int      `json:"schema"`
			Classes []string `json:"classes"`
			TTA     bool     `json:"tta"`
			*evaluate.Result
			PerClass   []evaluate.ClassScore `json:"per_class"`
			Unreadable []runs.Unreadable     `json:"unreadable,omitempty"`
		}{1, classes, e.TTA, r, r.PerClass(classes), bad})
	}
	rows := make([][]string, len(classes))
	for i, name := range classes {
		rows[i] = []string{name}
		for _, n := range r.Confusion[i] {
			rows[i] = append(rows[i], fmt.Sprint(n))
		}
	}
	fmt.Print(notebook.FormatTable(append([]string{"true \\ predicted"}, classes...), rows))
	fmt.Print("\n" + notebook.FormatTable(perClass(r.PerClass(classes))) + "\n")
	_, err := fmt.Printf("%d pictures: loss %.4f, top-1 accuracy %.4f, top-5 accuracy %.4f\n", r.Pictures, r.Loss, r.Accuracy, r.Top5)
	return err
}

// perClass returns a table of the scores of each class.
func perClass(scores []evaluate.ClassScore) (header []string, rows [][]string) {
	for _, s := range scores {
		rows = append(rows, []string{s.Class, fmt.Sprint(s.Pictures), fraction(s.Precision), fraction(s.Recall)})
	}
	return strings.Fields("class pictures precision recall"), rows
}

// fraction returns a fraction of 1 as text, or "-" if there is none.
func fraction(v *float64) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf("%.4f", *v)
}
