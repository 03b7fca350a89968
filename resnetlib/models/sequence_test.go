package models

import (
	"slices"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/nn"
)

// A network can be cut before each of its children. The body's output fits the tail, and both parts together have all children.
func TestSplitPartsMeet(t *testing.T) {
	net, err := New(model.NewStore(), "resnet18", 7, nn.SkipInit())
	if err != nil {
		t.Fatal(err)
	}
	if err := net.AddHead(3); err != nil {
		t.Fatal(err)
	}
	for before, want := range map[string][]int{"bn1": {2, 32, 32, 64}, "layer1": {2, 16, 16, 64}, "layer4": {2, 4, 4, 256}, "avgpool": {2, 2, 2, 512},
		"fc": {2, 512}, "head": {2, 7}} {
		body, tail, err := net.Split(before)
		if err != nil || tail[0].Name() != before || len(body)+len(tail) != len(net.Children()) {
			t.Fatalf("before %s: %d and %d parts, %v", before, len(body), len(tail), err)
		}
		shape, err := OutputShape(body, 2, 64, 64, 3)
		if err != nil || !slices.Equal(shape, want) {
			t.Errorf("before %s: %v (%v), want %v", before, shape, err, want)
		}
		if out, err := OutputShape(tail, shape...); err != nil || !slices.Equal(out, []int{2, 3}) {
			t.Errorf("from %s on: %v (%v), want [2 3]", before, out, err)
		}
	}
	body, _, err := net.Split("fc")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := Summarize(body, 2, 64, 64, 3); err != nil || s.Params != 11176512 { // ResNet-18 without fc
		t.Errorf("summary of the body: %+v, %v", s, err)
	}
	if _, _, err := net.Split("layer9"); err == nil {
		t.Error("cut before a child that is not there")
	}
	if _, err := OutputShape(net, 2, 64, 64, 4); err == nil {
		t.Error("four channels have a shape")
	}
}

// Children lists what Forward calls, in its order, whatever parts a network has.
func TestChildrenAreWhatForwardCalls(t *testing.T) {
	for name, c := range map[string]Config{
		"all optional parts": {Layers: []int{1, 2}, NumClasses: 7, Dropout: 0.5},
		"no head":            {Layers: []int{1, 1, 1}, NoTop: true},
		"no max-pool":        {Block: BlockBottleneck, Layers: []int{1}, Stem: CIFARStem, NumClasses: 7},
		"plain, no norm":     {Layers: []int{2, 1}, Plain: true, Norm: NoNorm, NumClasses: 7},
	} {
		net, err := NewResNet(nn.NewScope(model.NewStore(), nn.SkipInit()), c)
		if err != nil {
			t.Fatal(err)
		}
		if !c.NoTop {
			if err := net.AddHead(3); err != nil {
				t.Fatal(err)
			}
		}
		traced, err := Trace(net, 2, 32, 32, 3)
		if err != nil {
			t.Fatal(err)
		}
		var called Sequence
		for _, part := range traced.Children {
			called = append(called, part.Module)
		}
		if children := net.Children(); !slices.Equal(called, children) {
			t.Errorf("%s: Forward calls %v, Children lists %v", name, names(called), names(children))
		}
	}
}

func names(s Sequence) (out []string) {
	for _, m := range s {
		out = append(out, m.Name())
	}
	return out
}

// A projection stands where the shape changes, and nothing in a plain block; the output has the main branch's shape in each case.
func TestShortcutFollowsTheShape(t *testing.T) {
	for name, c := range map[string]struct {
		in, stride int
		plain      bool
		want       nn.Module
	}{
		"same shape":       {64, 1, false, IdentityShortcut{}},
		"more channels":    {32, 1, false, &Downsample{}},
		"stride":           {64, 2, false, &Downsample{}},
		"plain":            {64, 1, true, NoShortcut{}},
		"plain and stride": {32, 2, true, NoShortcut{}},
	} {
		block := newBasicBlock(nn.NewScope(model.NewStore(), nn.SkipInit()), c.in, 64, c.stride, Config{Plain: c.plain}.withDefaults())
		if got := kindOf(block.Shortcut); got != kindOf(c.want) {
			t.Errorf("%s: the shortcut is %s, want %s", name, got, kindOf(c.want))
		}
		shape, err := OutputShape(block, 2, 8, 8, c.in)
		if want := []int{2, 8 / c.stride, 8 / c.stride, 64}; err != nil || !slices.Equal(shape, want) {
			t.Errorf("%s: output %v (%v), want %v", name, shape, err, want)
		}
	}
}
