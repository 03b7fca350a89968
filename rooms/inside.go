package rooms

import (
	"fmt"
	"image"
	"maps"
	"slices"
	"strings"

	"resnetlab/resnetlib/explain"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/transforms"
)

// Sizes of the room "inside".
const (
	shownMaps  = 24
	mapSide    = 96  // pixels of a feature map or filter in the answer
	insideSide = 288 // of the picture with a heat map over it
)

// InsideArguments ask what the open network does with the open picture.
type InsideArguments struct {
	View   string `json:"view"`   // one of gradcam, saliency, occlusion, field, maps, filters
	Layer  string `json:"layer"`  // of gradcam, field and maps: "layer4"
	Target int    `json:"target"` // of gradcam, saliency and occlusion: a class, -1 for the most probable
	Row    int    `json:"row"`    // of field: a place of the layer's map
	Column int    `json:"column"`
}

// InsideAnswer has what the view shows; the fields of other views are empty.
type InsideAnswer struct {
	Seen    Pixels       `json:"seen"`              // what the network saw of the picture
	Guesses []Guess      `json:"guesses,omitempty"` // the most probable classes
	Heat    *InsideHeat  `json:"heat,omitempty"`
	Field   *InsideField `json:"field,omitempty"`
	Shape   []int        `json:"shape,omitempty"` // of the layer's output, or of the filters
	Tiles   []Pixels     `json:"tiles,omitempty"` // maps or filters
	Names   []int        `json:"names,omitempty"` // the channels of the tiles
}

// InsideHeat is a heat map over the picture.
type InsideHeat struct {
	Over   Pixels  `json:"over"`
	Class  string  `json:"class"`
	Prob   float64 `json:"prob"`
	Height int     `json:"height"`
	Width  int     `json:"width"`
	Most   float64 `json:"most"` // the largest value
}

// InsideField is the receptive field of a place; boxes are [x0, y0, x1, y1] in pixels of what the network saw.
type InsideField struct {
	Over      Pixels `json:"over"` // with the absolute gradient by each pixel
	Side      int    `json:"side"` // pixels of what the network saw
	Size      int    `json:"size"`
	Jump      int    `json:"jump"`
	Rows      int    `json:"rows"`
	Columns   int    `json:"columns"`
	Row       int    `json:"row"` // after it was moved into the map
	Column    int    `json:"column"`
	Box       [4]int `json:"box"`       // by the formula
	Effective [4]int `json:"effective"` // with 95 % of the gradient
}

// views compute what the room shows.
var views = map[string]func(*call, *explain.Explainer, *transforms.RGB, InsideArguments, *InsideAnswer) error{
	"gradcam":   (*call).viewGradCAM,
	"saliency":  (*call).viewSaliency,
	"occlusion": (*call).viewOcclusion,
	"field":     (*call).viewField,
	"maps":      (*call).viewMaps,
	"filters":   (*call).viewFilters,
}

// inside computes one view.
func inside(c *call, a InsideArguments) (answer InsideAnswer, err error) {
	view := views[a.View]
	if view == nil {
		return answer, fmt.Errorf("no view %q: there are %s", a.View, strings.Join(slices.Sorted(maps.Keys(views)), ", "))
	}
	e, err := c.explainer()
	if err != nil {
		return answer, err
	}
	photo, err := c.photo()
	if err != nil {
		return answer, err
	}
	answer.Seen = c.attach(enlarge(e.Preset.Eval(photo)))
	return answer, view(c, e, photo, a, &answer)
}

func (c *call) viewGradCAM(e *explain.Explainer, photo *transforms.RGB, a InsideArguments, answer *InsideAnswer) error {
	h, err := e.GradCAM(c, photo, a.Layer, a.Target)
	return c.heat(h, err, e.Classes, answer)
}

func (c *call) viewSaliency(e *explain.Explainer, photo *transforms.RGB, a InsideArguments, answer *InsideAnswer) error {
	h, err := e.Saliency(c, photo, a.Target)
	if err == nil {
		h = h.Blocks(max(1, e.Preset.Crop/48)) // single pixels are noise to the eye
	}
	return c.heat(h, err, e.Classes, answer)
}

func (c *call) viewOcclusion(e *explain.Explainer, photo *transforms.RGB, a InsideArguments, answer *InsideAnswer) error {
	h, err := e.Occlusion(c, photo, a.Target, explain.Occluder{})
	return c.heat(h, err, e.Classes, answer)
}

// heat puts a heat map and the network's guesses into the answer.
func (c *call) heat(h *explain.Heatmap, err error, classes []string, answer *InsideAnswer) error {
	if err != nil {
		return err
	}
	answer.Guesses = strongestGuesses(h.Logits, classes)
	answer.Heat = &InsideHeat{Over: c.attach(over(h.Height, h.Width, h.Values, h.Seen)), Class: h.Class, Prob: h.Prob, Height: h.Height, Width: h.Width,
		Most: slices.Max(h.Values)}
	return nil
}

// viewField shows what a place sees. A place outside a smaller map, left from another layer, is moved to its edge.
func (c *call) viewField(e *explain.Explainer, photo *transforms.RGB, a InsideArguments, answer *InsideAnswer) error {
	rows, columns := 0, 0
	for _, l := range e.Layers() {
		if l.Name == a.Layer && len(l.Output) == 4 {
			rows, columns = l.Output[1], l.Output[2]
		}
	}
	row, column := min(max(a.Row, 0), max(rows-1, 0)), min(max(a.Column, 0), max(columns-1, 0))
	r, err := e.ReceptiveFieldAt(c, photo, a.Layer, row, column)
	if err != nil {
		return err
	}
	answer.Field = &InsideField{Over: c.attach(over(r.Height, r.Width, r.Values, r.Seen)), Side: r.Width, Size: r.Size, Jump: r.Jump, Rows: rows, Columns: columns,
		Row: row, Column: column, Box: corners(r.Box), Effective: corners(r.Effective)}
	return nil
}

func (c *call) viewMaps(e *explain.Explainer, photo *transforms.RGB, a InsideArguments, answer *InsideAnswer) error {
	act, err := e.FeatureMaps(c, photo, a.Layer)
	if err != nil {
		return err
	}
	if len(act.Shape) != 4 {
		return fmt.Errorf("layer %s has no maps: its output is %v", a.Layer, act.Shape)
	}
	h, w := act.Shape[1], act.Shape[2]
	answer.Shape, answer.Names = act.Shape, act.StrongestChannels(shownMaps)
	for _, channel := range answer.Names {
		answer.Tiles = append(answer.Tiles, c.attach(plots.Heat{Width: w, Height: h, Values: act.Channel(channel)[:h*w]}.Image(mapSide, mapSide)))
	}
	return nil
}

func (c *call) viewFilters(e *explain.Explainer, _ *transforms.RGB, _ InsideArguments, answer *InsideAnswer) error {
	kernels, err := explain.Filters(e.Net.Conv1)
	if err != nil {
		return err
	}
	answer.Shape = kernels.Shape
	for i, tile := range kernels.Images() {
		answer.Tiles, answer.Names = append(answer.Tiles, c.attach(tile)), append(answer.Names, i)
	}
	return nil
}

// over draws a heat map over what the network saw, enlarged.
func over(height, width int, values []float64, seen *transforms.RGB) *transforms.RGB {
	return plots.Heat{Width: width, Height: height, Values: values}.Over(enlarge(seen))
}

// enlarge makes a small picture large enough for smooth colours over it.
func enlarge(p *transforms.RGB) *transforms.RGB {
	if p.Width >= insideSide {
		return p
	}
	return transforms.ResizeTo(p, insideSide, insideSide, transforms.Bilinear)
}

// corners returns a rectangle as [x0, y0, x1, y1].
func corners(r image.Rectangle) [4]int { return [4]int{r.Min.X, r.Min.Y, r.Max.X, r.Max.Y} }
