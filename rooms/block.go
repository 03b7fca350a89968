package rooms

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/explain"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/transforms"
)

// Sizes of the room "block".
const (
	blockSide     = 32 // pixels
	blockPlanes   = 8  // channels of the first of three stages
	blockMost     = 9  // basic blocks in each stage
	blockPictures = 10
)

// BlockArguments describe a network of the shape of He et al., section 4.2: a convolution, three stages of Blocks basic blocks with two convolutions
// each, and fc; 6*Blocks+2 layers with weights.
type BlockArguments struct {
	Blocks int    `json:"blocks"`
	Norm   bool   `json:"norm"` // batch norm behind each convolution
	Seed   uint64 `json:"seed"` // of the weights
}

// BlockAnswer measures the network with its shortcuts, and the same weights without.
type BlockAnswer struct {
	Layers   int          `json:"layers"` // with weights
	Residual DepthNumbers `json:"residual"`
	Plain    DepthNumbers `json:"plain"`
}

// DepthNumbers are those of [explain.DepthProfile], an entry for each block from the first to the last.
type DepthNumbers struct {
	Blocks      []string  `json:"blocks"`
	Activations []float64 `json:"activations"` // root mean square of the block's output
	Gradients   []float64 `json:"gradients"`   // L2 norm of the loss's gradient by the block's output
	Ratio       *float64  `json:"ratio"`       // gradient at the first block / at the last; null where the latter is 0
}

// block measures activations and gradients at every block, for one batch of drawn pictures.
func block(c *call, a BlockArguments) (answer BlockAnswer, err error) {
	if err := a.check(); err != nil {
		return answer, err
	}
	pictures, labels, err := explain.Pictures(sketch.New("train", sketch.Config{Size: blockSide + 16}), blockPictures)
	if err != nil {
		return answer, err
	}
	batch := explain.Batch{Preset: transforms.EvalPreset(blockSide), Pictures: pictures, Labels: labels}
	answer.Layers = a.layers()
	if answer.Residual, err = c.depth(a, false, batch); err != nil {
		return answer, err
	}
	answer.Plain, err = c.depth(a, true, batch)
	return answer, err
}

func (a BlockArguments) check() error {
	if a.Blocks < 1 || a.Blocks > blockMost {
		return fmt.Errorf("a network with %d blocks in each stage: choose 1 to %d", a.Blocks, blockMost)
	}
	return nil
}

// layers counts the layers with weights, as He et al. do.
func (a BlockArguments) layers() int { return 6*a.Blocks + 2 }

// network makes the network with random weights, with shortcuts or plain. Both have the same weights where they have the same layers.
func (a BlockArguments) network(plain bool) (*models.ResNet, error) {
	config := models.Config{Layers: []int{a.Blocks, a.Blocks, a.Blocks}, Planes: blockPlanes, Stem: models.Stem{Kernel: 3, Stride: 2},
		NumClasses: len(sketch.Classes), Plain: plain}
	if !a.Norm {
		config.Norm = models.NoNorm
	}
	return models.NewResNet(nn.NewScope(model.NewStore(), nn.Seed(a.Seed)), config)
}

// depth measures one network.
func (c *call) depth(a BlockArguments, plain bool, batch explain.Batch) (numbers DepthNumbers, err error) {
	net, err := a.network(plain)
	if err != nil {
		return numbers, err
	}
	defer net.Store.Finalize()
	profile, err := explain.MeasureDepth(c, c.session.backend, fmt.Sprintf("the network of %d layers", a.layers()), net, batch)
	if err != nil {
		return numbers, err
	}
	for _, b := range profile.Blocks {
		numbers.Blocks = append(numbers.Blocks, b.Layer)
		numbers.Activations = append(numbers.Activations, b.Activation)
		numbers.Gradients = append(numbers.Gradients, b.Gradient)
	}
	if ratio := profile.Ratio(); finite(ratio) {
		numbers.Ratio = &ratio
	}
	return numbers, nil
}

// finite tells whether JSON can hold a number.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
