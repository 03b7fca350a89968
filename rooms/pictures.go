package rooms

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"resnetlab/resnetlib/transforms"
)

// Limits of the side of what the network sees, in pixels.
const (
	smallestInput = 32
	largestInput  = 224
)

// PicturesArguments say what happens to the reader's picture on its way into the network.
type PicturesArguments struct {
	Side    int    `json:"side"`    // of what the network sees
	Crop    string `json:"crop"`    // "center": Resize and CenterCrop; "random": RandomResizedCrop
	Seed    uint64 `json:"seed"`    // of the random crop
	Flip    bool   `json:"flip"`    // left and right are exchanged
	Mistake string `json:"mistake"` // one of mistakes
}

// PicturesAnswer shows what the network received and what it answered.
type PicturesAnswer struct {
	Source   Pixels     `json:"source"`   // the picture before the crop, small
	Size     [2]int     `json:"size"`     // its height and width in truth
	Resized  [2]int     `json:"resized"`  // height and width before CenterCrop; that of the box of a random crop
	Box      [4]float64 `json:"box"`      // what the crop shows: top, left, height and width as shares of the source
	Received Pixels     `json:"received"` // the network's input, by mean and std made into colours again
	Values   int        `json:"values"`   // buffer of the input: float32, [side, side, 3]
	Pixel    [3]uint8   `json:"pixel"`    // the middle pixel before normalising
	Input    [3]float32 `json:"input"`    // what the network received at its place
	Mean     [3]float32 `json:"mean"`     // of the network's preset
	Std      [3]float32 `json:"std"`
	Guesses  []Guess    `json:"guesses"` // the network's answer, the most probable first
	Right    []Guess    `json:"right"`   // its answer without the mistake
}

// mistake is something that goes wrong between a picture's file and the network. A nil function changes nothing.
type mistake struct {
	picture func(p *photograph) *transforms.RGB // in place of the upright picture
	preset  func(*transforms.Preset)
	input   func(x []float32) []float32 // [side, side, 3]
}

// mistakes by name. Each has been made in earnest, and none raises an error.
var mistakes = map[string]mistake{
	"none":     {},
	"bgr":      {picture: func(p *photograph) *transforms.RGB { return swapped(p.upright) }},
	"lying":    {picture: (*photograph).lying},
	"squashed": {picture: squashed},
	"nearest":  {preset: func(s *transforms.Preset) { s.Interpolation = transforms.Nearest }},
	"close":    {preset: func(s *transforms.Preset) { s.Resize *= 2 }},
	"plain":    {preset: func(s *transforms.Preset) { s.Mean, s.Std = [3]float32{}, [3]float32{1, 1, 1} }},
	"bytes":    {preset: func(s *transforms.Preset) { s.Mean, s.Std = [3]float32{}, [3]float32{1. / 255, 1. / 255, 1. / 255} }},
	"layout":   {input: misread},
}

// swapped exchanges red and blue, as OpenCV's imread returns them.
func swapped(p *transforms.RGB) *transforms.RGB {
	q := transforms.NewRGB(p.Width, p.Height)
	for i := 0; i < len(p.Pix); i += 3 {
		q.Pix[i], q.Pix[i+1], q.Pix[i+2] = p.Pix[i+2], p.Pix[i+1], p.Pix[i]
	}
	return q
}

// lying returns the picture as it lies in a file whose EXIF orientation is ignored. A picture without one is turned by 90 degrees, as phones do.
func (p *photograph) lying() *transforms.RGB {
	if p.orientation == 1 {
		return transforms.Orient(p.upright, 8)
	}
	return p.stored()
}

// squashed makes the picture square without regard to its shape, as Resize((n, n)) does.
func squashed(p *photograph) *transforms.RGB {
	side := min(p.upright.Height, p.upright.Width)
	return transforms.ResizeTo(p.upright, side, side, transforms.Bilinear)
}

// misread takes the values of [height, width, 3] for those of [3, height, width], as a reshape does where a permute was meant, and puts them into
// our layout.
func misread(x []float32) []float32 {
	out, plane := make([]float32, len(x)), len(x)/3
	for i := range plane {
		for channel := range 3 {
			out[3*i+channel] = x[channel*plane+i]
		}
	}
	return out
}

// pictures follows the reader's picture into the network, with the mistake and without it.
func pictures(c *call, a PicturesArguments) (answer PicturesAnswer, err error) {
	m, err := a.check()
	if err != nil {
		return answer, err
	}
	if _, err := c.photo(); err != nil {
		return answer, err
	}
	preset, err := c.preset(a.Side)
	if err != nil {
		return answer, err
	}
	answer.Mean, answer.Std = preset.Mean, preset.Std
	wrong := a.enter(c.session.photo, preset, m)
	answer.describe(c, wrong, preset)
	if answer.Guesses, err = c.guesses(wrong.input, a.Side); err != nil {
		return PicturesAnswer{}, err
	}
	answer.Right, err = c.guesses(a.enter(c.session.photo, preset, mistake{}).input, a.Side)
	return answer, err
}

func (a PicturesArguments) check() (m mistake, err error) {
	m, known := mistakes[a.Mistake]
	switch {
	case !known:
		return m, fmt.Errorf("there is no mistake %q, only %s", a.Mistake, strings.Join(slices.Sorted(maps.Keys(mistakes)), ", "))
	case a.Side < smallestInput || a.Side > largestInput:
		return m, fmt.Errorf("a side of %d pixels: it must be from %d to %d", a.Side, smallestInput, largestInput)
	case a.Crop != "center" && a.Crop != "random":
		return m, fmt.Errorf("there is no crop %q, only center and random", a.Crop)
	}
	return m, nil
}

// entry is a picture on its way into the network.
type entry struct {
	source  *transforms.RGB // before the crop
	resized [2]int
	box     [4]float64
	cropped *transforms.RGB
	input   []float32 // [side, side, 3]
}

// enter does the preprocessing of the preset, with a mistake.
func (a PicturesArguments) enter(p *photograph, preset transforms.Preset, m mistake) entry {
	e := entry{source: p.upright}
	if m.picture != nil {
		e.source = m.picture(p)
	}
	if m.preset != nil {
		m.preset(&preset)
	}
	if a.Crop == "random" {
		e.cropAtRandom(preset, a.Seed)
	} else {
		e.cropMiddle(preset)
	}
	if a.Flip {
		e.cropped = transforms.HFlip(e.cropped)
	}
	e.input = make([]float32, len(e.cropped.Pix))
	preset.Tensor(e.cropped, e.input)
	if m.input != nil {
		e.input = m.input(e.input)
	}
	return e
}

// cropAtRandom is torchvision's RandomResizedCrop.
func (e *entry) cropAtRandom(preset transforms.Preset, seed uint64) {
	p := e.source
	top, left, h, w := transforms.RandomResizedCropBox(transforms.Rand(seed, 0, 0), p.Width, p.Height)
	e.resized = [2]int{h, w}
	e.box = [4]float64{float64(top) / float64(p.Height), float64(left) / float64(p.Width), float64(h) / float64(p.Height), float64(w) / float64(p.Width)}
	e.cropped = transforms.ResizedCrop(p, top, left, h, w, preset.Crop, preset.Crop, preset.Interpolation)
}

// cropMiddle is Resize and CenterCrop.
func (e *entry) cropMiddle(preset transforms.Preset) {
	e.cropped = preset.Eval(e.source)
	shorter := min(e.source.Height, e.source.Width)
	height, width := e.source.Height*preset.Resize/shorter, e.source.Width*preset.Resize/shorter // the fraction is dropped, as Resize does
	h, w := float64(preset.Crop)/float64(height), float64(preset.Crop)/float64(width)
	e.resized, e.box = [2]int{height, width}, [4]float64{(1 - h) / 2, (1 - w) / 2, h, w}
}

// describe puts what is shown of the entry into the answer.
func (answer *PicturesAnswer) describe(c *call, e entry, preset transforms.Preset) {
	answer.Source, answer.Size = c.attach(shrink(e.source, 2*previewSide)), [2]int{e.source.Height, e.source.Width}
	answer.Resized, answer.Box = e.resized, e.box
	answer.Received = c.attach(colours(e.input, preset))
	answer.Values = c.attachFloats(e.input)
	middle := 3 * (preset.Crop/2*preset.Crop + preset.Crop/2)
	copy(answer.Pixel[:], e.cropped.Pix[middle:])
	copy(answer.Input[:], e.input[middle:])
}

// colours undoes the normalisation of the preset: x * std + mean, cut at black and white.
func colours(x []float32, preset transforms.Preset) *transforms.RGB {
	p := transforms.NewRGB(preset.Crop, preset.Crop)
	for i, v := range x {
		p.Pix[i] = uint8(math.Round(255 * min(max(float64(v*preset.Std[i%3]+preset.Mean[i%3]), 0), 1)))
	}
	return p
}
