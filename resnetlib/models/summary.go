package models

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"resnetlab/resnetlib/nn"
)

// Summary is the table of a network's layers, as torchinfo prints it.
type Summary struct {
	Input     []int   `json:"input"`  // [N, H, W, C]
	Params    int     `json:"params"` // running statistics do not count, as in PyTorch
	Trainable int     `json:"trainable"`
	MACs      int     `json:"macs"` // multiply-adds for one picture
	Memory    Memory  `json:"memory"`
	Layers    []Layer `json:"layers"`  // in the order in which they compute
	Modules   []Layer `json:"modules"` // the same with blocks and stages, each before its parts
}

// Memory estimates the memory of one training step, in bytes of float32, as torchinfo counts it: the outputs of the layers that have parameters
// (convolutions, norms, fully connected), and as much again for their gradients. An optimiser's moments are not counted; a backend that fuses
// layers or reuses buffers needs less.
type Memory struct {
	Input       int `json:"input_bytes"`
	Parameters  int `json:"parameter_bytes"`
	Activations int `json:"activation_bytes"` // outputs of the forward pass, for the whole batch
	Total       int `json:"total_bytes"`      // Input + Parameters + 2*Activations
}

const floatBytes = 4

// Summarize lists the layers of a module with shapes, parameters and multiply-adds for an input of the given shape ([N, H, W, C]). An input that
// does not fit the module is an error that names the layer. See [Trace].
func Summarize(m nn.Module, input ...int) (*Summary, error) {
	root, err := Trace(m, input...)
	if err != nil {
		return nil, err
	}
	return summarize(root, input), nil
}

func summarize(root *Traced, input []int) *Summary {
	s := &Summary{Input: input}
	whole := s.walk(root, 0, map[nn.Module]bool{})
	s.Params, s.Trainable, s.MACs = whole.Params, whole.Trainable, whole.MACs
	s.Memory.Input, s.Memory.Parameters = floatBytes*product(input), floatBytes*s.Params
	s.Memory.Total = s.Memory.Input + s.Memory.Parameters + 2*s.Memory.Activations
	return s
}

// walk adds a module and its parts to the tree, and the layers to the flat list. A layer that is called twice computes twice, but its parameters
// count once.
func (s *Summary) walk(t *Traced, depth int, counted map[nn.Module]bool) Layer {
	l, layer := describe(t.Module)
	l.Depth, l.Output = depth, t.Output
	l.MACs *= product(t.Output[1:])
	if l.Params > 0 {
		s.Memory.Activations += floatBytes * product(t.Output)
	}
	if layer { // another module has no parameters of its own, and may not be comparable
		if counted[t.Module] {
			l.Params, l.Trainable = 0, 0
		}
		counted[t.Module] = true
	}
	at := len(s.Modules)
	s.Modules = append(s.Modules, l)
	for _, part := range t.Children {
		l.add(s.walk(part, depth+1, counted))
	}
	if len(t.Children) == 0 {
		s.Layers = append(s.Layers, l)
	}
	s.Modules[at] = l
	return l
}

// Table returns the summary as rows of text, a layer each.
func (s *Summary) Table() (header []string, rows [][]string) {
	return s.table(s.Layers, Layer.fullName)
}

// Tree returns the summary as the tree of modules, down to depth levels below the network; all levels for 0.
func (s *Summary) Tree(depth int) Tree { return Tree{s, depth} }

// Tree is a summary with its blocks and stages.
type Tree struct {
	*Summary
	Depth int // number of levels shown below the network; 0 for all
}

// Table returns the tree as rows of text, a module each, indented.
func (t Tree) Table() (header []string, rows [][]string) {
	shown := slices.DeleteFunc(slices.Clone(t.Modules), func(l Layer) bool { return t.Depth > 0 && l.Depth > t.Depth })
	return t.table(shown, Layer.lastName)
}

func (s *Summary) table(layers []Layer, name func(Layer) string) (header []string, rows [][]string) {
	header = []string{"layer", "kind", "kernel", "stride", "groups", "output", "params", "share", "multiply-adds", "trainable"}
	for _, l := range layers {
		kernel := ""
		if l.Kernel > 0 {
			kernel = fmt.Sprintf("%dx%[1]d", l.Kernel)
		}
		rows = append(rows, []string{name(l), l.Kind, kernel, count(l.Stride), count(l.Groups), shapeString(l.Output), count(l.Params),
			share(l.Params, s.Params), count(l.MACs), l.trained()})
	}
	return header, append(rows, []string{"total", "", "", "", "", "", count(s.Params), "", count(s.MACs), count(s.Trainable)})
}

// Caption returns the lines below the table: sums, and how the memory was counted.
func (s *Summary) Caption() string {
	const million, billion = 1e6, 1e9
	mb := func(bytes int) string { return fmt.Sprintf("%.2f MB", float64(bytes)/million) }
	m := s.Memory
	return fmt.Sprintf("%.2f million parameters, %.2f million of them trained; %.3f billion multiply-adds for one picture\n",
		float64(s.Params)/million, float64(s.Trainable)/million, float64(s.MACs)/billion) +
		fmt.Sprintf("memory of a training step with input %s, in float32 as torchinfo counts it: input %s + parameters %s\n",
			shapeString(s.Input), mb(m.Input), mb(m.Parameters)) +
		fmt.Sprintf("+ outputs of all convolutions, norms and fully connected layers %s + their gradients, the same again = %s", mb(m.Activations), mb(m.Total))
}

func (l Layer) fullName() string { return l.Name }

// lastName is the last part of the name, indented by depth. A network has no name; it is called by its kind.
func (l Layer) lastName() string {
	if l.Depth == 0 {
		return cmp.Or(l.Name, l.Kind)
	}
	return strings.Repeat("  ", l.Depth-1) + "- " + l.Name[strings.LastIndex(l.Name, ".")+1:]
}

// trained says in words how much of the layer's parameters a training step changes.
func (l Layer) trained() string {
	switch {
	case l.Params == 0:
		return ""
	case l.Trainable == 0:
		return "no"
	case l.Trainable < l.Params:
		return "in part"
	}
	return "yes"
}

func share(part, whole int) string {
	switch percent := 100 * float64(part) / float64(max(whole, 1)); {
	case part == 0:
		return ""
	case percent < 0.05:
		return "<0.1 %"
	default:
		return fmt.Sprintf("%.1f %%", percent)
	}
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
