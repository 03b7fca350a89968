package explain

import (
	"context"

	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/transforms"
)

// Occluder is the square that [Explainer.Occlusion] moves over the picture.
type Occluder struct {
	Side   int // in pixels; 0: a seventh of the picture's side
	Stride int // pixels from one place to the next; 0: half of Side
}

// orDefault replaces zeros for a picture of crop x crop pixels.
func (o Occluder) orDefault(crop int) (Occluder, error) {
	if o.Side == 0 {
		o.Side = max(1, crop/7)
	}
	if o.Stride == 0 {
		o.Stride = max(1, o.Side/2)
	}
	if o.Side < 1 || o.Stride < 1 || o.Side > crop {
		return Occluder{}, askError("a square of %d pixels in steps of %d does not fit a picture of %d", o.Side, o.Stride, crop)
	}
	return o, nil
}

// occlusionBatch is the number of covered pictures in a forward pass.
const occlusionBatch = 8

// Occlusion covers one place of the picture after the other with a square of the mean colour and measures by how much the class's
// probability falls (Zeiler and Fergus, arXiv:1311.2901). The value of a pixel is the mean over the squares that covered it: positive where
// the class depends on what was covered, negative where covering it raises the probability. It needs no gradient, but
// ((crop-Side)/Stride + 1)^2 forward passes. Target is a class or [Top].
func (e *Explainer) Occlusion(ctx context.Context, picture *transforms.RGB, target int, o Occluder) (*Heatmap, error) {
	if err := e.checkTarget(target); err != nil {
		return nil, err
	}
	side := e.Preset.Crop
	o, err := o.orDefault(side)
	if err != nil {
		return nil, err
	}
	x, err := pixels(e.Preset, picture)
	if err != nil {
		return nil, err
	}
	forward, err := predict.NewForward(e.backend, e.Net, occlusionBatch)
	if err != nil {
		return nil, err
	}
	defer forward.Finalize()
	s := &slide{forward: forward, x: x, side: side, o: o}
	return e.slide(ctx, s, picture, target)
}

// occlusionPasses returns the number of pictures that pass through the network for a picture of side x side pixels: it, and it covered at each place.
func occlusionPasses(side int) int {
	o, err := Occluder{}.orDefault(side)
	if err != nil {
		return 1
	}
	s := slide{side: side, o: o}
	return 1 + len(s.places())
}

// slide is one picture and the square on it.
type slide struct {
	forward *predict.Forward
	x       []float32 // [side, side, 3], normalised: 0 is the mean colour
	side    int
	o       Occluder
}

func (e *Explainer) slide(ctx context.Context, s *slide, picture *transforms.RGB, target int) (*Heatmap, error) {
	rows, err := s.logits(s.x, 1)
	if err != nil {
		return nil, err
	}
	if target == Top {
		target = predict.NewResult(rows[0]).Index
	}
	h := e.newHeatmap(plots.Pick("occlusion", "遮挡"), picture, rows[0], target)
	h.Height, h.Width, h.Values = s.side, s.side, make([]float64, s.side*s.side)
	times := make([]float64, s.side*s.side)
	places := s.places()
	for len(places) > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n := min(occlusionBatch, len(places))
		probs, err := s.covered(places[:n], target)
		if err != nil {
			return nil, err
		}
		for i, place := range places[:n] {
			s.each(place, func(p int) { h.Values[p] += h.Prob - probs[i]; times[p]++ })
		}
		places = places[n:]
	}
	for p := range h.Values {
		h.Values[p] /= max(1, times[p])
	}
	return h, nil
}

// logits computes the logits of n pictures, which must be finite.
func (s *slide) logits(x []float32, n int) ([][]float32, error) {
	rows, err := s.forward.Logits(x, n, s.side, s.side)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if err := checkFinite("occlusion", row); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// places returns the upper left corners [y, x] of the square; the last in each direction touches the edge.
func (s *slide) places() (places [][2]int) {
	var at []int
	for p := 0; p < s.side-s.o.Side; p += s.o.Stride {
		at = append(at, p)
	}
	at = append(at, s.side-s.o.Side)
	for _, y := range at {
		for _, x := range at {
			places = append(places, [2]int{y, x})
		}
	}
	return places
}

// covered returns the target's probability with the square at each of the places.
func (s *slide) covered(places [][2]int, target int) ([]float64, error) {
	batch := make([]float32, 0, len(places)*len(s.x))
	for _, place := range places {
		batch = append(batch, s.x...)
		picture := batch[len(batch)-len(s.x):]
		s.each(place, func(p int) { clear(picture[3*p : 3*p+3]) })
	}
	rows, err := s.logits(batch, len(places))
	if err != nil {
		return nil, err
	}
	probs := make([]float64, len(rows))
	for i, row := range rows {
		probs[i] = predict.Softmax(row)[target]
	}
	return probs, nil
}

// each calls f with the index of every pixel under the square.
func (s *slide) each(place [2]int, f func(pixel int)) {
	for y := place[0]; y < place[0]+s.o.Side; y++ {
		for x := place[1]; x < place[1]+s.o.Side; x++ {
			f(y*s.side + x)
		}
	}
}
