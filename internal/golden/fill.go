package golden

import (
	"hash/crc32"
	"math"
	"strings"
)

// Fill gives the hash-filled values of the state-dict entry key, in C order of PyTorch's layout ([out, in/groups, kh, kw]
// for a convolution, [out, in] for fc). lastNorm names the last norm of a block, whose weight is made small: "bn2" in
// resnet18 and resnet34, "bn3" elsewhere.
func Fill(seed, key string, shape []int, lastNorm string) []float32 {
	value := rule(key, shape, lastNorm)
	return fill(seed, key, shape, value)
}

// Input gives a hash-filled image batch, values in [-2, 2); shape is NCHW, key usually "input".
func Input(seed, key string, shape []int) []float32 {
	return fill(seed, key, shape, func(u float64) float64 { return 4 * (u - 0.5) })
}

// rule is the README's table: how a number u in [0, 1) becomes the value of an entry.
func rule(key string, shape []int, lastNorm string) func(u float64) float64 {
	centred := func(u float64) float64 { return 0.4 * (u - 0.5) }
	positive := func(u float64) float64 { return 0.5 + u }
	switch {
	case strings.HasSuffix(key, "num_batches_tracked"):
		return func(float64) float64 { return 0 }
	case len(shape) == 4:
		fanIn := float64(shape[1] * shape[2] * shape[3])
		return func(u float64) float64 { return (2*u - 1) * math.Sqrt(6/fanIn) }
	case key == "fc.weight":
		features := float64(shape[1])
		return func(u float64) float64 { return (2*u - 1) / math.Sqrt(features) }
	case key == "fc.bias":
		return func(u float64) float64 { return 0.2 * (u - 0.5) }
	case strings.HasSuffix(key, ".running_mean"), strings.HasSuffix(key, ".bias"):
		return centred
	case strings.HasPrefix(key, "layer") && strings.HasSuffix(key, "."+lastNorm+".weight"):
		return func(u float64) float64 { return 0.2 * (0.5 + u) }
	default: // weight and running_var of a norm
		return positive
	}
}

func fill(seed, key string, shape []int, value func(u float64) float64) []float32 {
	size := 1
	for _, d := range shape {
		size *= d
	}
	crc := crc32.ChecksumIEEE([]byte(seed + ":" + key))
	values := make([]float32, size)
	for i := range values {
		values[i] = float32(value(uniform(uint32(i)*2654435761 + crc)))
	}
	return values
}

// uniform mixes h (murmur3's finaliser) into a number in [0, 1).
func uniform(h uint32) float64 {
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	h ^= h >> 16
	return float64(h) / (1 << 32)
}
