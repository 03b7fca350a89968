package train

import (
	"math"

	. "github.com/gomlx/gomlx/core/graph"
)

// CrossEntropy is torch.nn.CrossEntropyLoss(reduction="mean") on logits [N, C] and class numbers [N] (int32). Softmax is part of the loss,
// not of the network. smoothing spreads that share of the target evenly over all classes (label_smoothing); classWeights, one per class or nil,
// weigh the pictures, and the mean is divided by the sum of the weights.
func CrossEntropy(logits, labels *Node, smoothing float64, classWeights []float32) *Node {
	g, classes := logits.Graph(), logits.Shape().Dimensions[1]
	logProbs := LogSoftmax(logits)                    // [N, C]
	target := OneHot(labels, classes, logits.DType()) // [N, C]
	weights := OnesLike(logits)                       // [N, C], of each class
	if classWeights != nil {
		weights = BroadcastToShape(Reshape(Const(g, classWeights), 1, classes), logits.Shape())
	}
	picture := ReduceAndKeep(Mul(target, weights), ReduceSum, 1) // [N, 1], the weight of its class
	hard := Neg(ReduceAllSum(Mul(Mul(target, weights), logProbs)))
	total := ReduceAllSum(picture)
	if smoothing == 0 {
		return Div(hard, total)
	}
	soft := Neg(ReduceAllSum(Mul(weights, logProbs))) // every class is a target, with its own weight
	loss := Add(MulScalar(hard, 1-smoothing), MulScalar(soft, smoothing/float64(classes)))
	return Div(loss, total)
}

// crossEntropy is the plain loss of one picture in float64, from its logits: what evaluation sums up.
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
