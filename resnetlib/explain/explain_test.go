package explain

import (
	"context"
	"errors"
	"image"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/datasets/sketch"
	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/transforms"
)

var ctx = context.Background()

// build makes an explainer of a random network for pictures of the given side, on the Go backend.
func build(t *testing.T, c models.Config, side int) *Explainer {
	t.Helper()
	c.NumClasses = 5
	if c.Layers == nil {
		c.Layers = []int{2, 2, 2, 2}
	}
	net, err := models.NewResNet(nn.NewScope(model.NewStore(), nn.Seed(3)), c)
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(testbackend.Open(t, "go"), &network.Network{ResNet: net, Classes: five, Preset: transforms.EvalPreset(side)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Finalize)
	return e
}

func drawn(t *testing.T, n int) ([]*transforms.RGB, []int) {
	t.Helper()
	pictures, labels, err := Pictures(sketch.New("val", sketch.Config{Val: 50, Size: 80}), n)
	if err != nil {
		t.Fatal(err)
	}
	return pictures, labels
}

// noise is a picture that excites every filter.
func noise(side int) *transforms.RGB {
	p, state := transforms.NewRGB(side, side), uint32(1)
	for i := range p.Pix {
		state = state*1664525 + 1013904223
		p.Pix[i] = uint8(state >> 24)
	}
	return p
}

// ok is must.M1 for tests: ok(f())(t).
func ok[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// stopped is a batch norm behind a StopGradient, as a frozen part of a network may have.
type stopped struct{ *nn.BatchNorm2D }

func (s stopped) Forward(x *nn.Node) *nn.Node { return graph.StopGradient(s.BatchNorm2D.Forward(x)) }

// A StopGradient before the layer, and one at the layer itself, leave Grad-CAM as it is.
func TestGradCAMBehindStopGradient(t *testing.T) {
	stops := func(names ...string) models.Norm {
		return func(s *nn.Scope, channels int, gamma float32) nn.Module {
			b := nn.NewBatchNorm2D(s, channels, gamma)
			if slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(s.Name(), n) }) {
				return stopped{b}
			}
			return b
		}
	}
	picture, _ := drawn(t, 1)
	maps := map[string]*Heatmap{}
	for name, norm := range map[string]models.Norm{"free": stops(), "stopped": stops("bn1", "layer1", "layer2", "layer3")} {
		e := build(t, models.Config{Norm: norm}, 64)
		maps[name] = ok(e.GradCAM(ctx, picture[0], "layer3", 1))(t)
	}
	if _, most := strongest(maps["free"].Values); most == 0 || !slices.Equal(maps["free"].Values, maps["stopped"].Values) {
		t.Errorf("without and with StopGradient: %v, %v", maps["free"].Values, maps["stopped"].Values)
	}
}

// Covering a place by hand gives the fall of the probability that occlusion reports there.
func TestOcclusionIsTheFallOfTheProbability(t *testing.T) {
	e := build(t, models.Config{}, 32)
	pictures, _ := drawn(t, 1)
	h := ok(e.Occlusion(ctx, pictures[0], Top, Occluder{Side: 8, Stride: 8}))(t)
	covered := ok(pixels(e.Preset, pictures[0]))(t)
	for y := 8; y < 16; y++ {
		clear(covered[(y*32+24)*3 : (y*32+32)*3])
	}
	forward := ok(predict.NewForward(e.backend, e.Net, 1))(t)
	fall := predict.Softmax(h.Logits)[h.Target] - predict.Softmax(ok(forward.Logits(covered, 1, 32, 32))(t)[0])[h.Target]
	if got := h.Values[10*32+26]; math.Abs(got-fall) > 1e-5 || fall == 0 {
		t.Errorf("occlusion says %g, by hand the probability falls by %g", got, fall)
	}
	if h.Height != 32 || h.Width != 32 {
		t.Errorf("map of %d x %d", h.Height, h.Width)
	}
	overlapping := ok(e.Occlusion(ctx, pictures[0], 2, Occluder{Side: 12, Stride: 7}))(t)
	if overlapping.Target != 2 || slices.ContainsFunc(overlapping.Values, func(v float64) bool { return v == 0 || math.IsNaN(v) }) {
		t.Error("a place was never covered")
	}
}

// The closed form, computed by hand for torchvision's networks: conv1 7, maxpool 11, then 8 (or jump*2 for each 3x3) more.
func TestFieldsOfTorchvisionNetworks(t *testing.T) {
	for _, c := range []struct {
		arch, layer string
		size, jump  int
	}{
		{"resnet18", "conv1", 7, 2}, {"resnet18", "maxpool", 11, 4}, {"resnet18", "layer1", 43, 4}, {"resnet18", "layer2.0.conv1", 51, 8},
		{"resnet18", "layer2", 99, 8}, {"resnet18", "layer3", 211, 16}, {"resnet18", "layer4", 435, 32}, {"resnet34", "layer4", 899, 32},
		{"resnet50", "layer4", 427, 32}, {"resnext50_32x4d", "layer2.0", 43, 8},
	} {
		e := build(t, models.Variants[c.arch], 64)
		fields := e.Fields()
		i := slices.IndexFunc(fields, func(f Field) bool { return f.Layer == c.layer })
		if i < 0 || fields[i].Size != c.size || fields[i].Jump != c.jump || fields[i].Start != 0.5 {
			t.Errorf("%s %s: %+v, want size %d, jump %d, start 0.5", c.arch, c.layer, fields[max(i, 0)], c.size, c.jump)
		}
	}
}

// windowed is a layer of another package. It says that it reads 3 x 3 pixels for each.
type windowed string

func (w windowed) Name() string                { return string(w) }
func (w windowed) Forward(x *nn.Node) *nn.Node { return nn.Observe(w, x) }
func (w windowed) Describe() nn.Description    { return nn.Description{Kernel: 3, Stride: 1, Padding: 1} }

// A layer says itself what its window is: the fields of a network with a new kind of layer need no case here.
func TestFieldsReadTheLayersDescription(t *testing.T) {
	norm := func(s *nn.Scope, _ int, _ float32) nn.Module { return windowed(s.Name()) }
	plain, wide := build(t, models.Config{}, 64).Fields(), build(t, models.Config{Norm: norm}, 64).Fields()
	if plain[1].Layer != "bn1" || plain[1].Size != 7 || wide[1].Size != 7+2*2 {
		t.Errorf("bn1 without and with a window: %+v, %+v", plain[1], wide[1])
	}
}

// What the gradient touches is exactly the formula's square, at the place where the formula has it.
func TestMeasuredFieldIsTheFormula(t *testing.T) {
	e := build(t, models.Config{}, 96)
	for _, layer := range []string{"conv1", "maxpool", "layer1.0", "layer1", "layer2.0.conv1"} {
		r := ok(e.ReceptiveField(ctx, noise(120), layer))(t)
		if r.Measured != r.Box || r.Box.Dx() != r.Size {
			t.Errorf("%s: measured %v, by the formula %v", layer, r.Measured, r.Box)
		}
		if !r.Effective.In(r.Box) || r.Effective.Dx() < 1 {
			t.Errorf("%s: 95 %% of the gradient in %v, the field is %v", layer, r.Effective, r.Box)
		}
	}
	if got := (Field{Size: 7, Jump: 2, Start: 0.5}).Square(0, 1); got != image.Rect(-1, -3, 6, 4) {
		t.Errorf("box %v", got)
	}
}

func TestFeatureMapsAndFilters(t *testing.T) {
	e := build(t, models.Config{}, 64)
	pictures, _ := drawn(t, 2)
	a := ok(e.FeatureMaps(ctx, pictures[0], "layer1"))(t)
	if !slices.Equal(a.Shape, []int{1, 16, 16, 64}) || len(a.Values) != 16*16*64 || slices.Min(a.Values) != 0 {
		t.Errorf("layer1: shape %v, smallest %v (a ReLU stands last)", a.Shape, slices.Min(a.Values))
	}
	if c := a.Channel(5); c[3] != float64(a.Values[3*64+5]) {
		t.Error("Channel takes the wrong values")
	}
	acts := ok(e.Activations(ctx, Eval, pictures, "layer1", "avgpool"))(t)
	if !slices.Equal(acts[1].Shape, []int{2, 512}) || !slices.Equal(acts[0].Values[:16*16*64], a.Values) {
		t.Errorf("a batch of two: %v", acts[1].Shape)
	}
	kernels := ok(Filters(e.Net.Conv1))(t)
	filters := kernels.Images()
	w := ok(e.Net.Parameter("conv1.weight").Tensor())(t) // [64, 3, 7, 7]
	if len(filters) != 64 || filters[0].Width != 7 || (filters[2].Pix[3*10+1] > 127) != (w.At(2*147+49+10) > 0) {
		t.Errorf("%d filters; the green of filter 2 at place 10 is %d for %g", len(filters), filters[2].Pix[31], w.At(2*147+49+10))
	}
	if _, err := Filters(e.Net.Layers[0].Blocks[0].(*models.BasicBlock).Conv1); err == nil {
		t.Error("a kernel over 64 channels is no picture")
	}
	for name, p := range map[string]*plots.Picture{"maps": a.Picture(), "filters": kernels.Picture()} {
		if p.Width < 700 || p.Height < 200 {
			t.Errorf("%s: %d x %d", name, p.Width, p.Height)
		}
	}
}

// The shortcut is not what stops vanishing where there is batch norm.
func TestGradientsThroughDepth(t *testing.T) {
	pictures, labels := drawn(t, 8)
	d := ok(Depth(ctx, testbackend.Open(t, "go"), Batch{transforms.EvalPreset(64), pictures, labels}))(t)
	for i, want := range [][2]float64{{5, 20}, {70, 300}, {0.0005, 0.05}} {
		t.Logf("%s: %.3g", d[i].Name, d[i].Ratio())
		if r := d[i].Ratio(); !(r > want[0] && r < want[1]) || len(d[i].Blocks) != 16 {
			t.Errorf("%s: first over last is %g, want between %g and %g", d[i].Name, r, want[0], want[1])
		}
	}
}

// Looking changes nothing: not a weight, not a running statistic, though a pass was in train mode.
func TestExplainingLeavesTheNetworkUnchanged(t *testing.T) {
	e := build(t, models.Config{}, 32)
	pictures, labels := drawn(t, 4)
	before := ok(e.Net.StateDict())(t)
	ok(e.Activations(ctx, Train, pictures, "bn1"))(t)
	ok(e.GradCAM(ctx, pictures[0], "layer4", Top))(t)
	ok(MeasureDepth(ctx, testbackend.Open(t, "go"), "resnet18", e.Net, Batch{e.Preset, pictures, labels}))(t)
	after := ok(e.Net.StateDict())(t)
	for key, a := range before.All() {
		b, _ := after.Get(key)
		if !slices.Equal(a.Data, b.Data) {
			t.Errorf("%s changed", key)
		}
	}
}

func TestErrorsNameWhatCanBeAskedFor(t *testing.T) {
	e := build(t, models.Config{}, 32)
	pictures, _ := drawn(t, 1)
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	for says, f := range map[string]func() error{
		`no layer "layer9"`:      func() error { _, err := e.GradCAM(ctx, pictures[0], "layer9", Top); return err },
		`take one of conv1, bn1`: func() error { _, err := e.GradCAM(ctx, pictures[0], "avgpool", Top); return err },
		"classes 0 to 4":         func() error { _, err := e.Saliency(ctx, pictures[0], 5); return err },
		"no picture":             func() error { _, err := e.Saliency(ctx, nil, Top); return err },
		"does not fit":           func() error { _, err := e.Occlusion(ctx, pictures[0], Top, Occluder{Side: 99}); return err },
		"canceled":               func() error { _, err := e.Saliency(cancelled, pictures[0], Top); return err },
		"shortcut":               func() error { _, err := e.ReceptiveField(ctx, pictures[0], "layer2.0.downsample"); return err },
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v, want %q in one line", err, says)
		} else if asked := says != "no picture" && says != "canceled"; errors.Is(err, ErrAsk) != asked {
			t.Errorf("%v: ErrAsk is %v", err, !asked)
		}
	}
	if _, err := New(e.backend, &network.Network{ResNet: e.Net, Classes: five[:2], Preset: e.Preset}); err == nil {
		t.Error("two names for five classes")
	}
}
