// Package diagram draws residual blocks and whole networks. It traces the modules ([models.Trace]), so a picture shows the operations that the graph
// has, with their shapes. It is separate from package models so that a program without pictures does not link a font.
package diagram

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/plots"
)

// Draw draws a residual block or a whole network for an input of the given shape ([N, H, W, C]). Another module is an error.
func Draw(m nn.Module, input ...int) (*plots.Picture, error) {
	t, err := models.Trace(m, input...)
	if err != nil {
		return nil, err
	}
	if _, ok := m.(*models.ResNet); ok {
		return network(plots.Pick("Network", "网络结构"), t, input), nil
	}
	b, err := residual(t, input)
	if err != nil {
		return nil, err
	}
	name := b.Title
	b.Title = m.Name()
	return plots.ResidualBlocks(name, b), nil
}

// Network draws a network with a title, for square pictures of size x size pixels.
func Network(title string, net *models.ResNet, size int) (*plots.Picture, error) {
	input := []int{1, size, size, 3}
	t, err := models.Trace(net, input...)
	if err != nil {
		return nil, err
	}
	return network(title, t, input), nil
}

func network(title string, t *models.Traced, input []int) *plots.Picture {
	return plots.Network(fmt.Sprintf("%s%s → %s", title+plots.Pick(": ", "："), shape(input), shape(t.Output)), note(t), rows(t)...)
}

// note says what a block contains besides its convolutions: its box has room for these alone.
func note(t *models.Traced) string {
	text := plots.Pick("In a block every convolution is followed by ReLU, without BN", "块内每个卷积之后是 ReLU，没有 BN")
	if holds[*nn.BatchNorm2D](t) {
		text = plots.Pick("In a block every convolution is followed by BN and ReLU", "块内每个卷积之后是 BN 和 ReLU")
	}
	if shortcuts(t) {
		text += plots.Pick("; the last ReLU comes after the sum", "；最后一个 ReLU 在相加之后")
	}
	return text + plots.Pick(".", "。")
}

// shortcuts tells whether a network has a block with a shortcut.
func shortcuts(t *models.Traced) bool {
	if shortcut, _ := parts(t.Module); shortcut != nil {
		return !isPlain(shortcut)
	}
	return slices.ContainsFunc(t.Children, shortcuts)
}

// parts returns a residual block's shortcut and the ReLU behind its sum; nil for another module.
func parts(m nn.Module) (shortcut, relu nn.Module) {
	switch m := m.(type) {
	case *models.BasicBlock:
		return m.Shortcut, m.ReLU
	case *models.Bottleneck:
		return m.Shortcut, m.ReLU
	}
	return nil, nil
}

// isPlain tells whether a block has no shortcut.
func isPlain(shortcut nn.Module) bool { return shortcut == models.NoShortcut{} }

// holds tells whether a module of type M is in the tree.
func holds[M nn.Module](t *models.Traced) bool {
	if _, ok := t.Module.(M); ok {
		return true
	}
	return slices.ContainsFunc(t.Children, holds[M])
}

// Block describes a BasicBlock or Bottleneck for [plots.ResidualBlocks], for an input of the given shape ([N, H, W, C]). Another module is an error.
func Block(block nn.Module, input ...int) (plots.ResidualBlock, error) {
	t, err := models.Trace(block, input...)
	if err != nil {
		return plots.ResidualBlock{}, err
	}
	return residual(t, input)
}

// Kinds draws four residual blocks next to each other: BasicBlock and Bottleneck, each with the identity and with a projection as its shortcut, with the
// shapes of the first such block in ResNet-34 and ResNet-50.
func Kinds() (*plots.Picture, error) {
	s := nn.NewScope(model.NewStore(), nn.SkipInit())
	var blocks []plots.ResidualBlock
	for _, b := range []struct {
		block nn.Module
		input []int
	}{
		{models.NewBasicBlock(s.In("basic"), 64, 64, 1), []int{1, 56, 56, 64}},
		{models.NewBasicBlock(s.In("basic_projection"), 64, 128, 2), []int{1, 56, 56, 64}},
		{models.NewBottleneck(s.In("bottleneck"), 256, 64, 1, 1, 64), []int{1, 56, 56, 256}},
		{models.NewBottleneck(s.In("bottleneck_projection"), 256, 128, 2, 1, 64), []int{1, 56, 56, 256}},
	} {
		described, err := Block(b.block, b.input...)
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, described)
	}
	return plots.ResidualBlocks(plots.Pick("Residual blocks", "残差块"), blocks...), nil
}

// residual finds a block's branches in its trace.
func residual(t *models.Traced, input []int) (plots.ResidualBlock, error) {
	shortcut, relu := parts(t.Module)
	if shortcut == nil {
		return plots.ResidualBlock{}, fmt.Errorf("drawing a module: a %T is neither a residual block nor a network", t.Module)
	}
	b := plots.ResidualBlock{Title: reflect.TypeOf(t.Module).Elem().Name(), Input: shape(input), Output: shape(t.Output), Plain: isPlain(shortcut)}
	last := len(t.Children) - 1
	for i, part := range t.Children {
		switch {
		case part.Module == shortcut:
			b.Shortcut = steps(part.Children)
		case i == last && part.Module == relu: // the block's one ReLU is called once more, on the sum
			b.After = steps(t.Children[i:])
		default:
			b.Main = append(b.Main, step(part))
		}
	}
	return b, nil
}
