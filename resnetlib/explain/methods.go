package explain

import (
	"context"

	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/transforms"
)

// Question is what a [Method] is asked about one picture.
type Question struct {
	Picture *transforms.RGB
	Layer   string // for a method with NeedsLayer
	Target  int    // a class, or [Top]; only methods that explain a class read it
}

// Result is the answer of a [Method]. It can be encoded as JSON.
type Result interface {
	Picture() *plots.Picture // the result as a picture
	String() string          // the result in one line
}

// Method is one of the ways of explaining a picture, for programs that choose one by its name.
type Method struct {
	Name       string             // "gradcam"
	NeedsLayer bool               // it reads Question.Layer
	Gradients  bool               // it computes gradients
	Passes     func(side int) int // pictures that pass through the network, for a picture of side x side pixels
	Explain    func(ctx context.Context, e *Explainer, q Question) (Result, error)
}

// Methods lists every method. Its order is that of help texts; the first is the usual choice.
var Methods = []Method{
	{"gradcam", true, true, once, func(ctx context.Context, e *Explainer, q Question) (Result, error) {
		return result(e.GradCAM(ctx, q.Picture, q.Layer, q.Target))
	}},
	{"saliency", false, true, once, func(ctx context.Context, e *Explainer, q Question) (Result, error) {
		return result(e.Saliency(ctx, q.Picture, q.Target))
	}},
	{"occlusion", false, false, occlusionPasses, func(ctx context.Context, e *Explainer, q Question) (Result, error) {
		return result(e.Occlusion(ctx, q.Picture, q.Target, Occluder{}))
	}},
	{"features", true, false, once, func(ctx context.Context, e *Explainer, q Question) (Result, error) {
		return result(e.FeatureMaps(ctx, q.Picture, q.Layer))
	}},
	{"filters", false, false, never, func(_ context.Context, e *Explainer, _ Question) (Result, error) {
		return result(Filters(e.Net.Conv1))
	}},
	{"receptive-field", true, true, once, func(ctx context.Context, e *Explainer, q Question) (Result, error) {
		return result(e.ReceptiveField(ctx, q.Picture, q.Layer))
	}},
}

// result keeps a nil pointer from becoming a Result that is not nil.
func result[R Result](r R, err error) (Result, error) {
	if err != nil {
		return nil, err
	}
	return r, nil
}

func once(int) int  { return 1 }
func never(int) int { return 0 }
