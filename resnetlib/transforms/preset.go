package transforms

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Preset is the preprocessing that belongs to a set of weights; a run keeps it in run.json.
type Preset struct {
	Resize        int        `json:"resize"` // length of the shorter side
	Crop          int        `json:"crop"`   // side of the square that the network sees
	Interpolation Filter     `json:"interpolation"`
	Mean          [3]float32 `json:"mean"` // of R, G, B in 0..1
	Std           [3]float32 `json:"std"`
	Exif          bool       `json:"exif,omitempty"` // pictures are turned as their EXIF orientation says, before all else
}

// DecodeFile reads a picture file, turned upright if the preset says so. Errors name the file.
func (s Preset) DecodeFile(path string) (*RGB, error) { return fromFile(path, s.Decode) }

// Decode reads a picture from a file's bytes, turned upright if the preset says so.
func (s Preset) Decode(file []byte) (*RGB, error) {
	p, err := Decode(file)
	if err == nil && s.Exif {
		p = Upright(p, file)
	}
	return p, err
}

// EvalPreset returns ImageNet's preprocessing at the given input size: the shorter side to round(size*256/224), the
// middle size x size pixels, ImageNet's mean and standard deviation.
func EvalPreset(imageSize int) Preset {
	return Preset{
		Resize: int(math.RoundToEven(float64(imageSize) * 256 / 224)),
		Crop:   imageSize,
		Mean:   [3]float32{0.485, 0.456, 0.406},
		Std:    [3]float32{0.229, 0.224, 0.225},
	}
}

// Eval resizes the shorter side and crops the middle, as in validation and prediction. It computes only what the crop shows.
func (s Preset) Eval(p *RGB) *RGB {
	plan, ok := s.evalPlan(p.Height, p.Width)
	if !ok {
		return CenterCrop(Resize(p, s.Resize, s.Interpolation), s.Crop, s.Crop)
	}
	return plan.apply(whole(p).part(plan.need))
}

// evalPlan plans Eval in one step. ok is false where the crop is larger than the resized picture, or nothing is resampled.
func (s Preset) evalPlan(height, width int) (p plan, ok bool) {
	toHeight, toWidth := resizedShape(height, width, s.Resize)
	box := centerBox(toHeight, toWidth, s.Crop, s.Crop)
	if !box.inside(toHeight, toWidth) || s.Interpolation == Nearest {
		return plan{}, false
	}
	return newPlan(height, width, toHeight, toWidth, s.Interpolation, box), true
}

// Train draws a random resized crop and, half of the time, mirrors it, as torchvision's training presets do.
func (s Preset) Train(p *RGB, rnd *rand.Rand) *RGB {
	top, left, h, w := RandomResizedCropBox(rnd, p.Width, p.Height)
	return s.maybeFlip(ResizedCrop(p, top, left, h, w, s.Crop, s.Crop, s.Interpolation), rnd)
}

func (s Preset) maybeFlip(p *RGB, rnd *rand.Rand) *RGB {
	if rnd.Float64() < 0.5 {
		return HFlip(p)
	}
	return p
}

// Tensor writes (v/255 - mean) / std of every value of p into dst, [Height, Width, 3], in float32 as torchvision's
// ToTensor and Normalize do. It panics if dst is shorter than p.
func (s Preset) Tensor(p *RGB, dst []float32) {
	if len(dst) < len(p.Pix) {
		panic(fmt.Sprintf("Preset.Tensor: a picture of %dx%d needs %d values, dst has %d", p.Height, p.Width, len(p.Pix), len(dst)))
	}
	var table [3][256]float32
	for c := range table {
		for v := range table[c] {
			table[c][v] = (float32(v)/255 - s.Mean[c]) / s.Std[c]
		}
	}
	for i := 0; i+3 <= len(p.Pix); i += 3 {
		px, to := p.Pix[i:i+3:i+3], dst[i:i+3:i+3]
		to[0], to[1], to[2] = table[0][px[0]], table[1][px[1]], table[2][px[2]]
	}
}
