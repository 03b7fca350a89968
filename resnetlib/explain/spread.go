package explain

import (
	"fmt"
	"math"
	"slices"

	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/transforms"
)

// Spread is how far the means of batches lie from each other, by the size of the batch.
type Spread struct {
	Layer    string
	Channel  int
	Sizes    []int     // pictures in a batch
	Measured []float64 // standard deviation of the batch means
	Pictures []float64 // closed form: that of the pictures' means, over the root of the pictures in a batch
	Pixels   []float64 // what it would be if every place were drawn on its own: far too small, since a picture's places are alike
}

// spreadBatches is how many batches of each size are drawn.
const spreadBatches = 2000

// BatchMeans draws batches of each size from the pictures that were looked at (with replacement, as out of a very large data set) and tells
// how far the means lie apart that batch norm would take: as 1/sqrt(m) for m pictures. What counts is the number of pictures, not of pixels.
func (n *Normalised) BatchMeans(channel int, sizes ...int) (*Spread, error) {
	if channel < 0 || channel >= len(n.Channels) || n.Before.Shape[0] < 2 || slices.ContainsFunc(sizes, func(m int) bool { return m < 1 }) {
		return nil, fmt.Errorf("batch means of channel %d of %d, over %d pictures, in batches of %v", channel, len(n.Channels), n.Before.Shape[0], sizes)
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

// Picture draws the three, on a logarithmic axis.
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

// Table has a row for each batch size.
func (s *Spread) Table() (header []string, rows [][]string) {
	header = []string{plots.Pick("pictures", "图片数"), plots.Pick("measured", "实测"), "1/sqrt(pictures)", "1/sqrt(pixels)"}
	for i, m := range s.Sizes {
		rows = append(rows, []string{fmt.Sprint(m), fmt.Sprintf("%.4g", s.Measured[i]), fmt.Sprintf("%.4g", s.Pictures[i]), fmt.Sprintf("%.4g", s.Pixels[i])})
	}
	return header, rows
}
