package rooms

import (
	"fmt"
	"slices"
	"time"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

// Limits of the room "groups".
const (
	groupsSide    = 28 // pixels: the maps of layer2 at 224
	groupsRepeats = 5
	maxChannels   = 512
)

// GroupsArguments describes the 3x3 convolution of the room "groups": Channels to Channels in Groups, stride 1, padding 1.
type GroupsArguments struct {
	Channels int `json:"channels"`
	Groups   int `json:"groups"`
}

// GroupsAnswer has the cost of a grouped convolution beside that of the same one without groups.
type GroupsAnswer struct {
	Grouped ConvolutionCost `json:"grouped"`
	Dense   ConvolutionCost `json:"dense"`
}

// ConvolutionCost is what one 3x3 convolution costs on maps of 28 x 28.
type ConvolutionCost struct {
	Weight       []int   `json:"weight"` // PyTorch's shape: [out, in/groups, 3, 3]
	Params       int     `json:"params"`
	MACs         int     `json:"macs"` // multiply-adds of one picture
	Milliseconds float64 `json:"ms"`   // median of five calls
}

// groups counts and times the convolution.
func groups(c *call, a GroupsArguments) (answer GroupsAnswer, err error) {
	if a.Channels < 1 || a.Channels > maxChannels || a.Groups < 1 || a.Channels%a.Groups != 0 {
		return answer, fmt.Errorf("a convolution of %d channels cannot have %d groups: choose a number of groups that divides the channels (at most %d)",
			a.Channels, a.Groups, maxChannels)
	}
	if answer.Dense, err = c.cost(a.Channels, 1); err != nil {
		return answer, err
	}
	answer.Grouped = answer.Dense
	if a.Groups > 1 {
		answer.Grouped, err = c.cost(a.Channels, a.Groups)
	}
	return answer, err
}

// cost counts and times one convolution.
func (c *call) cost(channels, groups int) (cost ConvolutionCost, err error) {
	store := model.NewStore()
	conv := nn.NewConv2D(nn.NewScope(store, nn.Seed(1)).In("conv"), channels, channels, 3, 1, groups)
	summary, err := models.Summarize(conv, 1, groupsSide, groupsSide, channels)
	if err != nil {
		return cost, err
	}
	cost = ConvolutionCost{Weight: []int{channels, channels / groups, 3, 3}, Params: summary.Params, MACs: summary.MACs}
	exec, err := model.NewExec(c.session.backend, store, func(_ *model.Scope, x *nn.Node) *nn.Node { return conv.Forward(x) })
	if err != nil {
		return cost, err
	}
	defer exec.Finalize()
	x := tensors.FromFlatDataAndDimensions(make([]float32, groupsSide*groupsSide*channels), 1, groupsSide, groupsSide, channels)
	cost.Milliseconds, err = median(groupsRepeats, func() error {
		y, err := exec.Call1(x)
		if err == nil {
			err = y.FinalizeAll()
		}
		return err
	})
	return cost, err
}

// median calls f once to compile and n times for the clock, and returns the median duration in milliseconds.
func median(n int, f func() error) (float64, error) {
	var all []time.Duration
	for range n + 1 {
		start := time.Now()
		if err := f(); err != nil {
			return 0, err
		}
		all = append(all, time.Since(start))
	}
	all = all[1:]
	slices.Sort(all)
	return float64(all[n/2].Microseconds()) / 1000, nil
}
