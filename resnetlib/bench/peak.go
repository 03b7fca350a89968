package bench

import (
	"context"
	"math/rand/v2"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"resnetlab/resnetlib/nn"
)

// MatMulPeak measures the rate at which a backend multiplies square matrices of float32 numbers with n rows, in multiply-adds a second: that of the
// fastest of the repeated calls. No layer is expected to compute faster than a large matrix product (n about 2048).
func MatMulPeak(ctx context.Context, b compute.Backend, n, repeats int) (float64, error) {
	// Only the largest number is copied to the host: no backend can find it without the whole product.
	exec, err := graph.NewExec(b, func(x, y *nn.Node) *nn.Node { return graph.ReduceAllMax(graph.MatMul(x, y)) })
	if err != nil {
		return 0, nn.Plain(err)
	}
	defer exec.Finalize()
	rnd := rand.New(rand.NewPCG(1, 2))
	x := tensors.FromFlatDataAndDimensions(noise(rnd, n*n), n, n)
	y := tensors.FromFlatDataAndDimensions(noise(rnd, n*n), n, n)
	defer x.FinalizeAll()
	defer y.FinalizeAll()
	c := Config{BatchSize: 1, Repeats: repeats}
	t, err := c.measureNumber(ctx, func() (*tensors.Tensor, error) { return exec.Call1(x, y) })
	if err != nil {
		return 0, err
	}
	return float64(n) * float64(n) * float64(n) / t.SecondsPerImage.Min, nil
}
