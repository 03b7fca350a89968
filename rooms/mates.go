package rooms

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/explain"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/transforms"
)

// Limits of the room "mates".
const (
	maxMates      = 31
	dropoutPasses = 4
)

// MatesArguments of the computation "mates": a picture, and the others in its batch.
type MatesArguments struct {
	Picture Drawing   `json:"picture"`
	Company []Drawing `json:"company"`
	Channel int       `json:"channel"` // of the first batch norm
}

// MatesAnswer has the picture's probabilities in both modes.
type MatesAnswer struct {
	Picture Pixels      `json:"picture"`
	Classes []string    `json:"classes"`
	Train   []float64   `json:"train"`
	Eval    []float64   `json:"eval"`
	InTrain NormNumbers `json:"inTrain"` // in the batch
	InEval  NormNumbers `json:"inEval"`  // of the picture alone: the running statistics are the same in each batch
}

// mates classifies the picture with its company in both modes.
func mates(c *call, a MatesArguments) (answer MatesAnswer, err error) {
	if len(a.Company) > maxMates {
		return answer, fmt.Errorf("%d other pictures: there can be %d", len(a.Company), maxMates)
	}
	e, err := c.explainer()
	if err != nil {
		return answer, err
	}
	batch, err := drawAll(append([]Drawing{a.Picture}, a.Company...))
	if err != nil {
		return answer, err
	}
	m, err := e.BatchMates(c, batch[0], batch[1:])
	if err != nil {
		return answer, err
	}
	inTrain, err := e.BatchNorm(c, explain.Train, batch, normLayer)
	if err != nil {
		return answer, err
	}
	inEval, err := e.BatchNorm(c, explain.Eval, batch[:1], normLayer)
	if err != nil {
		return answer, err
	}
	if err := checkChannel(a.Channel, len(inEval.Channels)); err != nil {
		return answer, err
	}
	return MatesAnswer{c.attach(batch[0]), m.Classes, m.Train[0], m.Eval[0], normNumbers(inTrain, a.Channel), normNumbers(inEval, a.Channel)}, nil
}

// DropoutArguments of the computation "dropout": a picture, and the probability of a dropout before fc.
type DropoutArguments struct {
	Picture Drawing `json:"picture"`
	P       float64 `json:"p"`
}

// DropoutAnswer has the probabilities of several passes of the same picture in each mode.
type DropoutAnswer struct {
	Train [][]float64 `json:"train"`
	Eval  [][]float64 `json:"eval"`
}

// dropout classifies a picture several times by the open network with a dropout before fc. Batch norms use their running statistics in both modes, so
// that the dropout alone makes the difference.
func dropout(c *call, a DropoutArguments) (answer DropoutAnswer, err error) {
	if !(a.P >= 0 && a.P < 1) {
		return answer, fmt.Errorf("dropout %g: it must be at least 0 and below 1", a.P)
	}
	open, err := c.network()
	if err != nil {
		return answer, err
	}
	picture, _, err := a.Picture.draw()
	if err != nil {
		return answer, err
	}
	net, err := withDropout(open, a.P)
	if err != nil {
		return answer, err
	}
	e, err := explain.New(c.session.backend, net)
	if err != nil {
		return answer, err
	}
	defer e.Finalize()
	copies := slices.Repeat([]*transforms.RGB{picture}, dropoutPasses) // in one batch: a dropout draws for each anew
	for mode, to := range map[explain.Mode]*[][]float64{explain.Train: &answer.Train, explain.Eval: &answer.Eval} {
		logits, err := e.Activations(c, mode, copies, net.FC.Name())
		if err != nil {
			return DropoutAnswer{}, err
		}
		for row := range slices.Chunk(logits[0].Values, len(net.Classes)) {
			*to = append(*to, predict.Softmax(row))
		}
	}
	return answer, nil
}

// withDropout copies a network and adds a dropout before fc.
func withDropout(open *network.Network, p float64) (*network.Network, error) {
	if open.Head != nil {
		return nil, errors.New("dropout before fc: the network has an added layer behind fc: choose dropout 0")
	}
	config := open.Config
	config.Dropout = p
	config.Norm = func(s *nn.Scope, channels int, gamma float32) nn.Module {
		b := nn.NewBatchNorm2D(s, channels, gamma)
		b.Eval = true
		return b
	}
	net, err := models.NewResNet(nn.NewScope(model.NewStore(), nn.SkipInit()), config)
	if err != nil {
		return nil, err
	}
	if err := net.CopyValues(open.Net); err != nil {
		return nil, err
	}
	copied := *open
	copied.ResNet = net
	return &copied, nil
}
