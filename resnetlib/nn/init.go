package nn

import (
	"math"
	"math/rand/v2"
)

// initializer fills a new parameter.
type initializer func(v []float32, rnd *rand.Rand)

// kaimingNormalFanOut draws from N(0, 2/fanOut), fanOut = out*kh*kw: torchvision's choice for convolutions (He et al., arXiv:1502.01852;
// torch.nn.init.kaiming_normal_ with mode="fan_out", nonlinearity="relu"). Like PyTorch it does not divide by the number of groups, although
// in a grouped convolution an input reaches out/groups outputs alone.
func kaimingNormalFanOut(fanOut int) initializer {
	std := math.Sqrt(2 / float64(fanOut))
	return func(v []float32, rnd *rand.Rand) {
		for i := range v {
			v[i] = float32(std * rnd.NormFloat64())
		}
	}
}

// uniformFanIn draws from U(-1/sqrt(fanIn), 1/sqrt(fanIn)): PyTorch's default for the weight and the bias of nn.Linear.
func uniformFanIn(fanIn int) initializer {
	bound := 1 / math.Sqrt(float64(fanIn))
	return func(v []float32, rnd *rand.Rand) {
		for i := range v {
			v[i] = float32(bound * (2*rnd.Float64() - 1))
		}
	}
}

func constant(c float32) initializer {
	return func(v []float32, _ *rand.Rand) {
		for i := range v {
			v[i] = c
		}
	}
}
