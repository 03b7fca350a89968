package explain

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	. "github.com/gomlx/gomlx/core/graph"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/transforms"
)

// NamedConfig is the description of a network, with a name for legends and tables.
type NamedConfig struct {
	Name   string
	Config models.Config
}

// DepthNetworks are ResNet-34, the same 34 layers without shortcuts, and the latter without batch norm.
var DepthNetworks = []NamedConfig{
	{"ResNet-34", models.Config{Block: models.BlockBasic, Layers: []int{3, 4, 6, 3}}},
	{"plain-34, BN", models.Config{Block: models.BlockBasic, Layers: []int{3, 4, 6, 3}, Plain: true}},
	{"plain-34, no BN", models.Config{Block: models.BlockBasic, Layers: []int{3, 4, 6, 3}, Plain: true, Norm: models.NoNorm}},
}

// DepthProfile holds the activations and gradients of a network's blocks, from the first to the last.
type DepthProfile struct {
	Name   string
	Blocks []DepthBlock
}

// DepthBlock holds the numbers of one block.
type DepthBlock struct {
	Layer      string  // "layer1.0"
	Activation float64 // root mean square of the block's output
	Gradient   float64 // L2 norm of the loss's gradient by the block's output
	Weight     float64 // L2 norm of the loss's gradient by the weight of the block's first convolution
}

// Ratio returns the gradient's norm at the first block divided by that at the last: below 1 the gradient vanishes on its way back, above 1
// it grows. Without blocks, or with a gradient of 0 at the last, it is NaN.
func (d *DepthProfile) Ratio() float64 {
	if len(d.Blocks) == 0 || d.Blocks[len(d.Blocks)-1].Gradient == 0 {
		return math.NaN()
	}
	return d.Blocks[0].Gradient / d.Blocks[len(d.Blocks)-1].Gradient
}

// Depths holds the profiles of several networks on the same batch.
type Depths []*DepthProfile

// Batch is a batch of pictures, and how they are prepared.
type Batch struct {
	Preset   transforms.Preset
	Pictures []*transforms.RGB
	Labels   []int // classes, one for each picture; [Momentum] needs none
}

// input returns the pictures as the network's input, [N, crop, crop, 3].
func (b Batch) input() (*tensors.Tensor, error) { return Input(b.Preset, b.Pictures...) }

// Depth makes each network (without any given, [DepthNetworks]) with random weights and measures it on one batch of labelled pictures:
//
//	d, err := explain.Depth(ctx, backend, explain.Batch{Preset: transforms.EvalPreset(64), Pictures: pictures, Labels: labels})
//	notebook.Show(d)         // the gradient's norm at every block, on a logarithmic axis
//	notebook.Show(d.Table())
//
// Measured at 64 pixels, batch 8: the ratio of the first block's gradient to the last's is about 10 in ResNet-34, 110 to 120 in the plain
// network and 0.005 without batch norm. So batch norm keeps gradients from vanishing; in a plain network with batch norm they grow on their
// way back, and shortcuts reduce this growth.
func Depth(ctx context.Context, b compute.Backend, batch Batch, networks ...NamedConfig) (Depths, error) {
	if len(networks) == 0 {
		networks = DepthNetworks
	}
	var depths Depths
	for _, n := range networks {
		net, err := models.NewResNet(nn.NewScope(model.NewStore()), n.Config)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", n.Name, err)
		}
		profile, err := MeasureDepth(ctx, b, n.Name, net, batch)
		net.Store.Finalize()
		if err != nil {
			return nil, err
		}
		depths = append(depths, profile)
	}
	return depths, nil
}

// MeasureDepth runs one batch of labelled pictures forward and backward through a network in train mode (cross-entropy) and measures every
// block. The network is left unchanged, frozen or not.
func MeasureDepth(ctx context.Context, b compute.Backend, name string, net *models.ResNet, batch Batch) (*DepthProfile, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	classes, err := batch.classes(net)
	if err != nil {
		return nil, err
	}
	images, err := batch.input()
	if err != nil {
		return nil, err
	}
	layers := blocksOf(net)
	g, err := model.NewExec(b, net.Store, func(_ *model.Scope, in []*Node) []*Node { return depthGraph(net, layers, in[0], in[1]) })
	if err != nil {
		return nil, fmt.Errorf("gradients through depth: %w", err)
	}
	defer g.Finalize()
	out, err := call(g, "gradients through the depth of "+name, images, classes)
	if err != nil {
		return nil, err
	}
	d := &DepthProfile{Name: name}
	for i, layer := range layers {
		d.Blocks = append(d.Blocks, DepthBlock{layer, float64(out[3*i][0]), float64(out[3*i+1][0]), float64(out[3*i+2][0])})
	}
	return d, nil
}

// classes returns the labels as a tensor, [N], of classes that the network has.
func (b Batch) classes(net *models.ResNet) (*tensors.Tensor, error) {
	if net.FC == nil || len(b.Pictures) != len(b.Labels) {
		return nil, errors.New("gradients through depth need a network with a head, and a label for each picture")
	}
	classes := make([]int32, len(b.Labels))
	for i, label := range b.Labels {
		if label < 0 || label >= net.Classes() {
			return nil, fmt.Errorf("gradients through depth: label %d of picture %d: the network has classes 0 to %d", label, i, net.Classes()-1)
		}
		classes[i] = int32(label)
	}
	return tensors.FromFlatDataAndDimensions(classes, len(classes)), nil
}

// depthGraph returns three numbers for each layer: those of DepthBlock.
func depthGraph(net *models.ResNet, layers []string, images, labels *Node) []*Node {
	p := forward(net, Train, images)
	by := make([]*Node, 0, 2*len(layers))
	for _, layer := range layers {
		by = append(by, p.output[layer], net.Parameter(layer+".conv1.weight").Variable.NodeValue(images.Graph()))
	}
	gradients := Gradient(nn.CrossEntropy(p.logits, labels), by...)
	norm := func(x *Node) *Node { return Sqrt(ReduceAllSum(Square(x))) }
	var out []*Node
	for i, layer := range layers {
		out = append(out, Sqrt(ReduceAllMean(Square(p.output[layer]))), norm(gradients[2*i]), norm(gradients[2*i+1]))
	}
	return out
}

// blocksOf returns the names of a network's blocks.
func blocksOf(net *models.ResNet) (layers []string) {
	for _, stage := range net.Layers {
		for _, block := range stage.Blocks {
			layers = append(layers, block.Name())
		}
	}
	return layers
}

// Picture draws the gradient's norm at every block, on a logarithmic axis.
func (d Depths) Picture() *plots.Picture {
	title := plots.Pick("Gradient of the loss by each block's output, L2 norm", "损失对各块输出的梯度（L2 范数）")
	return d.lines(title, func(b DepthBlock) float64 { return b.Gradient })
}

// Activations draws the root mean square of every block's output, on a logarithmic axis.
func (d Depths) Activations() *plots.Picture {
	title := plots.Pick("Output of each block, root mean square", "各块的输出（均方根）")
	return d.lines(title, func(b DepthBlock) float64 { return b.Activation })
}

func (d Depths) lines(title string, value func(DepthBlock) float64) *plots.Picture {
	var series []plots.Series
	for _, profile := range d {
		s := plots.Series{Name: profile.Name}
		for i, block := range profile.Blocks {
			s.X, s.Y = append(s.X, float64(i+1)), append(s.Y, value(block))
		}
		series = append(series, s)
	}
	return plots.LogLines(title, plots.Pick("block", "块的序号"), "", series...)
}

// Table returns the first block, the last and their ratio for each network.
func (d Depths) Table() (header []string, rows [][]string) {
	header = []string{plots.Pick("network", "网络"),
		plots.Pick("gradient, first block", "梯度（首块）"), plots.Pick("gradient, last block", "梯度（末块）"),
		plots.Pick("first / last", "首 / 末"), plots.Pick("output, first block", "输出（首块）"), plots.Pick("output, last block", "输出（末块）")}
	for _, p := range d {
		if len(p.Blocks) == 0 {
			rows = append(rows, []string{p.Name})
			continue
		}
		first, last := p.Blocks[0], p.Blocks[len(p.Blocks)-1]
		row := []string{p.Name}
		for _, v := range []float64{first.Gradient, last.Gradient, p.Ratio(), first.Activation, last.Activation} {
			row = append(row, threeDigits(v))
		}
		rows = append(rows, row)
	}
	return header, rows
}

// threeDigits writes a number with three significant digits, and "-" for one that is not finite.
func threeDigits(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "-"
	}
	return fmt.Sprintf("%.3g", v)
}
