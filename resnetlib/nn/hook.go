package nn

import "github.com/gomlx/gomlx/ml/model"

// Hook sees, and may replace, the output of every module while a graph is built: PyTorch's forward hook. Inner modules come
// before the ones around them. Summary, feature maps, Grad-CAM and the batch-norm lab are all hooks, so a network is written once.
type Hook func(m Module, y *Node) *Node

const hookKey = "/nn/hook"

// WithHook puts a hook on a graph; call it before Forward.
func WithHook(g *Graph, h Hook) { model.SetGraphParam(g, hookKey, h) }

// Observe hands a module's output to the graph's hook and returns what the hook makes of it.
func Observe(m Module, y *Node) *Node {
	if h, ok := model.GetGraphParam(y.Graph(), hookKey); ok {
		return h.(Hook)(m, y)
	}
	return y
}
