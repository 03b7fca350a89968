package evaluate

import "math"

// crossEntropy computes the loss of one picture from its logits, in float64. Training uses nn.CrossEntropy.
func crossEntropy(logits []float32, label int) float64 {
	return logSumExp(logits) - float64(logits[label])
}

func logSumExp(logits []float32) float64 {
	most := math.Inf(-1)
	for _, v := range logits {
		most = math.Max(most, float64(v))
	}
	sum := 0.0
	for _, v := range logits {
		sum += math.Exp(float64(v) - most)
	}
	return most + math.Log(sum)
}
