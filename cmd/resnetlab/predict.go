package main

import (
	"context"
	"fmt"
	"io"

	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/predict"
)

// shape holds the flags about what is written of each prediction.
type shape struct {
	TopK       int    `help:"Number of classes to show for each picture, the most probable first; 0: all." default:"0"`
	OutputType string `help:"prob: probabilities; logit: probabilities and logits." default:"prob" enum:"prob,logit"`
}

// layout returns the layout of the output.
func (s shape) layout(format string, classes []string) predict.Layout {
	return predict.Layout{Format: format, Classes: classes, TopK: s.TopK, Logits: s.OutputType == "logit"}
}

type predictCommand struct {
	Images []string `arg:"" help:"Pictures to classify."`
	trained
	shape
	Format string  `help:"Output format: ${enum}." default:"text" enum:"text,json,csv,jsonl"`
	Plot   drawing `help:"Draw the picture with its classes (.png or .svg); for a single picture." placeholder:"FILE"`
}

func (p *predictCommand) Run(ctx context.Context, c *commands) error {
	if p.Plot != "" && len(p.Images) != 1 {
		return usage(fmt.Errorf("--plot draws a single picture, but %d were given", len(p.Images)))
	}
	predictor, err := p.predictor(c, len(p.Images), min(len(p.Images), 8))
	if err != nil {
		return err
	}
	defer predictor.Finalize()
	var last predict.Result
	bad := 0
	err = writeTo("", func(w io.Writer) error {
		out, err := predict.NewWriter(w, p.layout(p.Format, predictor.Classes))
		if err != nil {
			return err
		}
		for r, err := range predictor.Files(ctx, "", p.Images, 2) {
			if err != nil {
				return err
			}
			if r.Err != nil {
				bad++
			}
			last = r
			if err := out.Write(r); err != nil {
				return err
			}
		}
		return out.Close()
	})
	if err != nil {
		return err
	}
	if p.Plot != "" && last.Err == nil {
		if err := p.plot(last, predictor); err != nil {
			return err
		}
	}
	return unread(bad, len(p.Images))
}

// plot draws the picture with its class and probability, and the probabilities of all classes beside it.
func (p *predictCommand) plot(r predict.Result, by *predict.Predictor) error {
	picture, err := by.Preset.DecodeFile(r.File)
	if err != nil {
		return badInput(err)
	}
	return plots.PredictionCard(plots.Card{Image: picture, Classes: by.Classes, Probs: r.Probs}).Save(string(p.Plot))
}
