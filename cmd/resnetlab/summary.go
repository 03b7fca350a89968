package main

import (
	"fmt"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

type summaryCommand struct {
	Arch       string `arg:"" help:"Architecture, e.g. resnet34 (see the error for an unknown one)."`
	NumClasses int    `help:"Classes." default:"1000"`
	ImageSize  int    `help:"Side of the picture in pixels." default:"224"`
	JSON       bool   `name:"json" help:"As JSON."`
}

func (s *summaryCommand) Run() error {
	net, err := models.New(model.NewStore(), s.Arch, s.NumClasses, nn.SkipInit())
	if err != nil {
		return usage(err)
	}
	summary, err := models.Summarize(net, 1, s.ImageSize, s.ImageSize, 3)
	if err != nil {
		return usage(err)
	}
	if s.JSON {
		return printJSON(struct {
			Schema int    `json:"schema"`
			Arch   string `json:"arch"`
			*models.Summary
		}{1, s.Arch, summary})
	}
	if err := printTable(summary); err != nil {
		return err
	}
	_, err = fmt.Printf("%s: %.2f million parameters, %.3f billion multiply-adds at %d x %d\n",
		s.Arch, float64(summary.Params)/1e6, float64(summary.MACs)/1e9, s.ImageSize, s.ImageSize)
	return err
}
