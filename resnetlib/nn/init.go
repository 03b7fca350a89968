package nn

import (
	"math"
	"math/rand/v2"
)

// initializer fills a new parameter.
type initializer func(v []float32, rnd *rand.Rand)

// kaimingNormalFanOut is torchvision's for convolutions: N(0, 2/fanOut), fanOut = out*kh*kw. PyTorch counts no groups, although with groups an
// input reaches only out/groups outputs
// (He et al., arXiv:1502.01852; torch.nn.init.kaiming_normal_ with mode="fan_out", nonlinearity="relu").
func kaimingNormalFanOut(fanOut int) initializer {
	std := math.Sqrt(2 / float64(fanOut))
	return func(v []float32, rnd *rand.Rand) {
		for i := range v {
			v[i] = float32(std * rnd.NormFloat64())
		}
	}
}

// uniformFanIn is PyTorch's default for nn.Linear: U(-1/sqrt(fanIn), 1/sqrt(fanIn)), weight and bias alike.
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
