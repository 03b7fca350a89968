package explain

import (
	"context"

	"github.com/gomlx/gomlx/ml/model"

	. "github.com/gomlx/gomlx/core/graph"

	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/transforms"
)

// GradCAM computes where a layer's features raise a class's logit (Selvaraju et al., arXiv:1610.02391): the sum over the channels k of
// w_k A_k, with A the layer's output [h, w, C] and w_k the mean, over all places, of the gradient of the logit by A_k. The map keeps its
// sign: negative values lower the logit; [Heatmap.ReLU] returns the paper's map. The network is in eval mode; target is a class or [Top].
//
//	map, err := e.GradCAM(ctx, picture, "layer4", explain.Top) // [7, 7] for a picture of 224 pixels
func (e *Explainer) GradCAM(ctx context.Context, picture *transforms.RGB, layer string, target int) (*Heatmap, error) {
	l, err := e.spatialLayer(layer)
	if err != nil {
		return nil, err
	}
	build := func(_ *model.Scope, in []*Node) []*Node {
		p := forward(e.Net, Eval, in[0])
		sum, class := score(p.logits, in[1])
		a := p.output[layer]                                            // [1, h, w, C]
		weights := ReduceAndKeep(Gradient(sum, a)[0], ReduceMean, 1, 2) // [1, 1, 1, C]
		return []*Node{ReduceSum(Mul(weights, a), -1), p.logits, class} // [1, h, w]
	}
	return e.heatmap(ctx, "Grad-CAM "+layer, build, picture, target, l.Output[1], l.Output[2])
}

// Saliency computes how strongly each pixel changes a class's logit (Simonyan et al., arXiv:1312.6034): the absolute gradient of the logit
// by the normalised input, averaged over the three channels, [crop, crop]. Target is a class or [Top].
func (e *Explainer) Saliency(ctx context.Context, picture *transforms.RGB, target int) (*Heatmap, error) {
	build := func(_ *model.Scope, in []*Node) []*Node {
		p := forward(e.Net, Eval, in[0])
		sum, class := score(p.logits, in[1])
		return []*Node{ReduceMean(Abs(Gradient(sum, in[0])[0]), -1), p.logits, class} // [1, H, W]
	}
	return e.heatmap(ctx, plots.Pick("saliency", "显著图"), build, picture, target, e.Preset.Crop, e.Preset.Crop)
}

// heatmap runs a graph of (images, target) -> (map, logits, class).
func (e *Explainer) heatmap(ctx context.Context, method string, build builder, picture *transforms.RGB, target, height, width int) (*Heatmap, error) {
	if err := e.checkTarget(target); err != nil {
		return nil, err
	}
	x, err := Input(e.Preset, picture)
	if err != nil {
		return nil, err
	}
	out, err := e.run(ctx, method, build, x, int32(target))
	if err != nil {
		return nil, err
	}
	h := e.newHeatmap(method, picture, out[1], int(out[2][0]))
	h.Height, h.Width, h.Values = height, width, widen(out[0])
	return h, nil
}
