package nn

import "github.com/gomlx/gomlx/ml/model"

// Hook is called with the output of every module while a graph is built, and returns the output to use in its place: PyTorch's forward hook. A
// block's layers are seen before the block.
type Hook func(m Module, y *Node) *Node

const hookKey = "/nn/hook"

// WithHook sets the hook of a graph. Call it before Forward.
func WithHook(g *Graph, h Hook) { model.SetGraphParam(g, hookKey, h) }

// Observe calls the graph's hook, if it has one, and returns the output that the hook returns. Every module's Forward ends with it.
func Observe(m Module, y *Node) *Node {
	if h, ok := model.GetGraphParam(y.Graph(), hookKey); ok {
		return h.(Hook)(m, y)
	}
	return y
}
