package plots

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"slices"
	"testing"

	"resnetlab/resnetlib/transforms"
)

var (
	convBN        = []Step{{Operation: Convolution, Text: "3x3, 64", Output: "56x56, 64"}, {Operation: Normalization, Text: "BN"}}
	relu          = []Step{{Operation: Activation, Text: "ReLU"}}
	identityBlock = ResidualBlock{Title: "BasicBlock", Input: "56x56, 64", Output: "56x56, 64", Main: slices.Concat(convBN, relu, convBN), After: relu}

	projectionBlock = ResidualBlock{Title: "BasicBlock", Input: "56x56, 64", Output: "28x28, 128", Main: slices.Concat(convBN, relu, convBN), After: relu,
		Shortcut: []Step{{Operation: Convolution, Text: "1x1, 128", Detail: "stride 2"}, {Operation: Normalization, Text: "BN"}}}

	stem = NetworkRow{Name: "maxpool", Output: "56x56, 64", Boxes: []NetworkBox{
		{Operation: Convolution, Lines: []string{"7x7, 64", "stride 2"}}, {Operation: Pooling, Lines: []string{"3x3 max pool"}}}}
)

// stages is a row of blocks, the first with a projection.
func stages(blocks int) NetworkRow {
	row := NetworkRow{Name: "layer2", Output: "28x28, 128"}
	for i := range blocks {
		box := NetworkBox{Operation: Convolution, Lines: []string{"3x3, 128", "3x3, 128"}, Residual: true}
		if i == 0 {
			box.Projection = "1x1, 128, stride 2"
		}
		row.Boxes = append(row.Boxes, box)
	}
	return row
}

// dashed counts the lines of a picture that are dashed.
func dashed(t *testing.T, p *Picture) int {
	t.Helper()
	content, err := p.SVG()
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(content, []byte("stroke-dasharray"))
}

// A projection is dashed, with its steps on it; the identity is solid.
func TestProjectionsAreDashed(t *testing.T) {
	for name, c := range map[string]struct {
		p    *Picture
		want int // the lines before, between and behind two steps, or the one over a box; and the legend's
	}{
		"identity":           {ResidualBlocks("t", identityBlock), 0},
		"projection":         {ResidualBlocks("t", identityBlock, projectionBlock), 3 + 1},
		"network":            {Network("t", "", stem, stages(3), stages(8)), 2 + 1},
		"without projection": {Network("t", "", stem, NetworkRow{Boxes: []NetworkBox{{Residual: true}}}), 0},
	} {
		if got := dashed(t, c.p); got != c.want {
			t.Errorf("%s: %d dashed lines, want %d", name, got, c.want)
		}
	}
}

// An identity shortcut comes back to the main branch: from fork to sum it is one unbroken upright line, longer than any other.
func TestIdentityShortcutPassesTheBlock(t *testing.T) {
	img := ResidualBlocks("t", identityBlock).Image()
	x, longest := longestColumn(img)
	if want := int(margin + mainWidth + 8 + sideWidth/2); x < want-2 || x > want+2 || longest < 80 {
		t.Errorf("the longest upright line has %d pixels, at %d; want more than 80, at %d", longest, x, want)
	}
}

// A plain block is its main branch alone.
func TestPlainBlock(t *testing.T) {
	plain := identityBlock
	plain.Plain = true
	p := ResidualBlocks("t", plain)
	right := 0
	each(p.Image(), func(x, y int, c color.NRGBA) {
		if y > 80 && c == ink {
			right = max(right, x)
		}
	})
	if limit := int(margin + mainWidth + 8); right > limit || dashed(t, p) != 0 {
		t.Errorf("something is drawn at %d, right of the main branch (%d)", right, limit)
	}
}

func longestColumn(img image.Image) (at, longest int) {
	run := map[int]int{}
	each(img, func(x, _ int, c color.NRGBA) {
		if run[x]++; !dark(c) {
			run[x] = 0
		}
		if run[x] > longest {
			at, longest = x, run[x]
		}
	})
	return at, longest
}

// Each box that is asked for is drawn, also beyond the end of a line.
func TestNetworkDrawsEveryBox(t *testing.T) {
	boxes := func(p *Picture) int {
		content, err := p.SVG()
		if err != nil {
			t.Fatal(err)
		}
		fill := shade(blue, 0.1)
		return bytes.Count(content, fmt.Appendf(nil, "fill:#%02X%02X%02X", fill.R, fill.G, fill.B))
	}
	if got := boxes(Network("t", "", stem, stages(3), stages(8))); got != 1+3+8 {
		t.Errorf("%d boxes, want 12", got)
	}
	if short, long := Network("t", "", stages(6)).Height, Network("t", "", stages(7)).Height; long <= short {
		t.Errorf("a seventh box needs no new line: %d and %d pixels", short, long)
	}
}

// As many lines are drawn as there are kernels: in*out/groups.
func TestWiringCountsKernels(t *testing.T) {
	for _, c := range []struct{ in, out, groups, want int }{{8, 8, 1, 64}, {8, 8, 4, 16}, {8, 8, 8, 8}, {12, 6, 3, 24}, {12, 6, 4, 0}} {
		content, err := Wiring(c.in, c.out, c.groups).SVG()
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Count(content, []byte("stroke-width:1.2")); got != c.want {
			t.Errorf("%d to %d in %d groups: %d lines, want %d", c.in, c.out, c.groups, got, c.want)
		}
	}
}

// Draws differ from one another, and are the same for the same seed.
func TestAugmentationsAreDrawnBySeed(t *testing.T) {
	picture := func(seed uint64) []byte {
		content, err := Augmentations(photo(300, 200), transforms.EvalPreset(64), Draws{Count: 4, Seed: seed}).PNG()
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	if !bytes.Equal(picture(1), picture(1)) || bytes.Equal(picture(1), picture(2)) {
		t.Error("the draws do not follow the seed")
	}
}
