package main

import (
	"math"

	"resnetlab/resnetlib/bench"
)

// classes is the number of classes of every network that is measured: ImageNet's.
const classes = 1000

// input returns the batch that all sides compute on.
func input(n, size int) bench.Batch {
	return bench.Batch{Pixels: pictures(n, size), Labels: labels(n), Size: size}
}

// pictures returns pixels [n, size, size, 3] with mean 0 and variance 1, the same as pictures of peer.py: a hash of each value's place in the
// order [n, 3, size, size].
func pictures(n, size int) []float32 {
	pixels := make([]float32, n*3*size*size)
	area := size * size
	for i := range pixels {
		picture, channel, place := i/(3*area), i/area%3, i%area
		pixels[(picture*area+place)*3+channel] = float32((float64(hash(uint32(i)))/(1<<31) - 1) * math.Sqrt(3))
	}
	return pixels
}

// hash mixes the bits of x.
func hash(x uint32) uint32 {
	x = (x ^ x>>16) * 0x7feb352d
	x = (x ^ x>>15) * 0x846ca68b
	return x ^ x>>16
}

// labels returns the labels, the same as labels of peer.py.
func labels(n int) []int32 {
	all := make([]int32, n)
	for i := range all {
		all[i] = int32(i * 37 % classes)
	}
	return all
}
