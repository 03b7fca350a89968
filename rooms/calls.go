package rooms

// calls are the computations that a page can ask for. The name of a room is that of its main computation.
var calls = map[string]func(*call) (any, error){
	"batchnorm":  handler(batchnorm),
	"block":      handler(block),
	"drawings":   handler(drawings),
	"dropout":    handler(dropout),
	"groups":     handler(groups),
	"inside":     handler(inside),
	"mates":      handler(mates),
	"network":    handler(openNetwork),
	"normtrain":  handler(normTrain),
	"photo":      handler(openPhoto),
	"pictures":   handler(pictures),
	"race":       handler(race),
	"spread":     handler(spread),
	"transfer":   handler(transferTo),
	"weightfile": handler(openWeightFile),
	"weights":    handler(compareWeights),
}
