package models

import (
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/nn"
)

// ResNet is a whole network. The embedded Net is its state dict.
type ResNet struct {
	*nn.Net
	Config  Config
	Conv1   *nn.Conv2D
	BN1     nn.Module
	ReLU    *nn.ReLU
	MaxPool *nn.MaxPool2D     // nil where the stem has none
	Layers  []*Stage          // layer1, layer2, ...
	AvgPool *nn.GlobalAvgPool // nil with NoTop
	Dropout *nn.Dropout       // nil without Config.Dropout
	FC      *nn.Linear        // nil with NoTop
	Head    *nn.Linear        // nil unless AddHead added it
	scope   *nn.Scope
}

// New makes one of torchvision's networks in an empty store: New(store, "resnet34", 5).
func New(store *model.Store, arch string, numClasses int, options ...nn.Option) (*ResNet, error) {
	c, err := Variant(arch)
	if err != nil {
		return nil, err
	}
	if numClasses < 1 {
		return nil, fmt.Errorf("%s for %d classes: there must be at least one", arch, numClasses)
	}
	c.NumClasses = numClasses
	return NewResNet(nn.NewScope(store, options...), c)
}

// NewResNet makes a network of any configuration. A configuration that makes no network is an error.
func NewResNet(s *nn.Scope, c Config) (*ResNet, error) {
	c = c.withDefaults()
	if err := c.check(); err != nil {
		return nil, err
	}
	r := &ResNet{Net: s.Net(), Config: c, scope: s}
	r.Conv1 = nn.NewConv2D(s.In("conv1"), 3, c.Planes, c.Stem.Kernel, c.Stem.Stride, 1)
	r.BN1 = c.Norm(s.In("bn1"), c.Planes, 1)
	r.ReLU = nn.NewReLU(s.In("relu"))
	if c.Stem.MaxPool {
		r.MaxPool = nn.NewMaxPool2D(s.In("maxpool"), 3, 2, 1)
	}
	in := c.Planes
	for i, blocks := range c.Layers {
		stride := min(i+1, 2) // every stage but the first halves height and width
		stage := newStage(s.In("layer%d", i+1), in, c.Planes<<i, blocks, stride, c)
		r.Layers, in = append(r.Layers, stage), c.Planes<<i*blockKinds[c.Block].expansion
	}
	if c.NoTop {
		return r, nil
	}
	r.AvgPool = nn.NewGlobalAvgPool(s.In("avgpool"))
	if c.Dropout > 0 {
		r.Dropout = nn.NewDropout(s.In("dropout"), c.Dropout)
	}
	r.FC = nn.NewLinear(s.In("fc"), in, c.NumClasses)
	return r, nil
}

// Name returns "": the keys of the state dict have no prefix.
func (r *ResNet) Name() string { return "" }

// Forward computes the logits [N, classes] of pictures [N, H, W, 3]; with NoTop, features [N, H/32, W/32, C]. The shapes below are those of 224x224
// pixels; C is the number of channels of layer1's output, 64 or 256.
func (r *ResNet) Forward(x *nn.Node) *nn.Node { // [N, 224, 224, 3]
	x = r.Conv1.Forward(x)             // [N, 112, 112, 64]
	x = r.BN1.Forward(x)               // [N, 112, 112, 64]
	x = r.ReLU.Forward(x)              // [N, 112, 112, 64]
	x = optional(r.MaxPool).Forward(x) // [N, 56, 56, 64]

	for _, layer := range r.Layers {
		x = layer.Forward(x) // [N, 56, 56, C], [N, 28, 28, 2C], [N, 14, 14, 4C], [N, 7, 7, 8C]
	}

	x = optional(r.AvgPool).Forward(x) // [N, 8C]
	x = optional(r.Dropout).Forward(x) // [N, 8C]
	x = optional(r.FC).Forward(x)      // [N, classes]
	x = optional(r.Head).Forward(x)    // [N, classes of the added head]
	return nn.Observe(r, x)
}

// Children returns the parts that Forward calls, in its order: PyTorch's named_children. Avgpool flattens as well.
func (r *ResNet) Children() Sequence {
	var layers Sequence
	for _, layer := range r.Layers {
		layers = append(layers, layer)
	}
	return slices.Concat(Sequence{r.Conv1, r.BN1, r.ReLU}, optional(r.MaxPool), layers,
		optional(r.AvgPool), optional(r.Dropout), optional(r.FC), optional(r.Head))
}

// optional is a part that a network may lack: an empty sequence, which is the identity, where it does.
func optional[M interface {
	comparable
	nn.Module
}](part M) Sequence {
	var none M
	if part == none {
		return nil
	}
	return Sequence{part}
}
