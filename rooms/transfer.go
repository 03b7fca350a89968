package rooms

import (
	"fmt"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/transfer"
)

// Limits of the room "transfer".
const (
	transferPerClass = 40 // most pictures of a class
	transferEpochs   = 60
)

// scratch is the strategy that loads no weights.
const scratch = "scratch"

// TransferArguments say what is trained, and on how much.
type TransferArguments struct {
	Strategy string `json:"strategy"` // "scratch", or one of package transfer: "all", "last:layer4", "last:fc", "new"
	PerClass int    `json:"per_class"`
	Epochs   int    `json:"epochs"`
	Seed     uint64 `json:"seed"` // of new layers and of the order of the pictures
}

// TransferAnswer is what a training has done so far.
type TransferAnswer struct {
	Plan     transfer.Plan `json:"plan"`
	Loss     []float64     `json:"loss"`     // of each epoch, mean over the training pictures
	Accuracy []float64     `json:"accuracy"` // on held-out pictures after 0, 1, 2, ... epochs
	Moved    []PartMoved   `json:"moved"`
	Fixed    int           `json:"fixed"`   // tensors of the state dict, running statistics included, that are equal to those before
	Tensors  int           `json:"tensors"` // of the state dict
	Times    []float64     `json:"ms"`      // of each epoch, milliseconds
}

// PartMoved says how far the weights of a part went; see explain.Moved.
type PartMoved struct {
	Part     string  `json:"part"`
	Relative float64 `json:"relative"` // L2 norm of the difference divided by that of the weights before
}

// transferTo trains a copy of the open network on a few drawings of five classes that it has never seen. Parts are the answer after each epoch.
func transferTo(c *call, a TransferArguments) (answer TransferAnswer, err error) {
	if a.PerClass < 1 || a.PerClass > transferPerClass || a.Epochs < 1 || a.Epochs > transferEpochs {
		return answer, fmt.Errorf("training on %d pictures of each class for %d epochs: choose 1 to %d pictures and 1 to %d epochs",
			a.PerClass, a.Epochs, transferPerClass, transferEpochs)
	}
	source, err := c.network()
	if err != nil {
		return answer, err
	}
	net, err := a.start(source)
	if err != nil {
		return answer, err
	}
	defer net.Store.Finalize()
	t, err := c.transferTraining(a, net, source.Preset)
	if err != nil {
		return answer, err
	}
	defer t.finalize()
	for epoch := range a.Epochs {
		if err := t.train(c, epoch); err != nil {
			return answer, err
		}
		c.part(t.answer)
	}
	return t.answer, nil
}

// start makes the network that the training begins with: random, or a copy of the source with a layer for the new classes.
func (a TransferArguments) start(source *network.Network) (*models.ResNet, error) {
	config, classes := source.Config, len(sketch.Classes)
	scope := nn.NewScope(model.NewStore(), nn.Seed(a.Seed))
	if a.Strategy == scratch {
		config.NumClasses = classes
		return models.NewResNet(scope, config)
	}
	net, err := models.NewResNet(scope, config)
	if err != nil {
		return nil, err
	}
	if err := net.CopyValues(source.Net); err != nil {
		return nil, err
	}
	if a.strategy() == transfer.NewLayer {
		return net, net.AddHead(classes)
	}
	return net, net.ReplaceFC(classes)
}

// strategy returns what is trained of the network that start made.
func (a TransferArguments) strategy() transfer.Strategy {
	if a.Strategy == scratch {
		return transfer.All
	}
	return transfer.Strategy(a.Strategy)
}
