package explain

import (
	"fmt"
	"math"
	"slices"

	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/transforms"
)

// Spread holds the standard deviation of batch means, by the size of the batch.
type Spread struct {
	Layer    string
	Channel  int
	Sizes    []int     // pictures in a batch
	Measured []float64 // standard deviation of the batch means
	Pictures []float64 // closed form: that of the pictures' means, divided by sqrt(pictures in a batch)
	Pixels   []float64 // as if all places were independent: far too small, since the places of one picture are correlated
}

// spreadBatches is the number of batches drawn of each size.
const spreadBatches = 2000

// BatchMeans draws batches of each size from the pictures (with replacement, as from a very large data set) and measures the standard
// deviation of the means that batch norm would use: it falls as 1/sqrt(m) for m pictures. The number of pictures counts, not that of pixels.
func (n *Normalised) BatchMeans(channel int, sizes ...int) (*Spread, error) {
	if channel < 0 || channel >= len(n.Channels) || n.Before.Shape[0] < 2 || slices.ContainsFunc(sizes, func(m int) bool { return m < 1 }) {
		return nil, askError("batch means of channel %d in batches of %v: the layer has %d channels, 2 pictures or more are needed (there are %d), and a batch has at least 1",
			channel, sizes, len(n.Channels), n.Before.Shape[0])
	}
	values := n.Before.Channel(channel)
	places := n.Before.Shape[1] * n.Before.Shape[2]
	var means []float64
	for picture := range slices.Chunk(values, places) {
		mean, _ := moments(picture)
		means = append(means, mean)
	}
	_, ofPictures := moments(means)
	_, ofPixels := moments(values)
	s := &Spread{Layer: n.Layer, Channel: channel, Sizes: sizes}
	for _, m := range sizes {
		s.Measured = append(s.Measured, spreadOfBatches(means, m))
		s.Pictures = append(s.Pictures, math.Sqrt(ofPictures/float64(m)))
		s.Pixels = append(s.Pixels, math.Sqrt(ofPixels/float64(m*places)))
	}
	return s, nil
}

// spreadOfBatches draws batches of m pictures and returns the standard deviation of their means. All pictures have as many places, so
// that a batch's mean is the mean of its pictures' means.
func spreadOfBatches(means []float64, m int) float64 {
	rnd := transforms.Rand(uint64(m), 0, 0)
	batches := make([]float64, spreadBatches)
	for i := range batches {
		for range m {
			batches[i] += means[rnd.IntN(len(means))] / float64(m)
		}
	}
	_, variance := moments(batches)
	return math.Sqrt(variance)
}

// Picture draws the measured standard deviation and the two closed forms, on a logarithmic axis.
func (s *Spread) Picture() *plots.Picture {
	var x []float64
	for _, m := range s.Sizes {
		x = append(x, float64(m))
	}
	title := fmt.Sprintf(plots.Pick("%s, channel %d: spread of the batches' means", "%s，通道 %d：各批次均值的离散程度"), s.Layer, s.Channel)
	return plots.LogLines(title, plots.Pick("pictures in a batch", "批次大小（图片数）"), plots.Pick("standard deviation", "标准差"),
		plots.Series{Name: plots.Pick("measured", "实测"), X: x, Y: s.Measured},
		plots.Series{Name: plots.Pick("by 1/sqrt(pictures)", "按 1/√图片数"), X: x, Y: s.Pictures},
		plots.Series{Name: plots.Pick("by 1/sqrt(pixels)", "按 1/√像素数"), X: x, Y: s.Pixels})
}

// Table returns a row for each batch size.
func (s *Spread) Table() (header []string, rows [][]string) {
	header = []string{plots.Pick("pictures", "图片数"), plots.Pick("measured", "实测"), "1/sqrt(pictures)", "1/sqrt(pixels)"}
	for i, m := range s.Sizes {
		rows = append(rows, []string{fmt.Sprint(m), fmt.Sprintf("%.4g", s.Measured[i]), fmt.Sprintf("%.4g", s.Pictures[i]), fmt.Sprintf("%.4g", s.Pixels[i])})
	}
	return header, rows
}
