package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/alecthomas/kong"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/weights"
)

type weightsCommands struct {
	List     weightsList     `cmd:"" help:"Torchvision's published weights: accuracy, size, preprocessing, and which of them are here."`
	Download weightsDownload `cmd:"" help:"Download published weights, checked."`
	Inspect  weightsInspect  `cmd:"" help:"Keys, shapes and dtypes of a .pth or .safetensors file; with --arch, what loading it would say."`
	Convert  weightsConvert  `cmd:"" help:"Convert .pth to .safetensors and back."`
	Diff     weightsDiff     `cmd:"" help:"Which tensors differ between two files, and by how much."`
}

type weightsInspect struct {
	File        string `arg:"" help:"The weight file."`
	Arch        string `help:"Tell also what strict loading into this network says: missing, unexpected, of other shape, and why (\"report\" in the JSON)."`
	NumClasses  int    `help:"Classes of that network." default:"1000"`
	WithoutHead bool   `help:"Load into it without the head (fc)."`
	JSON        bool   `name:"json" help:"As JSON."`
}

func (w *weightsInspect) Run(call *kong.Context) error {
	if w.Arch == "" {
		if err := refuse(call, "it belongs to the network of --arch", "num-classes", "without-head"); err != nil {
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
	_, err = fmt.Printf("\n%s", found.Report)
	return err
}

// inspected is what `weights inspect` prints.
type inspected struct {
	*weights.Inspection
	Report *weights.Report `json:"report,omitempty"`
}

// report says what loading the file would say. That it does not fit is a finding here, and no error.
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

// printWithSchema prints an object of the library with "schema": 1 added.
func printWithSchema(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &fields); err != nil {
		return err
	}
	fields["schema"] = json.RawMessage("1")
	return printJSON(fields)
}

type weightsConvert struct {
	In  string `arg:"" help:"The file to read."`
	To  string `arg:"" optional:"" help:"The file to write: .safetensors or .pth."`
	Out string `help:"The file to write, as a flag." placeholder:"FILE"`
}

// Run asks for a context and does not look at it: so the first Ctrl-C lets it come to its end, and leaves no part of a file behind.
func (w *weightsConvert) Run(_ context.Context, c *commands) error {
	if (w.To == "") == (w.Out == "") {
		return usage(errors.New("name the file to write, once: resnetlab weights convert IN OUT"))
	}
	out := cmp.Or(w.To, w.Out)
	if err := errors.Join(notItself(w.In, out), spare(out, true)); err != nil {
		return err
	}
	f, err := weights.Read(w.In)
	if err != nil {
		return badInput(err)
	}
	defer f.Close()
	sd := everything(f)
	if err = weights.Write(out, sd); errors.Is(err, weights.ErrExtension) {
		return usage(err)
	}
	if err != nil {
		return err
	}
	c.logf("%s: %d tensors", out, sd.Len())
	for _, note := range f.Notes() {
		c.logf("%s", note)
	}
	if sd != f.StateDict {
		c.logf("all tensors were written, under the names that they have in the file")
	}
	return nil
}

// everything returns the tensors of the network, or, where the file has others beside it, all of them under the file's
// names: a copy or a comparison must not lose any.
func everything(f *weights.File) *weights.StateDict {
	if len(f.Outside) > 0 {
		return f.AsStored()
	}
	return f.StateDict
}

type weightsDiff struct {
	A    string `arg:"" help:"The first file."`
	B    string `arg:"" help:"The second file."`
	JSON bool   `name:"json" help:"As JSON."`
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
