package main

import (
	"github.com/alecthomas/kong"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/models/diagram"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/transfer"
)

type summaryCommand struct {
	Arch       string  `arg:"" help:"Architecture: resnet18, resnet34, ..., resnext50_32x4d, ..., wide_resnet101_2."`
	NumClasses int     `help:"Number of classes." default:"1000"`
	ImageSize  int     `help:"Side in pixels of the network's input." default:"224"`
	BatchSize  int     `help:"Pictures in a batch, which shapes and memory depend on." default:"1"`
	Strategy   string  `help:"Show which layers a training strategy trains: all, last:LAYER, or new (a new layer of --num-classes after the head of 1000 classes)." default:"all"`
	Tree       bool    `help:"Show the tree of modules, with stages and blocks."`
	Depth      int     `help:"Levels of --tree to show; 0: all." default:"0"`
	Compare    string  `help:"Show the architecture table of the papers for ARCH beside that of the network." placeholder:"ARCH"`
	Diagram    drawing `help:"Draw the network (.svg or .png)." placeholder:"OUT.svg"`
	JSON       bool    `name:"json" help:"Print JSON."`
}

func (s *summaryCommand) Run(c *commands, call *kong.Context) error {
	if s.Compare != "" {
		return s.compare(call)
	}
	if !s.Tree {
		if err := refuse(call, "it is the number of levels of --tree", "depth"); err != nil {
			return err
		}
	}
	net, plan, err := s.network()
	if err != nil {
		return usage(err)
	}
	if err := s.draw(c, net); err != nil {
		return err
	}
	summary, err := models.Summarize(net, s.BatchSize, s.ImageSize, s.ImageSize, 3)
	if err != nil {
		return usage(err)
	}
	if s.JSON {
		return printJSON(struct {
			Schema int    `json:"schema"`
			Arch   string `json:"arch"`
			*models.Summary
			Plan transfer.Plan `json:"plan"`
		}{1, s.Arch, summary, plan})
	}
	if !s.Tree {
		return printTable(summary)
	}
	return printTable(summary.Tree(s.Depth))
}

// check returns an error about sizes that are too small.
func (s *summaryCommand) check() error {
	return firstError(atLeast("num-classes", s.NumClasses, 1), atLeast("image-size", s.ImageSize, 1), atLeast("batch-size", s.BatchSize, 1), atLeast("depth", s.Depth, 0))
}

// network makes the network, and the plan of what the strategy trains.
func (s *summaryCommand) network() (*models.ResNet, transfer.Plan, error) {
	if err := s.check(); err != nil {
		return nil, transfer.Plan{}, err
	}
	classes, strategy := s.NumClasses, transfer.Strategy(s.Strategy)
	if strategy == transfer.NewLayer {
		classes = 1000
	}
	net, err := models.New(model.NewStore(), s.Arch, classes, nn.SkipInit())
	if err != nil {
		return nil, transfer.Plan{}, err
	}
	if strategy == transfer.NewLayer {
		if err := net.AddHead(s.NumClasses); err != nil {
			return nil, transfer.Plan{}, err
		}
	}
	plan, err := strategy.Apply(net, transfer.FreezeBN(false))
	return net, plan, err
}

// draw draws the network into the file of --diagram.
func (s *summaryCommand) draw(c *commands, net *models.ResNet) error {
	if s.Diagram == "" {
		return nil
	}
	picture, err := diagram.Network(s.Arch, net, s.ImageSize)
	if err != nil {
		return usage(err)
	}
	if err := picture.Save(string(s.Diagram)); err != nil {
		return err
	}
	c.logf("the diagram is in %s", s.Diagram)
	return nil
}

// compare prints the architecture tables of two networks.
func (s *summaryCommand) compare(call *kong.Context) error {
	err := refuse(call, "--compare shows the tables of two networks, and this flag is for one network",
		"diagram", "tree", "depth", "strategy", "num-classes", "batch-size")
	if err != nil {
		return err
	}
	comparison, err := models.Compare(s.ImageSize, s.Arch, s.Compare)
	if err != nil {
		return usage(err)
	}
	if !s.JSON {
		return printTable(comparison)
	}
	return printJSON(struct {
		Schema int `json:"schema"`
		*models.Comparison
	}{1, comparison})
}
