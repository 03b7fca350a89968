package models

import (
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/weights"
)

// The study notes have two ways from a file of 1000 classes to a network of 5: load all and replace fc, or leave the file's fc out. As with PyTorch's
// load_state_dict, no key is missing for the first, fc is missing for the second, and none is unexpected.
func TestTwoWaysToLoadOtherClasses(t *testing.T) {
	trained := mustNew(t, 1000, nn.Seed(1))
	sd, err := trained.StateDict()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "resnet18.pth")
	if err := weights.WritePth(path, sd); err != nil {
		t.Fatal(err)
	}
	first, second := mustNew(t, 1000, nn.SkipInit()), mustNew(t, 5, nn.Seed(3))

	report, err := weights.Load(path, first)
	if err != nil || len(report.MissingKeys)+len(report.UnexpectedKeys) != 0 {
		t.Fatal(report, err)
	}
	if err := first.ReplaceFC(5); err != nil {
		t.Fatal(err)
	}
	report, err = weights.Load(path, second, weights.WithoutHead())
	if err != nil || !slices.Equal(report.MissingKeys, []string{"fc.weight", "fc.bias"}) || len(report.UnexpectedKeys) != 0 {
		t.Fatal(report, err)
	}
	for name, net := range map[string]*ResNet{"first": first, "second": second} {
		checkTransferred(t, name, net, sd)
	}
	if !reflect.DeepEqual(first.Spec(), second.Spec()) {
		t.Error("the two ways end in other networks")
	}
}

func mustNew(t *testing.T, classes int, option nn.Option) *ResNet {
	t.Helper()
	net, err := New(model.NewStore(), "resnet18", classes, option)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// checkTransferred fails unless fc alone differs from the file: it has new random weights in PyTorch's range, and is trained.
func checkTransferred(t *testing.T, name string, net *ResNet, from *weights.StateDict) {
	t.Helper()
	sd, err := net.StateDict()
	if err != nil {
		t.Fatal(err)
	}
	d := weights.Diff(from, sd)
	if net.Classes() != 5 || len(d.Changed)+len(d.OnlyFirst)+len(d.OnlySecond) != 0 || len(d.Mismatched) != 2 {
		t.Errorf("%s: %d classes, %+v", name, net.Classes(), d)
	}
	fc, _ := sd.Get("fc.weight")
	stats, bound := fc.Stats(), 1/math.Sqrt(512)
	if !slices.Equal(fc.Shape, []int{5, 512}) || float64(stats.Max) > bound || float64(stats.Max) < 0.9*bound || float64(stats.Min) > -0.9*bound {
		t.Errorf("%s: fc.weight %+v", name, stats)
	}
	if p := net.Parameter("fc.weight"); p == nil || !p.RequiresGrad() {
		t.Errorf("%s: fc is not trained", name)
	}
	if v := net.Store.GetVariable(nn.Root + "/fc/weight"); v == nil || v.Shape().Dimensions[1] != 5 {
		t.Errorf("%s: the store has %v", name, v)
	}
}

func TestReplaceFCRefusesWhatCannotFit(t *testing.T) {
	net := mustNew(t, 10, nn.SkipInit())
	if net.ReplaceFC(0) == nil {
		t.Error("no classes")
	}
	if err := net.AddHead(5); err != nil {
		t.Fatal(err)
	}
	if err := net.AddHead(5); err == nil {
		t.Error("a second head")
	}
	if net.ReplaceFC(5) == nil {
		t.Error("a layer behind fc would not fit any more")
	}
}
