package rewrite

import (
	"slices"
	"strings"
	"testing"

	"resnetlab/resnetlib/backend/stablehlo"
)

// The training step of a BasicBlock with a downsampling shortcut, as go-xla v0.4.11 wrote it, and the same with a hook that uses what lies between
// the batch norms and the ReLUs.
const (
	blockStep     = "block_step"
	blockObserved = "block_observed"
)

// normsOf rewrites the norms of a program and returns them, with the program.
func normsOf(t *testing.T, text string) (found []string, out string) {
	p, err := stablehlo.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range p.Functions {
		for _, n := range replaceNorms(function{f}) {
			found = append(found, n.String())
		}
	}
	return found, p.String()
}

func TestBatchNormsOfRealProgramsAreFound(t *testing.T) {
	const pixels = ", 100 pixels of 48 channels"
	for name, want := range map[string][]string{
		blockStep: {
			"batch norm resnet_block_downsample_1", "batch norm and ReLU resnet_block_bn1", "batch norm, sum and ReLU resnet_block_bn2",
			"gradient of batch norm, sum and ReLU resnet_block_bn2", "gradient of batch norm and ReLU resnet_block_bn1",
			"gradient of batch norm resnet_block_downsample_1",
		},
		// The gradients do not need what lies between: the ReLU's result tells where it is open.
		blockObserved: {
			"batch norm resnet_block_downsample_1", "batch norm resnet_block_bn1", "batch norm resnet_block_bn2",
			"gradient of batch norm, sum and ReLU resnet_block_bn2", "gradient of batch norm, sum and ReLU resnet_block_bn1",
			"gradient of batch norm resnet_block_downsample_1",
		},
	} {
		found, out := normsOf(t, program(t, name))
		for i := range want {
			want[i] += pixels
		}
		slices.Sort(found)
		slices.Sort(want)
		if !slices.Equal(found, want) {
			t.Errorf("%s: found\n%s\nwant\n%s", name, strings.Join(found, "\n"), strings.Join(want, "\n"))
		}
		if strings.Contains(out, normName) || strings.Contains(out, normGradientName) {
			t.Errorf("%s: a batch norm is left", name)
		}
	}
}

// Changes after which a batch norm is none of ours.
func TestOtherBatchNormsAreLeftAlone(t *testing.T) {
	text := program(t, blockStep)
	for _, change := range [][2]string{
		{"feature_index = 3", "feature_index = 1"},
		{" : f32,\n      feature_index", " : f64,\n      feature_index"},
		{"tensor<48xf32>", "tensor<48xbf16>"},
	} {
		changed := strings.ReplaceAll(text, change[0], change[1])
		if changed == text {
			t.Fatalf("%q is not in the program", change[0])
		}
		if found, out := normsOf(t, changed); len(found) != 0 || out != changed {
			t.Errorf("%q -> %q: replaced %v", change[0], change[1], found)
		}
	}
}

// A comparison that is not y <= 0 is no ReLU: the batch norm is replaced alone.
func TestOtherSelectionsAreNoReLU(t *testing.T) {
	found, _ := normsOf(t, strings.ReplaceAll(program(t, blockStep), "comparison_direction LE>", "comparison_direction LT>"))
	for _, n := range found {
		if strings.Contains(n, "ReLU") {
			t.Errorf("found %s", n)
		}
	}
	if len(found) != 6 {
		t.Errorf("found %d, want 6", len(found))
	}
}
