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
	"resnetlab/resnetlib/weights"
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
	Channel int       `json:"channel"`           // of the first batch norm
	Dropout float64   `json:"dropout,omitempty"` // probability of a dropout before fc; 0: none
}

// MatesAnswer has the picture's probabilities.
type MatesAnswer struct {
	Picture Pixels      `json:"picture"`
	Classes []string    `json:"classes"`
	Train   []float64   `json:"train"`     // with the company, in train mode
	Alone   []float64   `json:"alone"`     // without, in train mode
	Eval    []float64   `json:"eval"`      // with the company, in eval mode
	Lonely  []float64   `json:"evalAlone"` // without, in eval mode: equal to Eval
	InTrain NormNumbers `json:"inTrain"`
	InEval  NormNumbers `json:"inEval"`

	Dropped [][]float64 `json:"dropped,omitempty"` // passes of the same picture with dropout in train mode, batch norms in eval mode
	Whole   [][]float64 `json:"whole,omitempty"`   // the same in eval mode
}

// mates classifies the picture with its company and alone, in both modes.
func mates(c *call, a MatesArguments) (answer MatesAnswer, err error) {
	if len(a.Company) > maxMates || !(a.Dropout >= 0 && a.Dropout < 1) {
		return answer, fmt.Errorf("%d other pictures and dropout %g: there can be %d, and dropout is below 1", len(a.Company), a.Dropout, maxMates)
	}
	e, err := c.explainer()
	if err != nil {
		return answer, err
	}
	batch, err := drawAll(append([]Drawing{a.Picture}, a.Company...))
	if err != nil {
		return answer, err
	}
	m, err := e.BatchMates(c, batch[0], batch[1:], nil)
	if err != nil {
		return answer, err
	}
	answer = MatesAnswer{Picture: c.attach(batch[0]), Classes: m.Classes, Train: m.Train[0], Alone: m.Train[1], Eval: m.Eval[0], Lonely: m.Eval[1]}
	for mode, to := range map[explain.Mode]*NormNumbers{explain.Train: &answer.InTrain, explain.Eval: &answer.InEval} {
		n, err := e.BatchNorm(c, mode, batch, normLayer)
		if err != nil {
			return answer, err
		}
		if err := checkChannel(a.Channel, len(n.Channels)); err != nil {
			return answer, err
		}
		*to = normNumbers(n, a.Channel)
	}
	if a.Dropout > 0 {
		err = c.dropout(&answer, batch[0], a.Dropout)
	}
	return answer, err
}

// dropout classifies a picture several times in each mode by the open network with a dropout before fc. Batch norms use their running statistics in
// both modes, so that the dropout alone makes the difference.
func (c *call) dropout(answer *MatesAnswer, picture *transforms.RGB, p float64) error {
	open, err := c.network()
	if err != nil {
		return err
	}
	net, err := withDropout(open, p)
	if err != nil {
		return err
	}
	e, err := explain.New(c.session.backend, net)
	if err != nil {
		return err
	}
	defer e.Finalize()
	copies := slices.Repeat([]*transforms.RGB{picture}, dropoutPasses) // in one batch: a dropout draws for each anew
	for mode, to := range map[explain.Mode]*[][]float64{explain.Train: &answer.Dropped, explain.Eval: &answer.Whole} {
		logits, err := e.Activations(c, mode, copies, net.FC.Name())
		if err != nil {
			return err
		}
		for row := range slices.Chunk(logits[0].Values, len(answer.Classes)) {
			*to = append(*to, predict.Softmax(row))
		}
	}
	return nil
}

// withDropout copies a network and adds a dropout before fc.
func withDropout(open *network.Network, p float64) (*network.Network, error) {
	if open.Head != nil {
		return nil, errors.New("dropout before fc: the network has an added layer behind fc: set dropout to 0")
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
	sd, err := open.StateDict()
	if err != nil {
		return nil, err
	}
	if _, err := weights.LoadStateDict(sd, net); err != nil {
		return nil, err
	}
	copied := *open
	copied.ResNet = net
	return &copied, nil
}
