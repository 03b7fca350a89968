//go:build linux && amd64 && cgo && !noxla

package onednn

import (
	"fmt"
	"slices"
	"testing"

	"resnetlab/resnetlib/backend/onednn/rewrite"
)

// winograd computes c by Winograd, whether that is faster or not.
func winograd(t *testing.T, c rewrite.Conv, operands [][]float32, threads int) []float32 {
	t.Helper()
	if fits, _ := fitsWinograd(c); !fits {
		t.Fatalf("%s does not fit Winograd", c)
	}
	_, shape := c.Shapes()
	out := make([]float32, product(shape))
	if err := run(c, operands, out, threads, 1); err != nil {
		t.Fatal(err)
	}
	return out
}

// skipWithoutWinograd skips on processors without AVX-512.
func skipWithoutWinograd(t *testing.T) {
	t.Helper()
	library(t)
	if fits, _ := fitsWinograd(layer(1, 4, 4, 16, 32, 3, 1, 1, 1)); !fits {
		t.Skip("SKIPPED, NOT TESTED: no AVX-512")
	}
}

// wholeTiles are layers of Winograd with sizes at the edges of tiles, groups of tiles and blocks of channels.
var wholeTiles = map[string]rewrite.Conv{
	"one tile":                     layer(1, 4, 4, 32, 32, 3, 1, 1, 1),
	"one pixel":                    layer(1, 1, 1, 32, 32, 3, 1, 1, 1),
	"one pixel more than a tile":   layer(1, 5, 5, 16, 32, 3, 1, 1, 1),
	"a group of tiles":             layer(2, 8, 8, 16, 64, 3, 1, 1, 1),
	"a tile more than a group":     layer(1, 12, 12, 32, 32, 3, 1, 1, 1),
	"odd sizes":                    layer(3, 9, 7, 48, 96, 3, 1, 1, 1),
	"a part more than a chunk":     layer(3, 23, 14, 32, 32, 3, 1, 1, 1),
	"no padding":                   layer(2, 9, 11, 32, 64, 3, 1, 0, 1),
	"padding 2":                    layer(2, 5, 6, 32, 64, 3, 1, 2, 1),
	"many channels":                layer(2, 7, 7, 176, 160, 3, 1, 1, 1),
	"many channels, batch 1":       layer(1, 7, 7, 160, 128, 3, 1, 1, 1),
	"many channels, tiles, chunks": layer(3, 27, 27, 144, 128, 3, 1, 1, 1),
}

// eachWinograd calls f with all that Winograd computes of all layers.
func eachWinograd(t *testing.T, f func(t *testing.T, c rewrite.Conv, operands [][]float32)) {
	skipWithoutWinograd(t)
	for name, c := range wholeTiles {
		for after := range 8 {
			c.Affine, c.Sum, c.ReLU = after&1 != 0, after&2 != 0, after&4 != 0
			t.Run(fmt.Sprintf("%s/scale and shift=%v, sum=%v, ReLU=%v", name, c.Affine, c.Sum, c.ReLU), func(t *testing.T) {
				operands, _ := values(c)
				f(t, c, operands)
			})
		}
	}
}

func TestWinogradEqualsTheDefinition(t *testing.T) {
	eachWinograd(t, func(t *testing.T, c rewrite.Conv, operands [][]float32) {
		if d := distance(winograd(t, c, operands, 2), reference(c, operands)); !(d < 1e-6) {
			t.Errorf("relative distance %.2g", d)
		}
	})
}

func TestWinogradsBytesDoNotDependOnThreads(t *testing.T) {
	check := func(t *testing.T, c rewrite.Conv, operands [][]float32) {
		one := winograd(t, c, operands, 1)
		for _, threads := range []int{2, 5, 1, 2} {
			if !slices.Equal(one, winograd(t, c, operands, threads)) {
				t.Fatalf("%d threads give other bytes", threads)
			}
		}
	}
	eachWinograd(t, check)
	// The layers above are done before a second thread has begun; these are not.
	for _, c := range []rewrite.Conv{layer(4, 56, 56, 64, 64, 3, 1, 1, 1), layer(2, 14, 14, 256, 256, 3, 1, 1, 1)} {
		operands, _ := values(c)
		check(t, c, operands)
	}
}

// A picture's result does not depend on the others in the batch: features are computed once, in batches of other sizes.
func TestWinogradGivesAPictureTheSameBytesInAnyBatch(t *testing.T) {
	skipWithoutWinograd(t)
	for name, c := range wholeTiles {
		c.Batch = 5
		operands, _ := values(c)
		all := winograd(t, c, operands, 2)
		c.Batch = 1
		x := operands[0][:len(operands[0])/5]
		if got := winograd(t, c, [][]float32{x, operands[1]}, 2); !slices.Equal(got, all[:len(got)]) {
			t.Errorf("%s: other bytes alone", name)
		}
	}
}

// The layers of ResNet-34 at 224 px are computed by Winograd, in batches of any size; small ones, strides, groups and other channels are not.
func TestWinogradIsChosenByTheLayersSizes(t *testing.T) {
	skipWithoutWinograd(t)
	for name, c := range map[string]struct {
		layer rewrite.Conv
		want  bool
	}{
		"layer1":               {layer(8, 56, 56, 64, 64, 3, 1, 1, 1), true},
		"layer2":               {layer(1, 28, 28, 128, 128, 3, 1, 1, 1), true},
		"layer3":               {layer(16, 14, 14, 256, 256, 3, 1, 1, 1), true},
		"layer4":               {layer(8, 7, 7, 512, 512, 3, 1, 1, 1), true},
		"stride 2":             {layer(8, 56, 56, 64, 128, 3, 2, 1, 1), false},
		"32 groups":            {layer(8, 56, 56, 128, 128, 3, 1, 1, 32), false},
		"1x1":                  {layer(8, 56, 56, 64, 256, 1, 1, 0, 1), false},
		"5x5":                  {layer(8, 56, 56, 64, 64, 5, 1, 2, 1), false},
		"24 outputs":           {layer(8, 56, 56, 64, 24, 3, 1, 1, 1), false},
		"8 channels":           {layer(8, 56, 56, 8, 64, 3, 1, 1, 1), false},
		"small":                {layer(8, 14, 14, 64, 64, 3, 1, 1, 1), false},
		"tiles that are empty": {layer(8, 5, 5, 512, 512, 3, 1, 1, 1), false},
	} {
		if _, wins := fitsWinograd(c.layer); wins != c.want {
			t.Errorf("%s: %v, want %v", name, wins, c.want)
		}
	}
}
