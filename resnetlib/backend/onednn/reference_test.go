//go:build linux && amd64 && cgo && !noxla

package onednn

import (
	"math"

	"resnetlab/resnetlib/backend/onednn/rewrite"
)

// each calls f for every product in a convolution, with the places of x, kernel and y.
func each(c rewrite.Conv, f func(x, k, y int)) {
	in, out := c.InChannels/c.Groups, c.OutChannels/c.Groups
	for n := range c.Batch {
		for oh := range c.Out[0] {
			for ow := range c.Out[1] {
				for kh := range c.Kernel[0] {
					for kw := range c.Kernel[1] {
						h, w := oh*c.Strides[0]-c.Before[0]+kh, ow*c.Strides[1]-c.Before[1]+kw
						if h < 0 || h >= c.In[0] || w < 0 || w >= c.In[1] {
							continue
						}
						pixel := kh*c.Kernel[1] + kw
						for o := range c.OutChannels {
							g := o / out
							for i := range in {
								k := (pixel*in+i)*c.OutChannels + o
								if c.KernelOI {
									k = (pixel*out+o%out)*c.InChannels + g*in + i
								}
								f(((n*c.In[0]+h)*c.In[1]+w)*c.InChannels+g*in+i, k, ((n*c.Out[0]+oh)*c.Out[1]+ow)*c.OutChannels+o)
							}
						}
					}
				}
			}
		}
	}
}

// reference computes c in float64 by its definition.
func reference(c rewrite.Conv, operands [][]float32) []float64 {
	_, shape := c.Shapes()
	out := make([]float64, product(shape))
	a, b := operands[0], operands[1]
	each(c, func(x, k, y int) {
		switch c.Kind {
		case rewrite.Forward:
			out[y] += float64(a[x]) * float64(b[k])
		case rewrite.InputGradient:
			out[x] += float64(a[y]) * float64(b[k])
		case rewrite.KernelGradient:
			out[k] += float64(a[x]) * float64(b[y])
		}
	})
	follow(c, out, operands[2:])
	return out
}

// follow computes what follows the convolution in y.
func follow(c rewrite.Conv, y []float64, operands [][]float32) {
	for i := range y {
		rest := operands
		if c.Affine {
			channel := i % c.OutChannels
			y[i] = y[i]*float64(rest[0][channel]) + float64(rest[1][channel])
			rest = rest[2:]
		}
		if c.Sum {
			y[i] += float64(rest[0][i])
		}
		if c.ReLU {
			y[i] = max(0, y[i])
		}
	}
}

// distance is the L2 norm of the difference over that of want, if want is not 0.
func distance(got []float32, want []float64) float64 {
	var d, w float64
	for i := range want {
		e := float64(got[i]) - want[i]
		d += e * e
		w += want[i] * want[i]
	}
	if w == 0 {
		w = 1
	}
	return math.Sqrt(d / w)
}
