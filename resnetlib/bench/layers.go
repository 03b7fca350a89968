package bench

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

// LayerTiming is the duration of one layer or block that runs alone, in eval mode. The sum over the network differs from its forward pass: a
// backend fuses a ReLU with the layer before it, and keeps the next layer's input in the processor's caches.
type LayerTiming struct {
	Name   string `json:"name"`   // "conv1", "layer1.0", "fc"
	Output []int  `json:"output"` // [N, H, W, C] or [N, C]
	Timing
}

// Layers times the forward pass of a network's layers and blocks one by one, each with an input of the shape that it has in the network.
func Layers(ctx context.Context, b compute.Backend, net *models.ResNet, c Config) (all []LayerTiming, err error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	shape := []int{c.BatchSize, c.ImageSize, c.ImageSize, 3}
	for _, part := range parts(net) {
		l := LayerTiming{Name: part.Name()}
		if l.Output, err = models.OutputShape(part, shape...); err != nil {
			return nil, err
		}
		if l.Timing, err = c.layer(ctx, b, net, part, shape); err != nil {
			return nil, fmt.Errorf("timing %s: %w", l.Name, err)
		}
		all, shape = append(all, l), l.Output
	}
	return all, nil
}

// parts returns the network's layers and blocks, in order.
func parts(net *models.ResNet) (all []nn.Module) {
	for _, child := range net.Children() {
		if stage, ok := child.(*models.Stage); ok {
			all = append(all, stage.Blocks...)
		} else {
			all = append(all, child)
		}
	}
	return all
}

// layer times one part. Its output is summed on the device.
func (c Config) layer(ctx context.Context, b compute.Backend, net *models.ResNet, part nn.Module, shape []int) (t Timing, err error) {
	exec, err := model.NewExec(b, net.Store, func(_ *model.Scope, x *nn.Node) *nn.Node { return graph.ReduceAllSum(part.Forward(x)) })
	if err != nil {
		return t, err
	}
	defer exec.Finalize()
	x := tensors.FromFlatDataAndDimensions(noise(rand.New(rand.NewPCG(1, 2)), shapes.Make(dtypes.Float32, shape...).Size()), shape...)
	defer x.FinalizeAll()
	return c.measureNumber(ctx, func() (*tensors.Tensor, error) { return exec.Call1(x) })
}
