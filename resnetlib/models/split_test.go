package models

import (
	"slices"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/nn"
)

// A network may be cut before each of its children; the shapes meet, and the parts together are the whole.
func TestSplit(t *testing.T) {
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
