package explain

import (
	"image/color"
	"testing"

	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/plots"
)

// Colours of package plots' style.
var (
	blue       = color.NRGBA{0x00, 0x72, 0xB2, 255}
	vermillion = color.NRGBA{0xD5, 0x5E, 0x00, 255}
	green      = color.NRGBA{0x00, 0x9E, 0x73, 255}
	sky        = color.NRGBA{0x56, 0xB4, 0xE9, 255}
)

// pixelsOf counts a picture's pixels by colour.
func pixelsOf(p *plots.Picture) map[color.NRGBA]int {
	img, counts := p.Image(), map[color.NRGBA]int{}
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			counts[color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)]++
		}
	}
	return counts
}

// Every picture is drawn once in Chinese: as wide as a cell, with all its series, frames or tiles, and not blank.
func TestEveryResultDrawsItsPicture(t *testing.T) {
	before := plots.Speak
	t.Cleanup(func() { plots.Speak = before })
	plots.Speak = plots.Chinese
	e := build(t, models.Config{Layers: []int{1, 1}}, 64)
	b := testbackend.Open(t, "go")
	pictures, labels := drawn(t, 8)
	n := ok(e.BatchNorm(ctx, Eval, pictures, "bn1"))(t)
	h := ok(NewHistory(e.Net.Net, "bn1"))(t)
	if err := h.Record(); err != nil {
		t.Fatal(err)
	}
	small := []NamedConfig{{"a", models.Config{Layers: []int{1, 1}, NumClasses: 5}}, {"b", models.Config{Layers: []int{1, 1}, NumClasses: 5, Plain: true}}}
	depth := ok(Depth(ctx, b, Batch{e.Preset, pictures, labels}, small...))(t)
	for name, c := range map[string]struct {
		picture *plots.Picture
		colours []color.NRGBA
		kinds   int // of colours, at least: a photograph or a map has many
	}{
		"gradcam":   {ok(e.GradCAM(ctx, pictures[0], "layer2", Top))(t).Picture(), []color.NRGBA{blue, vermillion}, 1000},
		"saliency":  {ok(e.Saliency(ctx, pictures[0], Top))(t).Picture(), nil, 1000},
		"features":  {ok(e.FeatureMaps(ctx, pictures[0], "layer1"))(t).Picture(), nil, 500},
		"filters":   {ok(Filters(e.Net.Conv1))(t).Picture(), nil, 1000},
		"field":     {ok(e.ReceptiveField(ctx, pictures[0], "layer1"))(t).Picture(), []color.NRGBA{vermillion, sky}, 1000},
		"bn":        {n.Picture(), []color.NRGBA{blue, vermillion}, 4},
		"bn5":       {n.Channel(5), []color.NRGBA{blue, vermillion}, 4},
		"running":   {n.Statistics(), []color.NRGBA{blue, vermillion}, 4},
		"spread":    {ok(n.BatchMeans(5, 1, 4, 16))(t).Picture(), []color.NRGBA{vermillion, green}, 4},
		"momentum":  {ok(Momentum(ctx, b, Batch{Preset: e.Preset, Pictures: pictures}, 9, 0.1, 0.5))(t).Picture(), []color.NRGBA{blue, vermillion}, 4},
		"mates":     {ok(e.BatchMates(ctx, pictures[0], pictures[1:3], pictures[4:7]))(t).Picture(), []color.NRGBA{blue, vermillion, green}, 4},
		"history":   {h.Picture(), []color.NRGBA{sky}, 3},
		"movement":  {Movement{{"conv1", 1, 0.5}, {"fc", 2, 1}}.Picture(), []color.NRGBA{blue}, 4},
		"gradients": {depth.Picture(), []color.NRGBA{blue, vermillion}, 4},
		"outputs":   {depth.Activations(), []color.NRGBA{blue, vermillion}, 4},
	} {
		counts := pixelsOf(c.picture)
		if c.picture.Width != 900 || c.picture.Height < 120 || len(counts) < c.kinds {
			t.Errorf("%s: %d x %d pixels of %d colours", name, c.picture.Width, c.picture.Height, len(counts))
		}
		for _, colour := range c.colours {
			if counts[colour] < 20 {
				t.Errorf("%s: %d pixels of %v", name, counts[colour], colour)
			}
		}
	}
}
