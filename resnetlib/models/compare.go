package models

import (
	"fmt"
	"strings"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/nn"
)

// Comparison is the table of architectures of the papers (He et al., table 1; Xie et al., table 1), made from the networks themselves.
type Comparison struct {
	ImageSize int       `json:"image_size"`
	Networks  []Outline `json:"networks"`
}

// Outline is one column of the table.
type Outline struct {
	Arch   string         `json:"arch"`
	Stages []StageOutline `json:"stages"`
	Params int            `json:"params"`
	MACs   int            `json:"macs"` // multiply-adds of one picture
	// MACsStride1x1 is their number with the stride on a bottleneck's first 1x1, as in He et al.; here it is on the 3x3.
	MACsStride1x1 int `json:"macs_stride_on_1x1"`
}

// StageOutline is a row of the table: the blocks whose pictures have one size.
type StageOutline struct {
	Name   string   `json:"name"`   // the papers' name: "conv1", "conv2_x"; "" for the head
	Output string   `json:"output"` // "56x56"
	Before []string `json:"before"` // layers before the blocks: "3x3 max pool, stride 2"
	Block  []string `json:"block"`  // the block's convolutions: "1x1, 128", "3x3, 128, C=32", "1x1, 256"
	Repeat int      `json:"repeat"` // how many blocks
}

// Compare makes the table of some of torchvision's networks, with 1000 classes, for square pictures of imageSize pixels:
// Compare(224, "resnet50", "resnext50_32x4d").
func Compare(imageSize int, archs ...string) (*Comparison, error) {
	c := &Comparison{ImageSize: imageSize}
	for _, arch := range archs {
		net, err := New(model.NewStore(), arch, 1000, nn.SkipInit())
		if err != nil {
			return nil, err
		}
		if err := c.Add(arch, net); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Add adds a column for a network of any configuration.
func (c *Comparison) Add(name string, net *ResNet) error {
	root, err := Trace(net, 1, c.ImageSize, c.ImageSize, 3)
	if err != nil {
		return err
	}
	s := summarize(root, []int{1, c.ImageSize, c.ImageSize, 3})
	o := Outline{Arch: name, Params: s.Params, MACs: s.MACs, MACsStride1x1: s.MACs}
	for _, part := range root.Children {
		o.add(part)
	}
	c.Networks = append(c.Networks, o)
	return nil
}

// add adds one of the network's parts to its row.
func (o *Outline) add(t *Traced) {
	last := len(o.Stages) - 1
	switch m := t.Module.(type) {
	case *nn.Conv2D:
		o.Stages = append(o.Stages, StageOutline{Name: "conv1", Output: side(t.Output), Before: []string{convolution(m) + stride(m.Stride)}})
	case *nn.MaxPool2D: // in the papers it belongs to the stage that follows
		o.Stages = append(o.Stages, StageOutline{Output: side(t.Output), Before: []string{fmt.Sprintf("%dx%[1]d max pool", m.Kernel) + stride(m.Stride)}})
	case *Stage:
		if o.Stages[last].Name != "" {
			o.Stages = append(o.Stages, StageOutline{})
			last++
		}
		stage := &o.Stages[last]
		stage.Name = fmt.Sprintf("conv%d_x", o.stagesWithBlocks()+2)
		stage.Output, stage.Block, stage.Repeat = side(t.Output), mainConvolutions(t.Children[0]), len(t.Children)
		for _, block := range t.Children {
			o.MACsStride1x1 -= savedByStride1x1(block)
		}
	case *nn.GlobalAvgPool:
		o.Stages = append(o.Stages, StageOutline{Output: "1x1", Before: []string{"global average pool"}})
	case *nn.Linear:
		o.Stages[last].Before = append(o.Stages[last].Before, fmt.Sprintf("%d-d fc, softmax", m.Out))
	}
}

func (o *Outline) stagesWithBlocks() (n int) {
	for _, s := range o.Stages {
		if s.Repeat > 0 {
			n++
		}
	}
	return n
}

// mainConvolutions lists the convolutions of a block's main branch.
func mainConvolutions(block *Traced) (lines []string) {
	for _, part := range block.Children {
		if m, ok := part.Module.(*nn.Conv2D); ok {
			lines = append(lines, convolution(m))
		}
	}
	return lines
}

// savedByStride1x1 returns how many multiply-adds fewer a bottleneck's first convolution would need with the stride of the second.
func savedByStride1x1(block *Traced) int {
	b, ok := block.Module.(*Bottleneck)
	if !ok {
		return 0
	}
	pixels := map[nn.Module]int{}
	for _, part := range block.Children {
		pixels[part.Module] = product(part.Output[1:3])
	}
	return b.Conv1.In * b.Conv1.Out * (pixels[b.Conv1] - pixels[b.Conv2])
}

func convolution(c *nn.Conv2D) string {
	text := fmt.Sprintf("%dx%[1]d, %d", c.Kernel, c.Out)
	if c.Groups > 1 {
		text += fmt.Sprintf(", C=%d", c.Groups) // ResNeXt's cardinality
	}
	return text
}

func stride(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf(", stride %d", n)
}

// side is the height and width of [N, H, W, C].
func side(output []int) string { return fmt.Sprintf("%dx%d", output[1], output[2]) }

// lines returns a cell of the table, line by line: a block has a bracket before it, and its number of repeats on the middle line.
func (s StageOutline) lines() []string {
	lines := append([]string(nil), s.Before...)
	for i, text := range s.Block {
		bracket := "│ "
		switch i {
		case 0:
			bracket = "┌ "
		case len(s.Block) - 1:
			bracket = "└ "
		}
		if i == len(s.Block)/2 {
			text += fmt.Sprintf("   ×%d", s.Repeat)
		}
		lines = append(lines, bracket+text)
	}
	return lines
}

// Table returns the table as rows of text: stage, output size, and a column for each network.
func (c *Comparison) Table() (header []string, rows [][]string) {
	header = []string{"stage", "output"}
	totals := [][]string{{"params", ""}, {"multiply-adds", ""}}
	stages := 0
	for _, o := range c.Networks {
		header = append(header, o.Arch)
		totals[0], totals[1] = append(totals[0], count(o.Params)), append(totals[1], count(o.MACs))
		stages = max(stages, len(o.Stages))
	}
	for i := range stages {
		rows = append(rows, c.stageRows(i)...)
	}
	return header, append(rows, totals...)
}

// stageRows returns the rows of one stage, a column for each network.
func (c *Comparison) stageRows(stage int) (rows [][]string) {
	for column, o := range c.Networks {
		if stage >= len(o.Stages) {
			continue
		}
		s := o.Stages[stage]
		for i, line := range s.lines() {
			if i == len(rows) {
				rows = append(rows, make([]string, 2+len(c.Networks)))
			}
			rows[i][2+column] = line
		}
		if rows[0][0] == "" {
			rows[0][0], rows[0][1] = s.Name, s.Output
		}
	}
	return rows
}

// Caption returns the lines below the table: what the last row counts, which the papers and the notes call FLOPs.
func (c *Comparison) Caption() string {
	lines := []string{"C: groups of the convolution; ×: blocks one after the other.",
		"What the papers' tables call FLOPs are multiply-adds: one multiplication and its addition count once."}
	for _, o := range c.Networks {
		if o.MACsStride1x1 == o.MACs {
			lines = append(lines, fmt.Sprintf("%s: %s multiply-adds.", o.Arch, billions(o.MACs)))
			continue
		}
		lines = append(lines, fmt.Sprintf("%s: %s belongs to the stride on the 3x3, as here and in torchvision; with it on the first 1x1, where He et al. put it, %s.",
			o.Arch, billions(o.MACs), billions(o.MACsStride1x1)))
	}
	return strings.Join(lines, "\n")
}

func billions(n int) string { return fmt.Sprintf("%.2f×10⁹", float64(n)/1e9) }
