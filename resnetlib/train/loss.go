package train

import "math"

// crossEntropy is the loss of one picture in float64, from its logits: evaluation adds these up. Training uses [nn.CrossEntropy].
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
