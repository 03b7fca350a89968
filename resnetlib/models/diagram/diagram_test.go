package diagram

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/plots"
)

func scope() *nn.Scope { return nn.NewScope(model.NewStore(), nn.SkipInit()) }

func texts(steps []plots.Step) (out []string) {
	for _, s := range steps {
		out = append(out, strings.Join(slices.DeleteFunc([]string{s.Text, s.Detail, s.Output}, func(s string) bool { return s == "" }), "; "))
	}
	return out
}

// A block's picture has the operations that it computes, in their order.
func TestBlock(t *testing.T) {
	for name, c := range map[string]struct {
		block                 nn.Module
		input                 []int
		main, shortcut, after []string
		output                string
	}{
		"basic": {models.NewBasicBlock(scope(), 64, 64, 1), []int{1, 56, 56, 64},
			[]string{"3x3, 64; 56x56, 64", "BN", "ReLU", "3x3, 64; 56x56, 64", "BN"}, nil, []string{"ReLU"}, "56x56, 64"},
		"resnext": {models.NewBottleneck(scope(), 256, 128, 2, 32, 4), []int{1, 56, 56, 256},
			[]string{"1x1, 256; 56x56, 256", "BN", "ReLU", "3x3, 256; stride 2, C=32; 28x28, 256", "BN", "ReLU", "1x1, 512; 28x28, 512", "BN"},
			[]string{"1x1, 512; stride 2; 28x28, 512", "BN"}, []string{"ReLU"}, "28x28, 512"},
		"projection without stride": {models.NewBottleneck(scope(), 64, 64, 1, 1, 64), []int{1, 8, 8, 64},
			[]string{"1x1, 64; 8x8, 64", "BN", "ReLU", "3x3, 64; 8x8, 64", "BN", "ReLU", "1x1, 256; 8x8, 256", "BN"},
			[]string{"1x1, 256; 8x8, 256", "BN"}, []string{"ReLU"}, "8x8, 256"},
	} {
		b, err := Block(c.block, c.input...)
		if err != nil {
			t.Fatal(name, err)
		}
		if main, shortcut, after := texts(b.Main), texts(b.Shortcut), texts(b.After); !slices.Equal(main, c.main) || !slices.Equal(shortcut, c.shortcut) || !slices.Equal(after, c.after) || b.Output != c.output {
			t.Errorf("%s: main %q, shortcut %q, after %q, output %s", name, main, shortcut, after, b.Output)
		}
	}
}

// The rows of a network have its layers and blocks, with a projection in the first block of a stage that changes the shape.
func TestRows(t *testing.T) {
	for arch, want := range map[string]struct {
		boxes       []int
		projections []string
		block       []string // layer2's first
	}{
		"resnet18": {[]int{4, 2, 2, 2, 2, 2}, []string{"", "1x1, 128, stride 2", "1x1, 256, stride 2", "1x1, 512, stride 2"}, []string{"3x3, 128", "stride 2", "3x3, 128"}},
		"resnext50_32x4d": {[]int{4, 3, 4, 6, 3, 2}, []string{"1x1, 256", "1x1, 512, stride 2", "1x1, 1024, stride 2", "1x1, 2048, stride 2"},
			[]string{"1x1, 256", "3x3, 256, C=32", "stride 2", "1x1, 512"}},
	} {
		net, err := models.New(model.NewStore(), arch, 1000, nn.SkipInit())
		if err != nil {
			t.Fatal(err)
		}
		traced, err := models.Trace(net, 1, 224, 224, 3)
		if err != nil {
			t.Fatal(err)
		}
		var boxes []int
		var projections, names []string
		for _, row := range rows(traced) {
			boxes, names = append(boxes, len(row.Boxes)), append(names, row.Name)
			if row.Boxes[0].Residual {
				projections = append(projections, row.Boxes[0].Projection)
			}
			for _, b := range row.Boxes[1:] {
				if b.Projection != "" {
					t.Errorf("%s, %s: a later block with a projection", arch, row.Name)
				}
			}
			if row.Name == "layer2" && !slices.Equal(row.Boxes[0].Lines, want.block) {
				t.Errorf("%s: layer2's first block is %q", arch, row.Boxes[0].Lines)
			}
		}
		if !slices.Equal(boxes, want.boxes) || !slices.Equal(projections, want.projections) || !slices.Equal(names, []string{"maxpool", "layer1", "layer2", "layer3", "layer4", "fc"}) {
			t.Errorf("%s: %v boxes in %v, projections %q", arch, boxes, names, projections)
		}
	}
}

// A plain network has no shortcut, in a block's picture and in the network's.
func TestPlainNetworkIsDrawnWithoutShortcuts(t *testing.T) {
	c := models.Variants["resnet18"]
	c.Plain = true
	net, err := models.NewResNet(scope(), c)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Block(net.Layers[1].Blocks[0], 1, 8, 8, 64)
	if err != nil || !b.Plain || len(b.Shortcut) > 0 {
		t.Errorf("block %+v, %v: want it plain", b, err)
	}
	traced, err := models.Trace(net, 1, 64, 64, 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows(traced) {
		for _, box := range row.Boxes {
			if box.Residual {
				t.Errorf("%s: a shortcut in a plain network", row.Name)
			}
		}
	}
	if got := note(traced); strings.Contains(got, "sum") {
		t.Errorf("a plain network has no sum: %q", got)
	}
}

// The note below the legend says what a block has besides convolutions.
func TestNoteNamesTheNorm(t *testing.T) {
	for want, norm := range map[string]models.Norm{"BN and ReLU": models.BatchNorm, "without BN": models.NoNorm} {
		c := models.Variants["resnet18"]
		c.Norm = norm
		net, err := models.NewResNet(scope(), c)
		if err != nil {
			t.Fatal(err)
		}
		traced, err := models.Trace(net, 1, 64, 64, 3)
		if err != nil {
			t.Fatal(err)
		}
		if got := note(traced); !strings.Contains(got, want) {
			t.Errorf("%q does not say %q", got, want)
		}
	}
}

// Kinds draws four blocks, of which two have a dashed shortcut; Draw and Network draw the same network in the same way.
func TestPictures(t *testing.T) {
	kinds, err := Kinds()
	if err != nil {
		t.Fatal(err)
	}
	svg, err := kinds.SVG()
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(svg, []byte("stroke-dasharray")); n != 2*3+1 { // of two projections three lines each; the legend's
		t.Errorf("%d dashed lines, want 7", n)
	}
	net, err := models.New(model.NewStore(), "resnet34", 5, nn.SkipInit())
	if err != nil {
		t.Fatal(err)
	}
	named, err := Network("resnet34", net, 224)
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := Draw(net, 2, 224, 224, 3)
	if err != nil || drawn.Height != named.Height || named.Title != "resnet34: 224x224, 3 → 5" {
		t.Errorf("%v, heights %d and %d, title %q", err, drawn.Height, named.Height, named.Title)
	}
	block, err := Draw(net.Layers[1].Blocks[0], 1, 56, 56, 64)
	if err != nil || block.Title != "BasicBlock" {
		t.Errorf("%v %v", block, err)
	}
	if _, err := Draw(net.Conv1, 1, 8, 8, 3); err == nil || !strings.Contains(err.Error(), "Conv2D is neither") {
		t.Errorf("error %v", err)
	}
	if _, err := Draw(net.Layers[1].Blocks[0], 1, 56, 56, 63); err == nil || !strings.Contains(err.Error(), "layer2.0.downsample.0 takes") {
		t.Errorf("error %v", err)
	}
}
