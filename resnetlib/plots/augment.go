package plots

import (
	"fmt"

	"resnetlab/resnetlib/transforms"
)

// Draws says which random augmentations [Augmentations] draws.
type Draws struct {
	Count int    // pictures, one for each epoch
	Seed  uint64 // of the loader
}

// Augmentations draws a picture beside what training sees of it: random crops and flips of the preset, as the loader makes them in the first
// epochs for the picture with index 0. The crop's side is the preset's.
func Augmentations(img *transforms.RGB, preset transforms.Preset, draws Draws) *Picture {
	if img == nil || draws.Count < 1 {
		return nothing(say("original"))
	}
	images, titles := []*transforms.RGB{img}, []string{fmt.Sprintf("%s %d × %d", say("original"), img.Height, img.Width)}
	for epoch := range draws.Count {
		images = append(images, preset.Train(img, transforms.Rand(draws.Seed, epoch, 0)))
		titles = append(titles, fmt.Sprintf(Pick("epoch %d", "第 %d 个 epoch"), epoch+1))
	}
	return Grid(images, titles, 0)
}
