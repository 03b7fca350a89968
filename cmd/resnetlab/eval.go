package main

import (
	"context"
	"fmt"

	"resnetlab/datasets"
	"resnetlab/resnetlib/notebook"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/train"
)

type evalCommand struct {
	Data string `arg:"" help:"A folder with a folder for each class, or one that holds test/ or val/."`
	trained
	Split     string `help:"Which of train, val and test, where the folder has them." default:"val"`
	BatchSize int    `help:"Pictures that the network sees at once." default:"16"`
	Plot      string `help:"Draw the confusion matrix (.png or .svg)." placeholder:"FILE"`
	JSON      bool   `name:"json" help:"As JSON."`
}

func (e *evalCommand) Run(ctx context.Context, c *commands) error {
	net, classes, preset, err := e.open()
	if err != nil {
		return err
	}
	data, err := datasets.OpenSplit(e.Data, e.Split)
	if err != nil {
		return badInput(err)
	}
	if err := datasets.SameClasses(datasets.NewMemory(classes, nil), data); err != nil {
		return badInput(fmt.Errorf("the network's classes (train) and the data's (val) differ: %w", err))
	}
	b, _, err := c.openBackend(0)
	if err != nil {
		return err
	}
	forward, err := predict.NewForward(b, net, e.BatchSize)
	if err != nil {
		return usage(err)
	}
	defer forward.Finalize()
	bar := notebook.NewBar("evaluating", data.Len())
	defer bar.Done("")
	result, err := train.Evaluate(ctx, forward, datasets.NewLoader(data, datasets.LoaderConfig{BatchSize: e.BatchSize, Preset: preset}),
		func(done int) { bar.Update(done, "") })
	if err != nil {
		return err
	}
	bar.Done("")
	if e.Plot != "" {
		if err := plots.ConfusionMatrix(classes, result.Confusion).Save(e.Plot); err != nil {
			return err
		}
	}
	return e.print(classes, result)
}

func (e *evalCommand) print(classes []string, r *train.Evaluation) error {
	if e.JSON {
		return printJSON(struct {
			Schema  int      `json:"schema"`
			Classes []string `json:"classes"`
			*train.Evaluation
		}{1, classes, r})
	}
	rows := make([][]string, len(classes))
	for i, name := range classes {
		rows[i] = []string{name}
		for _, n := range r.Confusion[i] {
			rows[i] = append(rows[i], fmt.Sprint(n))
		}
	}
	fmt.Print(notebook.FormatTable(append([]string{"true \\ predicted"}, classes...), rows))
	_, err := fmt.Printf("%d pictures: loss %.4f, top-1 accuracy %.4f, top-5 accuracy %.4f\n", r.Pictures, r.Loss, r.Accuracy, r.Accuracy5)
	return err
}
