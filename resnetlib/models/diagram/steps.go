package diagram

import (
	"fmt"
	"reflect"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/plots"
)

// steps returns a box for each layer.
func steps(layers []*models.Traced) (out []plots.Step) {
	for _, t := range layers {
		out = append(out, step(t))
	}
	return out
}

// step returns the box of a layer. A layer without a case here is drawn with its type's name.
func step(t *models.Traced) plots.Step {
	switch m := t.Module.(type) {
	case *nn.Conv2D:
		return plots.Step{Operation: plots.Convolution, Text: fmt.Sprintf("%dx%[1]d, %d", m.Kernel, m.Out), Detail: details(m), Output: shape(t.Output)}
	case *nn.BatchNorm2D:
		return plots.Step{Operation: plots.Normalization, Text: "BN"}
	case *nn.ReLU:
		return plots.Step{Operation: plots.Activation, Text: "ReLU"}
	case *nn.MaxPool2D:
		return plots.Step{Operation: plots.Pooling, Text: fmt.Sprintf("%dx%[1]d max pool", m.Kernel), Detail: strideOf(m.Stride), Output: shape(t.Output)}
	case *nn.GlobalAvgPool:
		return plots.Step{Operation: plots.Pooling, Text: "average pool", Output: shape(t.Output)}
	case *nn.Linear:
		return plots.Step{Operation: plots.FullyConnected, Text: "fc", Detail: fmt.Sprintf("%d → %d", m.In, m.Out)}
	}
	return plots.Step{Operation: plots.Normalization, Text: reflect.TypeOf(t.Module).Elem().Name()}
}

// details returns a convolution's stride and its groups, ResNeXt's C, where they are not 1.
func details(c *nn.Conv2D) string {
	text := strideOf(c.Stride)
	if c.Groups > 1 {
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("C=%d", c.Groups)
	}
	return text
}

// strideOf returns "stride 2"; nothing for a stride of 1.
func strideOf(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf("stride %d", n)
}

// shape formats [N, H, W, C] or [N, C] as the papers do: "56x56, 64".
func shape(d []int) string {
	if len(d) == 4 {
		return fmt.Sprintf("%dx%d, %d", d[1], d[2], d[3])
	}
	return fmt.Sprint(d[len(d)-1])
}
