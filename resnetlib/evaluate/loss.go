package evaluate

import "resnetlab/resnetlib/predict"

// crossEntropy computes the loss of one picture from its logits, in float64. Training uses nn.CrossEntropy.
func crossEntropy(logits []float32, label int) float64 {
	return predict.LogSumExp(logits) - float64(logits[label])
}
