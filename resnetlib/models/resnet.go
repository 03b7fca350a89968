// Package models holds the ResNet family: ResNet (He et al., arXiv:1512.03385), ResNeXt (Xie et al., arXiv:1611.05431) and Wide ResNet
// (Zagoruyko and Komodakis, arXiv:1605.07146), with the names, numbers and state dicts of torchvision/models/resnet.py.
package models

import (
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/nn"
)

// Norm makes the layer that follows a convolution, with its scale starting at gamma.
type Norm func(s *nn.Scope, channels int, gamma float32) nn.Module

// BatchNorm is torchvision's norm.
func BatchNorm(s *nn.Scope, channels int, gamma float32) nn.Module {
	return nn.NewBatchNorm2D(s, channels, gamma)
}

// NoNorm leaves the norm out, to see what it is good for.
func NoNorm(s *nn.Scope, _ int, _ float32) nn.Module { return nn.NewIdentity(s) }

// Stem is the network's first part: a convolution and, where MaxPool is set, a 3x3 max-pool of stride 2.
type Stem struct {
	Kernel, Stride int
	MaxPool        bool
}

// ImageNetStem takes 224 to 56 pixels; CIFARStem keeps the size (He et al., section 4.2).
var (
	ImageNetStem = Stem{Kernel: 7, Stride: 2, MaxPool: true}
	CIFARStem    = Stem{Kernel: 3, Stride: 1}
)

// Config describes a network; the ten of torchvision are [Variants]. Zero values stand for torchvision's defaults.
type Config struct {
	Block            Block
	Layers           []int   // blocks in each stage; every stage but the first halves the picture
	Groups           int     // of the 3x3 convolutions, 1
	WidthPerGroup    int     // channels of a group at 64 planes, 64
	Planes           int     // of the first stage, 64; each stage doubles them
	Stem             Stem    // ImageNetStem
	Norm             Norm    // BatchNorm
	NumClasses       int     // 1000
	NoTop            bool    // features alone: no average pool and no fc (the notes' include_top=False)
	Plain            bool    // no shortcuts: the plain networks of He et al., section 3.3, to see what the shortcut is good for
	Dropout          float64 // probability before fc, 0; torchvision's have none: to see what it does beside batch norm
	ZeroInitResidual bool    // the last norm of each block starts at 0, so that the block starts as the identity (arXiv:1706.02677)
}

func (c Config) withDefaults() Config {
	or := func(v *int, value int) {
		if *v == 0 {
			*v = value
		}
	}
	or(&c.Groups, 1)
	or(&c.WidthPerGroup, 64)
	or(&c.Planes, 64)
	or(&c.NumClasses, 1000)
	if c.Stem == (Stem{}) {
		c.Stem = ImageNetStem
	}
	if c.Norm == nil {
		c.Norm = BatchNorm
	}
	return c
}

func (c Config) lastGamma() float32 {
	if c.ZeroInitResidual {
		return 0
	}
	return 1
}

// Variants are torchvision's ten networks.
var Variants = map[string]Config{
	"resnet18":         {Block: Basic, Layers: []int{2, 2, 2, 2}},
	"resnet34":         {Block: Basic, Layers: []int{3, 4, 6, 3}},
	"resnet50":         {Block: Bottle, Layers: []int{3, 4, 6, 3}},
	"resnet101":        {Block: Bottle, Layers: []int{3, 4, 23, 3}},
	"resnet152":        {Block: Bottle, Layers: []int{3, 8, 36, 3}},
	"resnext50_32x4d":  {Block: Bottle, Layers: []int{3, 4, 6, 3}, Groups: 32, WidthPerGroup: 4},
	"resnext101_32x8d": {Block: Bottle, Layers: []int{3, 4, 23, 3}, Groups: 32, WidthPerGroup: 8},
	"resnext101_64x4d": {Block: Bottle, Layers: []int{3, 4, 23, 3}, Groups: 64, WidthPerGroup: 4},
	"wide_resnet50_2":  {Block: Bottle, Layers: []int{3, 4, 6, 3}, WidthPerGroup: 128},
	"wide_resnet101_2": {Block: Bottle, Layers: []int{3, 4, 23, 3}, WidthPerGroup: 128},
}

// Variant is one of [Variants]; the error says which there are.
func Variant(arch string) (Config, error) {
	c, ok := Variants[arch]
	if !ok {
		return c, fmt.Errorf("unknown architecture %q; there are %v", arch, Names())
	}
	return c, nil
}

// Names lists torchvision's ten networks, sorted.
func Names() []string {
	names := make([]string, 0, len(Variants))
	for name := range Variants {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Stage is torchvision's layer1 to layer4: blocks one after the other.
type Stage struct {
	name   string
	Blocks []nn.Module
}

func (s *Stage) Name() string { return s.name }

func (s *Stage) Forward(x *nn.Node) *nn.Node {
	for _, block := range s.Blocks {
		x = block.Forward(x)
	}
	return nn.Observe(s, x)
}

// ResNet is the whole network. The embedded Net is its state dict.
type ResNet struct {
	*nn.Net
	Config  Config
	Conv1   *nn.Conv2D
	BN1     nn.Module
	ReLU    *nn.ReLU
	MaxPool *nn.MaxPool2D // nil without
	Layers  []*Stage      // layer1, layer2, ...
	AvgPool *nn.GlobalAvgPool
	Dropout *nn.Dropout // nil without
	FC      *nn.Linear  // nil with NoTop
	Head    *nn.Linear  // a layer behind FC that transfer learning may add; nil without
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

// NewResNet makes a network of any configuration.
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
		stride := min(i+1, 2) // every stage but the first halves the picture
		r.Layers = append(r.Layers, newStage(s.In("layer%d", i+1), in, c.Planes<<i, blocks, stride, c))
		in = c.Planes << i * c.Block.expansion()
	}
	if !c.NoTop {
		r.AvgPool = nn.NewGlobalAvgPool(s.In("avgpool"))
		if c.Dropout > 0 {
			r.Dropout = nn.NewDropout(s.In("dropout"), c.Dropout)
		}
		r.FC = nn.NewLinear(s.In("fc"), in, c.NumClasses)
	}
	return r, nil
}

func newStage(s *nn.Scope, in, planes, blocks, stride int, c Config) *Stage {
	stage := &Stage{name: s.Name()}
	for j := range blocks {
		stage.Blocks = append(stage.Blocks, c.Block.build(s.In("%d", j), in, planes, stride, c))
		in, stride = planes*c.Block.expansion(), 1
	}
	return stage
}

// ReplaceFC puts a new fc of other classes in place of the loaded one, as in PyTorch net.fc = nn.Linear(net.fc.in_features, numClasses):
// the first of the two ways to take the weights of 1000 classes to one's own.
func (r *ResNet) ReplaceFC(numClasses int) error {
	scope, err := r.renew("replacing fc by one", "fc", numClasses)
	if err != nil {
		return err
	}
	r.FC = nn.NewLinear(scope, r.FC.In, numClasses)
	r.Config.NumClasses = numClasses
	return nil
}

// AddHead puts a further layer behind fc: strategy "new" keeps the loaded head and trains this one alone. It begins with random weights, as
// ReplaceFC's does.
func (r *ResNet) AddHead(numClasses int) error {
	scope, err := r.renew("a head", "head", numClasses)
	if err != nil {
		return err
	}
	r.Head = nn.NewLinear(scope, r.FC.Out, numClasses)
	return nil
}

// renew is the scope of a new layer of logits.
func (r *ResNet) renew(what, name string, numClasses int) (*nn.Scope, error) {
	if r.FC == nil || r.Head != nil || numClasses < 1 {
		return nil, fmt.Errorf("%s of %d classes: the network needs an fc and nothing behind it, and at least one class", what, numClasses)
	}
	return r.scope.In("%s", name).Renew()
}

// Classes is the number of logits; 0 with NoTop.
func (r *ResNet) Classes() int {
	switch {
	case r.Head != nil:
		return r.Head.Out
	case r.FC != nil:
		return r.FC.Out
	}
	return 0
}

// Name is "", as in the keys of the state dict.
func (r *ResNet) Name() string { return "" }

// Forward: pictures [N, H, W, 3] -> logits [N, classes]; with NoTop features [N, H/32, W/32, C].
func (r *ResNet) Forward(x *nn.Node) *nn.Node { // [N, 224, 224, 3]
	return nn.Observe(r, r.Children().Forward(x))
}

// Children are the parts of Forward in their order, PyTorch's named_children; avgpool flattens, too.
func (r *ResNet) Children() Sequence {
	children := Sequence{r.Conv1, r.BN1, r.ReLU} // [N, 224, 224, 3] -> [N, 112, 112, 64]
	if r.MaxPool != nil {
		children = append(children, r.MaxPool) // [N, 56, 56, 64]
	}
	for _, layer := range r.Layers {
		children = append(children, layer) // [N, 56, 56, C], [N, 28, 28, 2C], [N, 14, 14, 4C], [N, 7, 7, 8C]
	}
	if r.FC == nil {
		return children
	}
	children = append(children, r.AvgPool) // [N, 8C]
	if r.Dropout != nil {
		children = append(children, r.Dropout)
	}
	children = append(children, r.FC) // [N, classes]
	if r.Head != nil {
		children = append(children, r.Head)
	}
	return children
}
