package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"resnetlab/datasets"
	"resnetlab/datasets/named"
	"resnetlab/resnetlib/evaluate"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/notebook"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/transforms"
)

type evalCommand struct {
	Data string `arg:"" help:"A folder with a folder for each class, or one that holds test/ or val/; sketch or sketch:TASK, what the program draws."`
	trained
	Split     string  `help:"${enum}: which part, where the data have them." default:"val" enum:"train,val,test"`
	TTA       bool    `name:"tta" help:"Test-time augmentation: the mean of the probabilities of each picture and its mirror image."`
	BatchSize int     `help:"Pictures that the network sees at once." default:"16" placeholder:"N"`
	Plot      drawing `help:"Draw the confusion matrix (.png or .svg)." placeholder:"FILE"`
	TopLosses drawing `help:"Draw the pictures of the highest loss with truth, prediction and loss (.png or .svg)." placeholder:"FILE"`
	Count     int     `help:"Pictures in --top-losses." default:"12"`
	JSON      bool    `name:"json" help:"As JSON."`
}

func (e *evalCommand) Run(ctx context.Context, c *commands, call *kong.Context) error {
	if e.TopLosses == "" {
		if err := refuse(call, "it counts the pictures of --top-losses", "count"); err != nil {
			return err
		}
	}
	if e.Count < 1 {
		return usage(fmt.Errorf("--count %d: at least 1", e.Count))
	}
	net, err := e.open()
	if err != nil {
		return err
	}
	data, leftOut, err := e.data(ctx, net)
	if err != nil {
		return err
	}
	b, _, err := c.openBackend(0)
	if err != nil {
		return err
	}
	forward, err := predict.NewForward(b, net.ResNet, e.BatchSize)
	if err != nil {
		return usage(err)
	}
	defer forward.Finalize()
	result, err := e.evaluate(ctx, forward, data, net.Preset)
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

// data opens the pictures, with the labels of the network's classes, and leaves out those that cannot be read, which it names.
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
	return data, leftOut, err
}

func (e *evalCommand) evaluate(ctx context.Context, f predict.Classifier, data datasets.Dataset, preset transforms.Preset) (*evaluate.Result, error) {
	if e.TTA {
		f = predict.Mirrored(f)
	}
	bar := notebook.NewBar("evaluating", data.Len())
	defer bar.Stop()
	return evaluate.Run(ctx, f, datasets.NewLoader(data, datasets.LoaderConfig{BatchSize: e.BatchSize, Preset: preset}),
		evaluate.Progress(func(done int) { bar.Update(done, "") }))
}

// draw writes the pictures that were asked for.
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

func perClass(scores []evaluate.ClassScore) (header []string, rows [][]string) {
	for _, s := range scores {
		rows = append(rows, []string{s.Class, fmt.Sprint(s.Pictures), fraction(s.Precision), fraction(s.Recall)})
	}
	return strings.Fields("class pictures precision recall"), rows
}

// fraction of 1, or - where there is none.
func fraction(v *float64) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf("%.4f", *v)
}
