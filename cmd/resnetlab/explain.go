package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"resnetlab/resnetlib/explain"
	"resnetlab/resnetlib/notebook"
	"resnetlab/resnetlib/transforms"
)

type explainCommand struct {
	Image string `arg:"" help:"A picture."`
	trained
	Method string  `help:"${enum}." default:"gradcam" enum:"gradcam,saliency,occlusion,features,filters,receptive-field"`
	Layer  string  `help:"The layer that gradcam, features and receptive-field look at." default:"layer4"`
	Target string  `help:"Class to explain, by name or number. Left out: the most probable." placeholder:"CLASS"`
	Out    drawing `help:"Draw it (.png or .svg)." placeholder:"FILE"`
	JSON   bool    `name:"json" help:"The numbers as JSON."`
}

// question is what a method is asked.
type question struct {
	context.Context
	*explain.Explainer
	picture *transforms.RGB
	layer   string
	target  int
}

// methods are the values of --method.
var methods = map[string]func(q question) (notebook.Pictured, error){
	"gradcam":  func(q question) (notebook.Pictured, error) { return q.GradCAM(q, q.picture, q.layer, q.target) },
	"saliency": func(q question) (notebook.Pictured, error) { return q.Saliency(q, q.picture, q.target) },
	"occlusion": func(q question) (notebook.Pictured, error) {
		return q.Occlusion(q, q.picture, q.target, explain.Occluder{})
	},
	"features":        func(q question) (notebook.Pictured, error) { return q.FeatureMaps(q, q.picture, q.layer) },
	"filters":         func(q question) (notebook.Pictured, error) { return explain.Filters(q.Net.Conv1) },
	"receptive-field": func(q question) (notebook.Pictured, error) { return q.ReceptiveField(q, q.picture, q.layer) },
}

// layered are the methods that look at a layer.
var layered = []string{"gradcam", "features", "receptive-field"}

func (x *explainCommand) Run(ctx context.Context, c *commands, call *kong.Context) error {
	if !slices.Contains(layered, x.Method) {
		if err := refuse(call, "method "+x.Method+" looks at no layer; "+strings.Join(layered, ", ")+" do", "layer"); err != nil {
			return err
		}
	}
	net, classes, preset, err := x.open()
	if err != nil {
		return err
	}
	target, err := x.class(classes)
	if err != nil {
		return usage(err)
	}
	picture, err := preset.DecodeFile(x.Image)
	if err != nil {
		return badInput(err)
	}
	b, _, err := c.openBackend(0)
	if err != nil {
		return err
	}
	e, err := explain.New(b, net, classes, preset)
	if err != nil {
		return badInput(err)
	}
	defer e.Finalize()
	result, err := methods[x.Method](question{ctx, e, picture, x.Layer, target})
	if errors.Is(err, explain.ErrAsk) {
		return usage(err)
	}
	if err != nil {
		return err
	}
	return x.give(result)
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
	return 0, fmt.Errorf("--target %s: the network's classes are %s", x.Target, strings.Join(classes, ", "))
}

// give draws the result into --out and prints it.
func (x *explainCommand) give(result notebook.Pictured) error {
	if x.Out != "" {
		if err := result.Picture().Save(string(x.Out)); err != nil {
			return err
		}
	}
	if !x.JSON {
		_, err := fmt.Println(result)
		return err
	}
	return printJSON(struct {
		Schema int    `json:"schema"`
		File   string `json:"file"`
		Method string `json:"method"`
		Result any    `json:"result"`
	}{1, x.Image, x.Method, result})
}
