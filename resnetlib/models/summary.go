package models

import (
	"fmt"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"resnetlab/resnetlib/models/internal/shapesonly"
	"resnetlab/resnetlib/nn"
)

// Layer is one line of a summary.
type Layer struct {
	Name      string `json:"name"`   // "layer1.0.conv1"
	Kind      string `json:"kind"`   // "Conv2D 3x3, stride 2, 32 groups"
	Output    []int  `json:"output"` // [N, H, W, C] or [N, C]
	Params    int    `json:"params"`
	Trainable int    `json:"trainable"`
	MACs      int    `json:"macs"` // multiply-adds of one picture, convolutions and fully connected layers alone, as torchvision counts
}

// Summary is the table of a network's layers, in the order in which they compute.
type Summary struct {
	Params    int     `json:"params"` // without running statistics, as PyTorch counts
	Trainable int     `json:"trainable"`
	MACs      int     `json:"macs"` // of one picture
	Layers    []Layer `json:"layers"`
}

// Summarize builds the module's graph for an input of the given shape ([N, H, W, C]) on a backend that knows shapes alone, and
// notes what the hook sees of every layer. An input that does not fit the module is an error that names the layer.
func Summarize(m nn.Module, input ...int) (*Summary, error) {
	s := &Summary{}
	err := exceptions.TryCatch[error](func() {
		g := graph.NewGraph(shapesonly.New(), "summary")
		nn.WithHook(g, func(m nn.Module, y *nn.Node) *nn.Node {
			if l, leaf := describe(m); leaf {
				s.add(l, y.Shape().Dimensions)
			}
			return y
		})
		m.Forward(graph.Parameter(g, "x", shapes.Make(dtypes.Float32, input...)))
	})
	if err != nil {
		return nil, fmt.Errorf("summing up a module for an input of shape %v: %w", input, err)
	}
	return s, nil
}

func (s *Summary) add(l Layer, output []int) {
	l.Output = output
	l.MACs *= product(output[1:]) // describe gave the multiply-adds of one output element
	s.Layers = append(s.Layers, l)
	s.Params += l.Params
	s.Trainable += l.Trainable
	s.MACs += l.MACs
}

// describe says what a layer is. Blocks, stages and the network itself are no layers: what they hold was counted already.
func describe(m nn.Module) (l Layer, leaf bool) {
	l.Name = m.Name()
	switch m := m.(type) {
	case *nn.Conv2D:
		l.Kind = fmt.Sprintf("Conv2D %dx%d", m.Kernel, m.Kernel)
		if m.Stride > 1 {
			l.Kind += fmt.Sprintf(", stride %d", m.Stride)
		}
		if m.Groups > 1 {
			l.Kind += fmt.Sprintf(", %d groups", m.Groups)
		}
		l.MACs = m.Kernel * m.Kernel * m.In / m.Groups
		l.count(m.Weight)
	case *nn.BatchNorm2D:
		l.Kind = "BatchNorm2D"
		l.count(m.Weight, m.Bias)
	case *nn.Linear:
		l.Kind, l.MACs = "Linear", m.In
		l.count(m.Weight, m.Bias)
	case *nn.MaxPool2D:
		l.Kind = fmt.Sprintf("MaxPool2D %dx%d, stride %d", m.Kernel, m.Kernel, m.Stride)
	case *nn.ReLU:
		l.Kind = "ReLU"
	case *nn.GlobalAvgPool:
		l.Kind = "GlobalAvgPool"
	case *nn.Dropout:
		l.Kind = fmt.Sprintf("Dropout %g", m.P)
	default:
		return l, false
	}
	return l, true
}

func (l *Layer) count(parameters ...*nn.Parameter) {
	for _, p := range parameters {
		l.Params += p.Size()
		if p.RequiresGrad() {
			l.Trainable += p.Size()
		}
	}
}

// Table is the summary as rows of text.
func (s *Summary) Table() (header []string, rows [][]string) {
	header = []string{"layer", "kind", "output", "params", "multiply-adds", "trainable"}
	for _, l := range s.Layers {
		rows = append(rows, []string{l.Name, l.Kind, shapeString(l.Output), count(l.Params), count(l.MACs), yesNo(l)})
	}
	rows = append(rows, []string{"total", "", "", count(s.Params), count(s.MACs), count(s.Trainable)})
	return header, rows
}

func yesNo(l Layer) string {
	switch {
	case l.Params == 0:
		return ""
	case l.Trainable == 0:
		return "no"
	}
	return "yes"
}

func shapeString(d []int) string { return strings.ReplaceAll(fmt.Sprint(d), " ", ", ") }

// count writes a number with a comma at every third digit; nothing for 0.
func count(n int) string {
	if n == 0 {
		return ""
	}
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func product(d []int) int {
	p := 1
	for _, n := range d {
		p *= n
	}
	return p
}
