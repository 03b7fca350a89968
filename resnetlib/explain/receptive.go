package explain

import (
	"context"
	"fmt"
	"image"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/ml/model"

	. "github.com/gomlx/gomlx/core/graph"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/transforms"
)

// Field is the receptive field of a layer by the closed form: the part of the picture that one place of its output depends on.
type Field struct {
	Layer string  `json:"layer"`
	Size  int     `json:"size"`  // side of the square in pixels
	Jump  int     `json:"jump"`  // pixels of the picture from one place to the next: the product of the strides so far
	Start float64 `json:"start"` // centre of the first place's field, in pixels from the upper left corner: a pixel's centre is at .5
}

// Fields computes the receptive field of every layer by the closed form (Araujo et al., 2019, "Computing receptive fields of convolutional
// neural networks", doi 10.23915/distill.00021): a kernel k with stride s and padding p makes of (size, jump, start)
//
//	size + (k-1)*jump, jump*s, start + ((k-1)/2 - p)*jump
//
// A block's field is that of its main branch: the 1x1 convolution of a shortcut sees less.
func (e *Explainer) Fields() []Field {
	at := Field{Size: 1, Jump: 1, Start: 0.5}
	var fields []Field
	for _, m := range e.modules {
		name := m.Module.Name()
		if _, ok := m.Module.(*models.Downsample); ok { // back to the block's input
			inner := func(f Field) bool { return strings.HasPrefix(f.Layer, name+".") }
			first := slices.IndexFunc(fields, inner)
			fields = slices.DeleteFunc(fields, inner)
			at = Field{Size: 1, Jump: 1, Start: 0.5}
			if first > 0 {
				at = fields[first-1]
			}
			continue
		}
		if layer, ok := m.Module.(nn.Describer); ok {
			if window := layer.Describe(); window.Kernel > 0 {
				at = at.through(window.Kernel, window.Stride, window.Padding)
			}
		}
		if len(m.Output) != 4 {
			break
		}
		at.Layer = name
		fields = slices.DeleteFunc(fields, func(f Field) bool { return f.Layer == name }) // a ReLU's last call counts
		fields = append(fields, at)
	}
	return fields
}

// through returns the field after a layer with such a window.
func (f Field) through(kernel, stride, padding int) Field {
	f.Start += (float64(kernel-1)/2 - float64(padding)) * float64(f.Jump)
	f.Size += (kernel - 1) * f.Jump
	f.Jump *= stride
	return f
}

// Square returns the field of the place [row, column] in pixels of the picture; it may reach beyond the picture, into the padding.
func (f Field) Square(row, column int) image.Rectangle {
	corner := func(place int) int { return int(f.Start + float64(place*f.Jump) - float64(f.Size)/2) }
	x, y := corner(column), corner(row)
	return image.Rect(x, y, x+f.Size, y+f.Size)
}

// ReceptiveField is a layer's receptive field, by formula and measured.
type ReceptiveField struct {
	Field
	Row       int             `json:"row"` // the place of the layer's map that was looked at
	Column    int             `json:"column"`
	Box       image.Rectangle `json:"box"`       // its field by the formula, in pixels
	Measured  image.Rectangle `json:"measured"`  // the smallest rectangle around all pixels with a gradient
	Effective image.Rectangle `json:"effective"` // the smallest square, centred on the place, that holds 95 % of the gradient
	Height    int             `json:"height"`
	Width     int             `json:"width"`
	Values    []float64       `json:"values"` // [Height, Width]: absolute gradient by each pixel
	Seen      *transforms.RGB `json:"-"`      // the picture as the network saw it
}

// ReceptiveField measures what the middle of a layer's map sees of a picture: the absolute gradient, by the input, of the sum of that
// place's channels. Most of the gradient lies near the middle, in a part much smaller than the formula's square (Luo et al.,
// arXiv:1701.04128).
func (e *Explainer) ReceptiveField(ctx context.Context, picture *transforms.RGB, layer string) (*ReceptiveField, error) {
	l, err := e.spatialLayer(layer)
	if err != nil {
		return nil, err
	}
	return e.ReceptiveFieldAt(ctx, picture, layer, l.Output[1]/2, l.Output[2]/2)
}

// ReceptiveFieldAt measures what one place of a layer's map sees, as [Explainer.ReceptiveField] does for its middle.
func (e *Explainer) ReceptiveFieldAt(ctx context.Context, picture *transforms.RGB, layer string, row, column int) (*ReceptiveField, error) {
	l, err := e.spatialLayer(layer)
	if err != nil {
		return nil, err
	}
	if row < 0 || row >= l.Output[1] || column < 0 || column >= l.Output[2] {
		return nil, askError("layer %s has no place [%d, %d]: its map has %d rows and %d columns", layer, row, column, l.Output[1], l.Output[2])
	}
	fields := e.Fields()
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Layer == layer })
	if i < 0 {
		return nil, askError("layer %s lies on a shortcut: take the block it belongs to", layer)
	}
	r := &ReceptiveField{Field: fields[i], Row: row, Column: column, Height: e.Preset.Crop, Width: e.Preset.Crop}
	x, err := Input(e.Preset, picture)
	if err != nil {
		return nil, err
	}
	build := func(_ *model.Scope, in []*Node) []*Node {
		y := forward(e.Net, Eval, in[0]).output[layer] // [1, h, w, C]
		places := Iota(y.Graph(), shapes.Make(dtypes.Int32, y.Shape().Dimensions...), 1)
		inRow := Equal(places, in[1])
		inColumn := Equal(Iota(y.Graph(), places.Shape(), 2), in[2])
		place := ReduceAllSum(Where(LogicalAnd(inRow, inColumn), y, ZerosLike(y)))
		return []*Node{ReduceSum(Abs(Gradient(place, in[0])[0]), -1)} // [1, H, W]
	}
	out, err := e.run(ctx, "receptive field of "+layer, build, x, int32(row), int32(column))
	if err != nil {
		return nil, err
	}
	r.Values, r.Seen = widen(out[0]), e.Preset.Eval(picture)
	r.Box = r.Field.Square(r.Row, r.Column)
	r.measure()
	return r, nil
}

// measure computes the rectangles around the gradient.
func (r *ReceptiveField) measure() {
	total := 0.0
	for i, v := range r.Values {
		if total += v; v != 0 {
			r.Measured = r.Measured.Union(image.Rect(i%r.Width, i/r.Width, i%r.Width+1, i/r.Width+1))
		}
	}
	centre := image.Pt((r.Box.Min.X+r.Box.Max.X)/2, (r.Box.Min.Y+r.Box.Max.Y)/2)
	for half := 0; half <= max(r.Size, r.Jump); half++ {
		r.Effective = image.Rect(centre.X-half, centre.Y-half, centre.X+half+1, centre.Y+half+1)
		if r.inside(r.Effective) >= 0.95*total {
			return
		}
	}
}

// inside returns the part of the gradient in a box.
func (r *ReceptiveField) inside(box image.Rectangle) (sum float64) {
	box = box.Intersect(image.Rect(0, 0, r.Width, r.Height))
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			sum += r.Values[y*r.Width+x]
		}
	}
	return sum
}

// Picture draws the picture with the formula's square and the one that holds 95 % of the gradient, and the gradient over it.
func (r *ReceptiveField) Picture() *plots.Picture {
	title := fmt.Sprintf(plots.Pick("Receptive field of %s: %d pixels, a jump of %d", "%s 的感受野：%d 像素，间隔 %d"), r.Layer, r.Size, r.Jump)
	return plots.HeatMap(title, r.Seen, plots.Heat{Width: r.Width, Height: r.Height, Values: r.Values},
		plots.Box{Name: plots.Pick("by the formula", "按公式计算"), Rectangle: r.Box},
		plots.Box{Name: plots.Pick("95 % of the gradient", "95% 的梯度"), Rectangle: r.Effective})
}

// String returns the sizes of both squares in one line.
func (r *ReceptiveField) String() string {
	return fmt.Sprintf(plots.Pick("%s: receptive field %d x %d pixels, a jump of %d; 95 %% of the gradient within %d x %d",
		"%s：感受野 %d x %d 像素，间隔 %d；95%% 的梯度在 %d x %d 之内"), r.Layer, r.Size, r.Size, r.Jump, r.Effective.Dx(), r.Effective.Dy())
}
