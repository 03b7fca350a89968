package rooms

import (
	"cmp"
	"slices"

	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/transforms"
)

// topK is how many of the network's guesses an answer has.
const topK = 3

// Guess is a class with the probability that the network gives it.
type Guess struct {
	Index       int     `json:"index"`
	Class       string  `json:"class"`
	Probability float64 `json:"p"`
}

// forward is the forward pass of a network, kept from call to call because its graph is compiled.
type forward struct {
	*predict.Forward
	network *network.Network
}

// guesses returns the open network's answer to one input, [side, side, 3]: the most probable classes.
func (c *call) guesses(x []float32, side int) ([]Guess, error) {
	net, err := c.network()
	if err != nil {
		return nil, err
	}
	if c.session.forward.network != net {
		f, err := predict.NewForward(c.session.backend, net.ResNet, 1)
		if err != nil {
			return nil, err
		}
		if c.session.forward.Forward != nil {
			c.session.forward.Finalize()
		}
		c.session.forward = forward{f, net}
	}
	logits, err := c.session.forward.Logits(x, 1, side, side)
	if err != nil {
		return nil, err
	}
	return strongestGuesses(logits[0], net.Classes), nil
}

// strongestGuesses returns the topK most probable classes.
func strongestGuesses(logits []float32, classes []string) (all []Guess) {
	for i, p := range predict.Softmax(logits) {
		all = append(all, Guess{i, classes[i], p})
	}
	slices.SortStableFunc(all, func(a, b Guess) int { return cmp.Compare(b.Probability, a.Probability) })
	return all[:min(topK, len(all))]
}

// preset returns the preprocessing of the open network for inputs of another side.
func (c *call) preset(side int) (transforms.Preset, error) {
	net, err := c.network()
	if err != nil {
		return transforms.Preset{}, err
	}
	s := net.Preset
	s.Resize, s.Crop = s.Resize*side/s.Crop, side
	return s, nil
}
