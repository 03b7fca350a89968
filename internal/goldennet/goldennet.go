// Package goldennet makes the networks and the inputs that the golden vectors were computed with: their values come from a hash of seed and key.
package goldennet

import (
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/internal/golden"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/weights"
)

// New makes the network that a golden file describes, and fails the test where it cannot.
func New(t testing.TB, arch, seed string, classes int) *models.ResNet {
	t.Helper()
	net, err := models.New(model.NewStore(), arch, classes, nn.SkipInit())
	if err != nil {
		t.Fatal(err)
	}
	lastNorm := map[models.BlockKind]string{models.BlockBasic: "bn2", models.BlockBottleneck: "bn3"}[net.Config.Block]
	for _, s := range net.Spec() {
		if err := net.SetTensor(s.Key, weights.FromFloat32s(s.Shape, golden.Fill(seed, s.Key, s.Shape, lastNorm))); err != nil {
			t.Fatal(err)
		}
	}
	return net
}

// Input makes a golden file's pictures as [N, H, W, C] from its key and its shape [N, C, H, W].
func Input(seed, key string, nchw []int) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(ToNHWC(golden.Input(seed, key, nchw), nchw), nchw[0], nchw[2], nchw[3], nchw[1])
}

// ToNHWC converts values of shape nchw to [N, H, W, C].
func ToNHWC(src []float32, nchw []int) []float32 {
	n, c, hw := nchw[0], nchw[1], nchw[2]*nchw[3]
	dst := make([]float32, len(src))
	for b := range n {
		for k := range c {
			for p := range hw {
				dst[(b*hw+p)*c+k] = src[(b*c+k)*hw+p]
			}
		}
	}
	return dst
}
