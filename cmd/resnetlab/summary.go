package main

import (
	"errors"

	"github.com/alecthomas/kong"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/models/diagram"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/transfer"
)

type summaryCommand struct {
	Arch       string  `arg:"" help:"Architecture, e.g. resnet34 (see the error for an unknown one)."`
	NumClasses int     `help:"Classes." default:"1000"`
	ImageSize  int     `help:"Side of the picture in pixels." default:"224"`
	BatchSize  int     `help:"Pictures in a batch, for shapes and memory." default:"1"`
	Strategy   string  `help:"Show what it trains: all, last:LAYER, or new (a layer of --num-classes behind the 1000-class head)." default:"all"`
	Tree       bool    `help:"As the tree of modules, with blocks and stages."`
	Depth      int     `help:"Levels of the tree to show; 0: all." default:"0"`
	Compare    string  `help:"The papers' architecture table of both networks, side by side." placeholder:"ARCH"`
	Diagram    drawing `help:"Draw the network into a file, .svg or .png." placeholder:"OUT.svg"`
	JSON       bool    `name:"json" help:"As JSON."`
}

func (s *summaryCommand) Run(c *commands, call *kong.Context) error {
	if s.Compare != "" {
		return s.compare(call)
	}
	if !s.Tree {
		if err := refuse(call, "it counts the levels of --tree", "depth"); err != nil {
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

// check refuses words that are no sizes before anything is built.
func (s *summaryCommand) check() error {
	if min(s.NumClasses, s.ImageSize, s.BatchSize) < 1 || s.Depth < 0 {
		return errors.New("--num-classes, --image-size and --batch-size must be at least 1, --depth at least 0")
	}
	return nil
}

// network makes the network with what the strategy trains.
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
	c.logf("drew %s", s.Diagram)
	return nil
}

func (s *summaryCommand) compare(call *kong.Context) error {
	err := refuse(call, "--compare shows the papers' table of two networks, and this belongs to one network",
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
