package diagram

import (
	"fmt"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/plots"
)

// rows returns a row for the layers before the stages, one for each stage, and one for the layers after them.
func rows(network *models.Traced) (out []plots.NetworkRow) {
	open := false // whether a layer belongs to the last row
	for _, t := range network.Children {
		if stage, ok := t.Module.(*models.Stage); ok {
			row := plots.NetworkRow{Name: stage.Name(), Output: shape(t.Output)}
			for _, block := range t.Children {
				row.Boxes = append(row.Boxes, blockBox(block))
			}
			out, open = append(out, row), false
			continue
		}
		if !open {
			out, open = append(out, plots.NetworkRow{}), true
		}
		row := &out[len(out)-1]
		row.Name, row.Output = t.Module.Name(), shape(t.Output) // those of the row's last layer
		s := step(t)
		box := plots.NetworkBox{Operation: s.Operation, Lines: []string{s.Text}}
		if s.Detail != "" {
			box.Lines = append(box.Lines, s.Detail)
		}
		row.Boxes = append(row.Boxes, box)
	}
	return out
}

// blockBox returns a residual block as one box: the convolutions of its main branch, a line each, and its shortcut.
func blockBox(block *models.Traced) plots.NetworkBox {
	shortcut, _ := parts(block.Module)
	b := plots.NetworkBox{Operation: plots.Convolution, Residual: !isPlain(shortcut)}
	for _, part := range block.Children {
		switch m := part.Module.(type) {
		case *nn.Conv2D:
			b.Lines = append(b.Lines, lines(m)...)
		case *models.Downsample:
			b.Projection = fmt.Sprintf("%dx%[1]d, %d", m.Conv.Kernel, m.Conv.Out)
			if m.Conv.Stride > 1 {
				b.Projection += ", " + strideOf(m.Conv.Stride)
			}
		}
	}
	return b
}

// lines returns the text for a convolution in a block. The stride has a line of its own, because boxes are narrow.
func lines(c *nn.Conv2D) []string {
	line := fmt.Sprintf("%dx%[1]d, %d", c.Kernel, c.Out)
	if c.Groups > 1 {
		line += fmt.Sprintf(", C=%d", c.Groups)
	}
	if c.Stride > 1 {
		return []string{line, strideOf(c.Stride)}
	}
	return []string{line}
}
