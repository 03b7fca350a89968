package explain

import (
	"fmt"
	"slices"

	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/transforms"
)

// Kernels holds a convolution's kernels over the three colours.
type Kernels struct {
	Layer  string    `json:"layer"`
	Shape  []int     `json:"shape"`  // [out, 3, k, k], PyTorch's
	Values []float32 `json:"values"` // in C order
}

// Filters copies the kernels of a network's first convolution, net.Conv1, which can be drawn as pictures. A convolution over a number of
// input channels other than three is an error that matches [ErrAsk].
func Filters(conv *nn.Conv2D) (*Kernels, error) {
	t, err := conv.Weight.Tensor()
	if err != nil {
		return nil, err
	}
	if t.Shape[1] != 3 {
		return nil, askError("the kernels of %s reach over %d channels: only kernels over the three colours can be drawn as pictures",
			conv.Name(), t.Shape[1])
	}
	values, err := t.Float32s()
	if err != nil {
		return nil, err
	}
	if err := checkFinite("kernels of "+conv.Name(), values); err != nil {
		return nil, err
	}
	return &Kernels{conv.Name(), t.Shape, values}, nil
}

// Images returns the kernels as pictures of k x k pixels. Middle grey is 0, and each kernel has its own range.
func (f *Kernels) Images() (pictures []*transforms.RGB) {
	k := f.Shape[3]
	for filter := range slices.Chunk(f.Values, 3*k*k) {
		most := max(slices.Max(filter), -slices.Min(filter))
		p := transforms.NewRGB(k, k)
		for i, v := range filter { // [3, k, k] -> [k, k, 3]
			if most > 0 {
				v /= most
			}
			p.Pix[i%(k*k)*3+i/(k*k)] = uint8(127.5 + 127.5*v)
		}
		pictures = append(pictures, p)
	}
	return pictures
}

// Picture draws all kernels, 16 in a row.
func (f *Kernels) Picture() *plots.Picture { return plots.Grid(f.Images(), nil, 16) }

// String returns the number and the size of the kernels in one line.
func (f *Kernels) String() string {
	if len(f.Shape) != 4 {
		return f.Layer
	}
	return fmt.Sprintf(plots.Pick("%s: %d kernels of %d x %d over three colours", "%s：%d 个 %d x %d 的三通道卷积核"), f.Layer, f.Shape[0], f.Shape[2], f.Shape[3])
}
