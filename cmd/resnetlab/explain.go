package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"resnetlab/internal/printable"
	"resnetlab/resnetlib/explain"
)

type explainCommand struct {
	Image string `arg:"" help:"A picture."`
	trained
	Method string  `help:"${enum}." default:"gradcam" enum:"${explainMethods}"`
	Layer  string  `help:"The layer that gradcam, features and receptive-field look at." default:"layer4"`
	Target string  `help:"Class to explain, by name or number. Left out: the most probable." placeholder:"CLASS"`
	Out    drawing `help:"Draw it (.png or .svg)." placeholder:"FILE"`
	JSON   bool    `name:"json" help:"The numbers as JSON."`
}

func (x *explainCommand) Run(ctx context.Context, c *commands, call *kong.Context) error {
	method := explain.Methods[slices.IndexFunc(explain.Methods, func(m explain.Method) bool { return m.Name == x.Method })] // one of the flag's values
	if !method.NeedsLayer {
		if err := refuse(call, "method "+x.Method+" looks at no layer; "+strings.Join(methodsOfLayers(), ", ")+" do", "layer"); err != nil {
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
	b, _, err := c.openBackend(0)
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
	return x.give(result)
}

// explainMethods are the values of --method.
func explainMethods() (names []string) {
	for _, m := range explain.Methods {
		names = append(names, m.Name)
	}
	return names
}

// methodsOfLayers are the methods that --layer applies to.
func methodsOfLayers() (names []string) {
	for _, m := range explain.Methods {
		if m.NeedsLayer {
			names = append(names, m.Name)
		}
	}
	return names
}

// class finds the class of --target.
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
	return 0, fmt.Errorf("--target %s: the network's classes are %s%s", printable.Name(x.Target), strings.Join(names, ", "), more)
}

// give draws the result into --out and prints it.
func (x *explainCommand) give(result explain.Result) error {
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
