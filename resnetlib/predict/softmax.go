package predict

import "math"

// Softmax turns a row of logits [classes] into probabilities, in float64.
func Softmax(logits []float32) []float64 {
	largest, sum := sumExp(logits)
	probs := make([]float64, len(logits))
	for i, v := range logits {
		probs[i] = math.Exp(float64(v)-largest) / sum
	}
	return probs
}

// LogSumExp returns log(sum(exp(logits))) of a row of logits [classes], in float64. The cross-entropy of a picture is this less the logit of its
// class.
func LogSumExp(logits []float32) float64 {
	largest, sum := sumExp(logits)
	return largest + math.Log(sum)
}

// logSoftmax returns the logarithms of Softmax, also where a probability is too small for float64.
func logSoftmax(logits []float32) []float64 {
	largest, sum := sumExp(logits)
	out := make([]float64, len(logits))
	for i, v := range logits {
		out[i] = float64(v) - largest - math.Log(sum)
	}
	return out
}

// sumExp returns the largest logit and the sum of e^(logit - largest), which cannot overflow.
func sumExp(logits []float32) (largest, sum float64) {
	largest = math.Inf(-1)
	for _, v := range logits {
		largest = max(largest, float64(v))
	}
	for _, v := range logits {
		sum += math.Exp(float64(v) - largest)
	}
	return largest, sum
}
