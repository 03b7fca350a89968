package plots

import (
	"fmt"

	"resnetlab/resnetlib/transforms"
)

// Augmentations shows a picture beside what training sees of it: draws random crops and flips of the preset, those of the loader's first
// epochs for a picture with index 0 and the seed. The crop's side is the preset's.
func Augmentations(img *transforms.RGB, preset transforms.Preset, draws int, seed uint64) *Picture {
	if img == nil || draws < 1 {
		return nothing(say("original"))
	}
	images, titles := []*transforms.RGB{img}, []string{fmt.Sprintf("%s %d × %d", say("original"), img.Height, img.Width)}
	for epoch := range draws {
		images = append(images, preset.Train(img, transforms.Rand(seed, epoch, 0)))
		titles = append(titles, fmt.Sprintf(Pick("epoch %d", "第 %d 个 epoch"), epoch+1))
	}
	return Grid(images, titles, 0)
}
