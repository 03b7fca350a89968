package nn

import "github.com/gomlx/gomlx/core/graph"

// LossOption is an option of [CrossEntropy].
type LossOption func(*lossOptions)

type lossOptions struct {
	smoothing    float64
	classWeights []float32
}

// LabelSmoothing spreads this share of the target evenly over all classes (Szegedy et al., arXiv:1512.00567): label_smoothing in PyTorch.
// 0 is the plain loss.
func LabelSmoothing(share float64) LossOption { return func(o *lossOptions) { o.smoothing = share } }

// ClassWeights multiplies the loss of a sample by the weight of its class, one weight for each class, and divides the batch's sum by the sum of
// the samples' weights: weight in PyTorch. nil is the plain loss.
func ClassWeights(w []float32) LossOption { return func(o *lossOptions) { o.classWeights = w } }

// CrossEntropy computes the mean cross-entropy of a batch from its logits [N, C] and its class numbers [N] (int32): torch.nn.CrossEntropyLoss with
// reduction="mean". The softmax is part of the loss, not of the network. The result is a scalar.
func CrossEntropy(logits, labels *Node, options ...LossOption) *Node {
	var o lossOptions
	for _, option := range options {
		option(&o)
	}
	classes := logits.Shape().Dimensions[1]
	logProbs := graph.LogSoftmax(logits)                                         // [N, C]
	weights := o.weights(logits)                                                 // [N, C]
	target := graph.Mul(graph.OneHot(labels, classes, logits.DType()), weights)  // [N, C], weighted
	total := graph.ReduceAllSum(graph.ReduceAndKeep(target, graph.ReduceSum, 1)) // scalar: the sum of the samples' weights
	hard := graph.Neg(graph.ReduceAllSum(graph.Mul(target, logProbs)))           // scalar
	if o.smoothing == 0 {
		return graph.Div(hard, total)
	}
	soft := graph.Neg(graph.ReduceAllSum(graph.Mul(weights, logProbs))) // scalar: every class is a target, with its own weight
	hard, soft = graph.MulScalar(hard, 1-o.smoothing), graph.MulScalar(soft, o.smoothing/float64(classes))
	return graph.Div(graph.Add(hard, soft), total)
}

// weights repeats the class weights for every sample: [N, C], all ones without any.
func (o lossOptions) weights(logits *Node) *Node {
	if o.classWeights == nil {
		return graph.OnesLike(logits)
	}
	w := graph.Reshape(graph.Const(logits.Graph(), o.classWeights), 1, logits.Shape().Dimensions[1])
	return graph.BroadcastToShape(w, logits.Shape())
}
