package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"resnetlab/internal/printable"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/explain"
)

type explainCommand struct {
	Image string `arg:"" help:"Picture to explain."`
	trained
	Method string  `help:"Method: ${enum}." default:"gradcam" enum:"${explainMethods}"`
	Layer  string  `help:"Layer, for the methods gradcam, features and receptive-field." default:"layer4"`
	Target string  `help:"Class to explain, by name or number. Without it: the most probable class." placeholder:"CLASS"`
	Out    drawing `help:"Draw the result (.png or .svg)." placeholder:"FILE"`
	JSON   bool    `name:"json" help:"Print the numbers as JSON."`
}

func (x *explainCommand) Run(ctx context.Context, c *commands, call *kong.Context) error {
	method := explain.Methods[slices.IndexFunc(explain.Methods, func(m explain.Method) bool { return m.Name == x.Method })] // kong has checked the name
	if !method.NeedsLayer {
		if err := refuse(call, "only the methods "+strings.Join(methodsOfLayers(), ", ")+" explain a layer, and "+x.Method+" does not", "layer"); err != nil {
			return err
		}
	}
	net, err := x.open()
	if err != nil {
		return err
	}
	target, err := x.class(net.Classes)
	if err != nil {
		return usage(err)
	}
	picture, err := net.Preset.DecodeFile(x.Image)
	if err != nil {
		return badInput(err)
	}
	work := workOf(net, method.Passes(net.Preset.Crop))
	work.Gradients = method.Gradients
	b, _, err := c.openBackend(backend.Options{Work: work})
	if err != nil {
		return err
	}
	e, err := explain.New(b, net)
	if err != nil {
		return badInput(err)
	}
	defer e.Finalize()
	result, err := method.Explain(ctx, e, explain.Question{Picture: picture, Layer: x.Layer, Target: target})
	if err != nil {
		return err
	}
	return x.output(result)
}

// explainMethods returns the values of --method.
func explainMethods() (names []string) {
	for _, m := range explain.Methods {
		names = append(names, m.Name)
	}
	return names
}

// methodsOfLayers returns the values of --method for which --layer has a meaning.
func methodsOfLayers() (names []string) {
	for _, m := range explain.Methods {
		if m.NeedsLayer {
			names = append(names, m.Name)
		}
	}
	return names
}

// class returns the label of the class that --target names.
func (x *explainCommand) class(classes []string) (int, error) {
	if x.Target == "" {
		return explain.Top, nil
	}
	if i := slices.Index(classes, x.Target); i >= 0 {
		return i, nil
	}
	if i, err := strconv.Atoi(x.Target); err == nil && i >= 0 && i < len(classes) {
		return i, nil
	}
	const shown = 20
	names, more := classes, ""
	if len(classes) > shown {
		names, more = classes[:shown], fmt.Sprintf(" and %d more", len(classes)-shown)
	}
	return 0, fmt.Errorf("--target %s is no class of the network: its classes are %s%s", printable.Name(x.Target), strings.Join(names, ", "), more)
}

// output draws the result into the file of --out and prints it.
func (x *explainCommand) output(result explain.Result) error {
	if x.Out != "" {
		if err := result.Picture().Save(string(x.Out)); err != nil {
			return err
		}
	}
	if !x.JSON {
		_, err := fmt.Println(printable.Line(result.String()))
		return err
	}
	return printJSON(struct {
		Schema int    `json:"schema"`
		File   string `json:"file"`
		Method string `json:"method"`
		Result any    `json:"result"`
	}{1, x.Image, x.Method, result})
}
