package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"resnetlab/resnetlib/weights"
)

type weightsCommands struct {
	Inspect weightsInspect `cmd:"" help:"Keys, shapes and dtypes of a .pth or .safetensors file."`
	Convert weightsConvert `cmd:"" help:"Convert .pth to .safetensors and back."`
	Diff    weightsDiff    `cmd:"" help:"Which tensors differ between two files, and by how much."`
}

type weightsInspect struct {
	File string `arg:"" help:"The weight file."`
	JSON bool   `name:"json" help:"As JSON."`
}

func (w *weightsInspect) Run() error {
	f, err := weights.Read(w.File)
	if err != nil {
		return badInput(err)
	}
	defer f.Close()
	in := f.Inspect()
	if !w.JSON {
		return printTable(in)
	}
	return printWithSchema(in)
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
	Out string `arg:"" help:"The file to write: .safetensors or .pth."`
}

func (w *weightsConvert) Run(c *commands) error {
	f, err := weights.Read(w.In)
	if err != nil {
		return badInput(err)
	}
	defer f.Close()
	switch ext := filepath.Ext(w.Out); ext {
	case ".safetensors":
		err = weights.WriteSafetensors(w.Out, f.StateDict, nil)
	case ".pth", ".pt":
		err = weights.WritePth(w.Out, f.StateDict)
	default:
		return usage(fmt.Errorf("writing %s: the extension says the format: .safetensors or .pth, not %q", w.Out, ext))
	}
	if err == nil {
		c.logf("%s: %d tensors", w.Out, f.StateDict.Len())
	}
	return err
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
	d := weights.Diff(a.StateDict, b.StateDict)
	if w.JSON {
		return printWithSchema(d)
	}
	return printTable(d)
}
