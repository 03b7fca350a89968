package transforms

import (
	"image"
	"math/rand/v2"

	"resnetlab/resnetlib/transforms/jpeg"
)

// The functions here take a file's bytes. For a JPEG they decode only what the crop shows, which is the
// larger part of the input pipeline's time.

// TrainEncoded returns what Train makes of s.Decode(file), without decoding what the random crop leaves out.
func (s Preset) TrainEncoded(file []byte, rnd *rand.Rand) (*RGB, error) {
	if Format(file) != "jpeg" || s.Exif {
		p, err := s.Decode(file)
		if err != nil {
			return nil, err
		}
		return s.Train(p, rnd), nil
	}
	width, height, err := jpeg.DecodeConfig(file)
	if err != nil {
		return nil, err
	}
	top, left, h, w := RandomResizedCropBox(rnd, width, height)
	p, err := jpeg.DecodeRegion(file, image.Rect(left, top, left+w, top+h))
	if err != nil {
		return nil, err
	}
	return s.maybeFlip(ResizeTo((*RGB)(p), s.Crop, s.Crop, s.Interpolation), rnd), nil
}

// EvalFile returns what Eval makes of the picture in a file, as EvalEncoded does. Errors name the file.
func (s Preset) EvalFile(path string) (*RGB, error) { return fromFile(path, s.EvalEncoded) }

// EvalEncoded returns what Eval makes of s.Decode(file), without decoding what the central crop leaves out.
func (s Preset) EvalEncoded(file []byte) (*RGB, error) {
	if Format(file) == "jpeg" && !s.Exif {
		width, height, err := jpeg.DecodeConfig(file)
		if err != nil {
			return nil, err
		}
		if plan, ok := s.evalPlan(height, width); ok {
			n := plan.need
			p, err := jpeg.DecodeRegion(file, image.Rect(n.left, n.top, n.left+n.width, n.top+n.height))
			if err != nil {
				return nil, err
			}
			return plan.apply(whole((*RGB)(p))), nil
		}
	}
	p, err := s.Decode(file)
	if err != nil {
		return nil, err
	}
	return s.Eval(p), nil
}
