//go:build linux && amd64 && cgo && !noxla

package onednn

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"resnetlab/resnetlib/backend/onednn/rewrite"
)

const testEpsilon = 1e-5

// normCase is a norm with its operands. The residual and the gradient of y are there whether the norm needs them or not.
type normCase struct {
	pixels, channels int
	mean             float64 // of x, whose standard deviation is about 1
	follows          rewrite.Follows
	loops            Loops

	x, scale, offset, residual, v []float32
}

func (c normCase) String() string {
	return fmt.Sprintf("%dx%d mean %g follows %d loops %d", c.pixels, c.channels, c.mean, c.follows, c.loops)
}

// eachNorm calls f with norms of many sizes.
func eachNorm(t *testing.T, f func(t *testing.T, c normCase)) {
	for _, size := range [][2]int{{2, 1}, {2, 2048}, {3, 7}, {15, 3}, {16, 16}, {17, 130}, {49, 2048}, {63, 129}, {100, 8}, {1031, 64}, {392, 512}, {20000, 3}} {
		for _, mean := range []float64{0, -3, 1000} {
			for follows := rewrite.Nothing; follows <= rewrite.AddReLU; follows++ {
				for _, loops := range []Loops{BestLoops, PlainLoops} {
					c := normCase{pixels: size[0], channels: size[1], mean: mean, follows: follows, loops: loops}
					n := c.pixels * c.channels
					c.x, c.residual, c.v = random(1, n), random(2, n), random(3, n)
					c.scale, c.offset = random(4, c.channels), random(5, c.channels)
					for i := range c.x {
						c.x[i] += float32(mean)
					}
					t.Run(c.String(), func(t *testing.T) { f(t, c) })
				}
			}
		}
	}
}

// run computes the results of a call.
func (c normCase) run(t *testing.T, kind rewrite.NormKind, threads int, in ...[]float32) [][]float32 {
	t.Helper()
	n := rewrite.Norm{Kind: kind, Pixels: c.pixels, Channels: c.channels, Follows: c.follows}
	operands, results := n.Sizes()
	out := make([][]float32, len(results))
	for i, size := range results {
		out[i] = make([]float32, size)
	}
	if err := RunNorm(n, testEpsilon, c.loops, in[:len(operands)], out, threads); err != nil {
		t.Fatal(err)
	}
	return out
}

// forward returns y, the means and the variances.
func (c normCase) forward(t *testing.T, threads int) [][]float32 {
	return c.run(t, rewrite.NormForward, threads, c.x, c.scale, c.offset, c.residual)
}

// gradient returns the gradients, from the results of forward.
func (c normCase) gradient(t *testing.T, threads int, forward [][]float32) [][]float32 {
	last := c.offset
	if c.follows == rewrite.AddReLU {
		last = forward[0]
	}
	return c.run(t, rewrite.NormGradient, threads, c.x, c.scale, forward[1], forward[2], c.v, last)
}

// statistics returns a channel's mean and its variance, divided by the number of pixels.
func (c normCase) statistics(channel int) (mean, variance float64) {
	for i := channel; i < len(c.x); i += c.channels {
		mean += float64(c.x[i]) / float64(c.pixels)
	}
	for i := channel; i < len(c.x); i += c.channels {
		d := float64(c.x[i]) - mean
		variance += d * d / float64(c.pixels)
	}
	return mean, variance
}

// wantForward computes the results of forward by their definition.
func (c normCase) wantForward() (y, means, variances []float64) {
	y, means, variances = make([]float64, len(c.x)), make([]float64, c.channels), make([]float64, c.channels)
	for k := range c.channels {
		means[k], variances[k] = c.statistics(k)
	}
	for i := range y {
		k := i % c.channels
		y[i] = (float64(c.x[i])-means[k])/math.Sqrt(variances[k]+testEpsilon)*float64(c.scale[k]) + float64(c.offset[k])
		if c.follows == rewrite.AddReLU {
			y[i] += float64(c.residual[i])
		}
		if c.follows != rewrite.Nothing {
			y[i] = max(y[i], 0)
		}
	}
	return y, means, variances
}

// open returns the gradient behind the ReLU. Where it is open is what forward says, since a value within rounding of 0 may be on either side.
func (c normCase) open(y []float32) []float64 {
	v := make([]float64, len(c.v))
	for i := range v {
		if c.follows == rewrite.Nothing || y[i] > 0 {
			v[i] = float64(c.v[i])
		}
	}
	return v
}

// wantGradient computes the gradients by x, scale and offset by the formula of Ioffe and Szegedy (arXiv:1502.03167, section 3).
func (c normCase) wantGradient(v []float64) (byX, byScale, byOffset []float64) {
	byX, byScale, byOffset = make([]float64, len(c.x)), make([]float64, c.channels), make([]float64, c.channels)
	for k := range c.channels {
		mean, variance := c.statistics(k)
		std := math.Sqrt(variance + testEpsilon)
		for i := k; i < len(v); i += c.channels {
			byOffset[k] += v[i]
			byScale[k] += v[i] * (float64(c.x[i]) - mean) / std
		}
		n := float64(c.pixels)
		for i := k; i < len(v); i += c.channels {
			xhat := (float64(c.x[i]) - mean) / std
			byX[i] = (v[i] - byOffset[k]/n - xhat*byScale[k]/n) * float64(c.scale[k]) / std
		}
	}
	return byX, byScale, byOffset
}

// checkError compares values with those that are right: the L2 norm of the difference over size.
func checkError(t *testing.T, what string, got []float32, want []float64, size, tolerance float64) {
	t.Helper()
	sum := 0.0
	for i := range want {
		e := float64(got[i]) - want[i]
		sum += e * e
	}
	if e := math.Sqrt(sum) / size; !(e <= tolerance) {
		t.Errorf("%s: relative error %.2g, want at most %.2g", what, e, tolerance)
	}
}

func length(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x * x
	}
	return math.Sqrt(sum)
}

// rounding is what rounding x and the mean to float32 makes of xhat: the standard deviation of two pixels may be small.
func (c normCase) rounding() float64 {
	least := math.Inf(1)
	for k := range c.channels {
		_, variance := c.statistics(k)
		least = min(least, math.Sqrt(variance+testEpsilon))
	}
	return 6e-8 * (math.Abs(c.mean) + 1) / least
}

func TestNormsEqualTheirDefinition(t *testing.T) {
	eachNorm(t, func(t *testing.T, c normCase) {
		tolerance := 5e-7 + c.rounding()
		forward := c.forward(t, 1)
		y, means, variances := c.wantForward()
		checkError(t, "y", forward[0], y, length(y), tolerance)
		checkError(t, "mean", forward[1], means, length(means), 1e-6)
		checkError(t, "variance", forward[2], variances, length(variances), 5e-7)

		v := c.open(forward[0])
		gradient := c.gradient(t, 1, forward)
		byX, byScale, byOffset := c.wantGradient(v)
		scaled := make([]float64, len(v)) // the gradient by x is a difference of values of this size
		for i := range v {
			k := i % c.channels
			scaled[i] = v[i] * float64(c.scale[k]) / math.Sqrt(variances[k]+testEpsilon)
		}
		checkError(t, "gradient by x", gradient[0], byX, max(length(byX), length(scaled)), tolerance)
		checkError(t, "gradient by scale", gradient[1], byScale, max(length(byScale), length(v)), tolerance)
		checkError(t, "gradient by offset", gradient[2], byOffset, max(length(byOffset), length(v)), 5e-7)
		if c.follows == rewrite.AddReLU {
			checkError(t, "gradient by the residual", gradient[3], v, length(v), 0)
		}
	})
}

// The same bytes on one thread and on several, every time.
func TestNormsBytesDoNotDependOnThreads(t *testing.T) {
	eachNorm(t, func(t *testing.T, c normCase) {
		forward := c.forward(t, 1)
		gradient := c.gradient(t, 1, forward)
		for _, threads := range []int{2, 5, 1} {
			for i, got := range c.forward(t, threads) {
				if !slices.Equal(got, forward[i]) {
					t.Errorf("%d threads: other bytes of result %d", threads, i)
				}
			}
			for i, got := range c.gradient(t, threads, forward) {
				if !slices.Equal(got, gradient[i]) {
					t.Errorf("%d threads: other bytes of gradient %d", threads, i)
				}
			}
		}
	})
}

// A NaN is seen in the end: ReLU lets it through, as PyTorch's.
func TestNormKeepsNaN(t *testing.T) {
	c := normCase{pixels: 40, channels: 20, follows: rewrite.ReLU, x: random(1, 800), v: random(2, 800), scale: random(3, 20), offset: random(4, 20)}
	c.x[45] = float32(math.NaN())
	forward := c.forward(t, 1)
	byX := c.gradient(t, 1, forward)[0]
	for i := range c.x {
		if want := i%20 == 5; math.IsNaN(float64(forward[0][i])) != want || math.IsNaN(float64(byX[i])) != want {
			t.Fatalf("value %d of channel %d: y %g, gradient %g", i/20, i%20, forward[0][i], byX[i])
		}
	}
}

func TestRunNormNamesTheLayerAndWhatIsWrong(t *testing.T) {
	n := rewrite.Norm{Layer: "bn1", Pixels: 4, Channels: 2}
	out := [][]float32{make([]float32, 8), make([]float32, 2), make([]float32, 2)}
	err := RunNorm(n, testEpsilon, BestLoops, [][]float32{make([]float32, 8), make([]float32, 3), make([]float32, 2)}, out, 1)
	if want := "batch norm bn1, 4 pixels of 2 channels: operand 1 has 3 values, want 2"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	n.Channels = 0
	err = RunNorm(n, testEpsilon, BestLoops, [][]float32{{}, {}, {}}, [][]float32{{}, {}, {}}, 1)
	if want := "batch norm bn1, 4 pixels of 0 channels: 4 pixels of 0 channels are none, or too many"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
