package rooms

import (
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/explain"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/transforms"
)

// normLayer is the batch norm that the rooms look at: the first one of every network of the library.
const normLayer = "bn1"

// NormNumbers are the numbers of one channel of a batch norm, and of one of its values.
type NormNumbers struct {
	Channel     int     `json:"channel"`
	BatchMean   float64 `json:"batchMean"`
	BatchVar    float64 `json:"batchVar"` // biased: divided by n
	RunningMean float64 `json:"runningMean"`
	RunningVar  float64 `json:"runningVar"`
	Gamma       float64 `json:"gamma"`
	Beta        float64 `json:"beta"`
	X           float64 `json:"x"` // the value in the middle of the first picture
	Y           float64 `json:"y"` // what the layer makes of it
}

// drawAll draws several pictures.
func drawAll(all []Drawing) (pictures []*transforms.RGB, err error) {
	for _, d := range all {
		picture, _, err := d.draw()
		if err != nil {
			return nil, err
		}
		pictures = append(pictures, picture)
	}
	return pictures, nil
}

// normNumbers returns the numbers of one channel, with the value in the middle of the first picture.
func normNumbers(n *explain.Normalised, channel int) NormNumbers {
	shape, c := n.Before.Shape, n.Channels[channel]
	middle := (shape[1]/2*shape[2]+shape[2]/2)*shape[3] + channel
	return NormNumbers{channel, c.BatchMean, c.BatchVar, c.RunningMean, c.RunningVar, c.Gamma, c.Beta,
		float64(n.Before.Values[middle]), float64(n.After.Values[middle])}
}

// checkChannel refuses a channel that the layer does not have.
func checkChannel(channel, channels int) error {
	if channel < 0 || channel >= channels {
		return fmt.Errorf("channel %d of %s: it has channels 0 to %d", channel, normLayer, channels-1)
	}
	return nil
}

// normalizeAlone runs one channel's values through a batch norm of one channel, with the parameters and running statistics of its numbers.
func (c *call) normalizeAlone(values []float64, mode explain.Mode, n NormNumbers) ([]float32, error) {
	scope := nn.NewScope(model.NewStore())
	bn := nn.NewBatchNorm2D(scope.In("bn"), 1, 1)
	for p, v := range map[*nn.Parameter]float64{bn.Weight: n.Gamma, bn.Bias: n.Beta, bn.RunningMean: n.RunningMean, bn.RunningVar: n.RunningVar} {
		if err := p.Variable.SetValue(tensors.FromValue([]float32{float32(v)})); err != nil {
			return nil, err
		}
	}
	exec, err := model.NewExec(c.session.backend, scope.Net().Store, func(_ *model.Scope, x *nn.Node) *nn.Node {
		nn.SetTraining(x.Graph(), bool(mode))
		return bn.Forward(x)
	})
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	x := make([]float32, len(values))
	for i, v := range values {
		x[i] = float32(v)
	}
	y, err := exec.Exec1(tensors.FromFlatDataAndDimensions(x, len(x), 1, 1, 1))
	if err != nil {
		return nil, err
	}
	return tensors.CopyFlatData[float32](y)
}
