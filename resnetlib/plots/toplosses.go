package plots

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot/vg/draw"

	"resnetlab/resnetlib/transforms"
)

// Verdict is a network's prediction for a labelled picture.
type Verdict struct {
	Image           *transforms.RGB
	True, Predicted string
	Prob            float64 // of the predicted class
	Loss            float64 // cross-entropy of the true class
}

// TopLosses draws pictures in the order given, usually those with the highest loss, each with its true class, the predicted one with its
// probability, and the loss. The colour of the frame tells mistakes from correct predictions, as in [ConfusionMatrix].
func TopLosses(verdicts []Verdict) *Picture {
	title := fmt.Sprintf(Pick("The %d pictures of the highest loss", "损失最大的 %d 张图片"), len(verdicts))
	if len(verdicts) == 0 {
		return nothing(title)
	}
	g := &grid{columns: 4}
	for _, v := range verdicts {
		g.images = append(g.images, v.Image)
		g.titles = append(g.titles, fmt.Sprintf("%s%s\n%s%s %s\n%s %s", say("true")+colon(), v.True, say("predicted")+colon(), v.Predicted, threeDecimals(v.Prob), say("loss"), threeDecimals(v.Loss)))
		g.frames = append(g.frames, map[bool]color.NRGBA{true: blue, false: vermillion}[v.True == v.Predicted])
	}
	g.tile = g.tileWidth()
	keys := []key{{name: say("mistaken"), colour: vermillion}, {name: say("correct"), colour: blue}}
	return newPicture(title, g.height()+frameHeight(len(keys))-2*margin, func(c draw.Canvas) {
		g.draw(draw.Crop(frame(c, title, keys), -margin, margin, -margin, margin)) // the grid has margins of its own
	})
}
