package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/alecthomas/kong"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/internal/printable"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/weights"
)

type weightsCommands struct {
	List     weightsList     `cmd:"" help:"List torchvision's published weights: accuracy, size, preprocessing, and which are on this machine."`
	Download weightsDownload `cmd:"" help:"Download published weights and check their hash."`
	Inspect  weightsInspect  `cmd:"" help:"List the keys, shapes and dtypes in a .pth or .safetensors file; with --arch, check whether a network can load it."`
	Convert  weightsConvert  `cmd:"" help:"Convert a .pth file to .safetensors, or back."`
	Diff     weightsDiff     `cmd:"" help:"List the tensors that differ between two files, and by how much."`
}

type weightsInspect struct {
	File        string `arg:"" help:"Weight file."`
	Arch        string `help:"Report also whether this network can load the file: which tensors are missing, unexpected or of another shape, and why (\"report\" in the JSON)."`
	NumClasses  int    `help:"Number of classes of the network of --arch." default:"1000"`
	WithoutHead bool   `help:"Report on loading without the head (fc)."`
	JSON        bool   `name:"json" help:"Print JSON."`
}

func (w *weightsInspect) Run(call *kong.Context) error {
	if w.Arch == "" {
		if err := refuse(call, "it is about the network of --arch", "num-classes", "without-head"); err != nil {
			return err
		}
	}
	f, err := weights.Read(w.File)
	if err != nil {
		return badInput(err)
	}
	defer f.Close()
	found := inspected{Inspection: f.Inspect()}
	if w.Arch != "" {
		if found.Report, err = w.report(f); err != nil {
			return err
		}
	}
	if w.JSON {
		return printWithSchema(found)
	}
	if err := printTable(found); err != nil || found.Report == nil {
		return err
	}
	_, err = fmt.Printf("\n%s", printable.Text(found.Report.String()))
	return err
}

// inspected is the JSON of `weights inspect`.
type inspected struct {
	*weights.Inspection
	Report *weights.Report `json:"report,omitempty"`
}

// report returns the report of loading the file into the network of --arch. A file that does not fit is no error here.
func (w *weightsInspect) report(f *weights.File) (*weights.Report, error) {
	net, err := models.New(model.NewStore(), w.Arch, w.NumClasses, nn.SkipInit())
	if err != nil {
		return nil, usage(err)
	}
	var options []weights.Option
	if w.WithoutHead {
		options = append(options, weights.WithoutHead())
	}
	report, err := weights.LoadFile(f, net, options...)
	if misfit := new(weights.LoadError); err != nil && !errors.As(err, &misfit) {
		return nil, badInput(err)
	}
	return report, nil
}

type weightsConvert struct {
	In  string `arg:"" help:"File to read."`
	To  string `arg:"" optional:"" help:"File to write: .safetensors or .pth."`
	Out string `help:"File to write, if it is not given as an argument." placeholder:"FILE"`
}

// Run takes a context and does not use it: the first Ctrl-C then does not exit the program, so that no part of a file is left.
func (w *weightsConvert) Run(_ context.Context, c *commands) error {
	if (w.To == "") == (w.Out == "") {
		return usage(errors.New("name the file to write once, as an argument or with --out: resnetlab weights convert IN OUT"))
	}
	out := cmp.Or(w.To, w.Out)
	if err := firstError(differentFiles(w.In, out), checkOutput(out, true)); err != nil {
		return err
	}
	f, err := weights.Read(w.In)
	if err != nil {
		return badInput(err)
	}
	defer f.Close()
	sd := everything(f)
	if err := weights.Write(out, sd); err != nil {
		return err
	}
	c.logf("%s: %d tensors", out, sd.Len())
	for _, note := range f.Notes() {
		c.logf("%s", note)
	}
	if sd != f.StateDict {
		c.logf("all tensors were written, with the keys that they have in %s", w.In)
	}
	return nil
}

// everything returns all tensors of the file: with the network's keys if it holds nothing but a network, else with the keys in the file. A copy or a
// comparison must not lose a tensor.
func everything(f *weights.File) *weights.StateDict {
	if len(f.Outside) > 0 {
		return f.AsStored()
	}
	return f.StateDict
}

type weightsDiff struct {
	A    string `arg:"" help:"First file."`
	B    string `arg:"" help:"Second file."`
	JSON bool   `name:"json" help:"Print JSON."`
}

func (w *weightsDiff) Run() error {
	a, err := weights.Read(w.A)
	if err != nil {
		return badInput(err)
	}
	defer a.Close()
	b, err := weights.Read(w.B)
	if err != nil {
		return badInput(err)
	}
	defer b.Close()
	d := weights.Diff(everything(a), everything(b))
	if w.JSON {
		return printWithSchema(d)
	}
	return printTable(d)
}
