package predict

import "math"

// Softmax turns a row of logits [classes] into probabilities, in float64.
func Softmax(logits []float32) []float64 {
	most, sum := sumExp(logits)
	probs := make([]float64, len(logits))
	for i, v := range logits {
		probs[i] = math.Exp(float64(v)-most) / sum
	}
	return probs
}

// LogSumExp returns the logarithm of the sum of e^logit over a row of logits [classes], in float64. Less the logit of a picture's class it is the
// picture's cross-entropy.
func LogSumExp(logits []float32) float64 {
	most, sum := sumExp(logits)
	return most + math.Log(sum)
}

// logSoftmax returns the logarithms of Softmax, also where a probability is too small for float64.
func logSoftmax(logits []float32) []float64 {
	most, sum := sumExp(logits)
	out := make([]float64, len(logits))
	for i, v := range logits {
		out[i] = float64(v) - most - math.Log(sum)
	}
	return out
}

// sumExp returns the largest logit and the sum of e^(logit - largest), which cannot overflow.
func sumExp(logits []float32) (most, sum float64) {
	most = math.Inf(-1)
	for _, v := range logits {
		most = max(most, float64(v))
	}
	for _, v := range logits {
		sum += math.Exp(float64(v) - most)
	}
	return most, sum
}
