package rooms

import (
	"errors"
	"fmt"

	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/explain"
	"resnetlab/resnetlib/transforms"
)

// Limits of the room "batchnorm".
const (
	normBatch    = 64   // largest batch
	spreadImages = 32   // pictures whose means the batches are drawn from
	shownValues  = 4000 // of a distribution: enough for a histogram
)

// BatchNormArguments of the computation "batchnorm", which looks at one channel of the open network's first batch norm.
type BatchNormArguments struct {
	Channel int      `json:"channel"`
	Batch   int      `json:"batch"` // pictures
	Train   bool     `json:"train"` // mode
	Gamma   *float64 `json:"gamma,omitempty"`
	Beta    *float64 `json:"beta,omitempty"` // without them: the network's own
}

// BatchNormAnswer has the channel's numbers, and part of its values before and after the batch norm.
type BatchNormAnswer struct {
	NormNumbers
	Before []float32 `json:"before"`
	After  []float32 `json:"after"`
	Of     int       `json:"of"` // values of the channel
}

// batchnorm normalises one channel of a batch of drawn pictures.
func batchnorm(c *call, a BatchNormArguments) (answer BatchNormAnswer, err error) {
	n, err := c.normalised(a.Batch, explain.Mode(a.Train))
	if err != nil {
		return answer, err
	}
	if err := checkChannel(a.Channel, len(n.Channels)); err != nil {
		return answer, err
	}
	answer.NormNumbers = normNumbers(n, a.Channel)
	if a.Gamma != nil {
		answer.Gamma = *a.Gamma
	}
	if a.Beta != nil {
		answer.Beta = *a.Beta
	}
	before := n.Before.Channel(a.Channel)
	after, err := c.normalizeAlone(before, explain.Mode(a.Train), answer.NormNumbers)
	if err != nil {
		return answer, err
	}
	shape := n.Before.Shape
	answer.Y, answer.Of = float64(after[shape[1]/2*shape[2]+shape[2]/2]), len(before)
	for i := 0; i < len(before); i += (len(before) + shownValues - 1) / shownValues {
		answer.Before, answer.After = append(answer.Before, float32(before[i])), append(answer.After, after[i])
	}
	return answer, nil
}

// normalised runs a batch of drawn pictures, evenly spread over the classes, through the open network.
func (c *call) normalised(batch int, mode explain.Mode) (*explain.Normalised, error) {
	if batch < 1 || batch > normBatch {
		return nil, fmt.Errorf("a batch of %d pictures: it must have 1 to %d", batch, normBatch)
	}
	e, err := c.explainer()
	if err != nil {
		return nil, err
	}
	pictures, err := spreadPictures(batch)
	if err != nil {
		return nil, err
	}
	return e.BatchNorm(c, mode, pictures, normLayer)
}

// spreadPictures draws the first n of a fixed sequence of pictures, in which the classes take turns.
func spreadPictures(n int) ([]*transforms.RGB, error) {
	classes := len(sketch.New("test", sketch.Config{Task: "many"}).Classes())
	all := make([]Drawing, n)
	for i := range all {
		all[i] = Drawing{Task: "many", Class: 7 * i % classes, Index: i / classes} // 7 and the 20 classes have no common divisor
	}
	return drawAll(all)
}

// SpreadArguments of the computation "spread".
type SpreadArguments struct {
	Channel int `json:"channel"`
	Batch   int `json:"batch"` // the size that is marked
}

// SpreadAnswer has the standard deviation of the means of many batches, by their size.
type SpreadAnswer struct {
	NormNumbers
	Sizes    []int     `json:"sizes"`
	Measured []float64 `json:"measured"`
	Pictures []float64 `json:"pictures"` // closed form: 1/sqrt(pictures)
	Pixels   []float64 `json:"pixels"`   // as if all places were independent
}

// spread measures how much the batch's mean depends on which pictures are in it.
func spread(c *call, a SpreadArguments) (answer SpreadAnswer, err error) {
	if a.Batch < 1 {
		return answer, errors.New("the batch must have at least one picture")
	}
	n, err := c.normalised(spreadImages, explain.Train)
	if err != nil {
		return answer, err
	}
	s, err := n.BatchMeans(a.Channel, 1, 2, 4, 8, 16, 32, 64)
	if err != nil {
		return answer, err
	}
	return SpreadAnswer{normNumbers(n, a.Channel), s.Sizes, s.Measured, s.Pictures, s.Pixels}, nil
}
