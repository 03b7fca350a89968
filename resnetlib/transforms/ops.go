package transforms

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Op is one named step of preprocessing, as "resize:256" of the command line.
type Op struct {
	Name string // as written, with its arguments
	do   func(p *RGB, file []byte) *RGB
}

// Apply does the steps in order. file is the picture's file, which only the step exif looks at.
func Apply(ops []Op, p *RGB, file []byte) *RGB {
	for _, op := range ops {
		p = op.do(p, file)
	}
	return p
}

// maxSide bounds a side that a step may ask for.
const maxSide = 1 << 16

// OpsUsage says what ParseOps understands.
const OpsUsage = "resize:256, resize:192x320 (height x width), either with :bicubic or :nearest; center-crop:224 or center-crop:HxW; " +
	"resized-crop:TOP:LEFT:HEIGHT:WIDTH:224 (or ...:HxW, and :bicubic); hflip; vflip; brightness:1.3; contrast:0.7; " +
	"saturation:1.5; hue:0.1; grayscale; exif"

// ParseOps reads a comma-separated list of steps.
func ParseOps(list string) ([]Op, error) {
	var ops []Op
	if strings.TrimSpace(list) == "" {
		return nil, nil
	}
	for word := range strings.SplitSeq(list, ",") {
		word = strings.TrimSpace(word)
		do, err := parseOp(word)
		if err != nil {
			return nil, fmt.Errorf("step %q: %w", word, err)
		}
		ops = append(ops, Op{Name: word, do: do})
	}
	return ops, nil
}

func parseOp(word string) (func(*RGB, []byte) *RGB, error) {
	name, rest, _ := strings.Cut(word, ":")
	a := arguments{list: strings.Split(rest, ":")}
	if !strings.Contains(word, ":") {
		a.list = nil
	}
	do := a.step(name)
	if a.err == nil && do == nil {
		a.err = fmt.Errorf("unknown; known are %s", OpsUsage)
	}
	if a.err == nil && len(a.list) > 0 {
		a.err = fmt.Errorf("%q is too much", strings.Join(a.list, ":"))
	}
	return do, a.err
}

// arguments takes a step's arguments one by one and keeps the first error.
type arguments struct {
	list []string
	err  error
}

func (a *arguments) step(name string) func(*RGB, []byte) *RGB {
	switch name {
	case "resize":
		height, width := a.size()
		filter := a.filter()
		if width == 0 {
			return func(p *RGB, _ []byte) *RGB { return Resize(p, height, filter) }
		}
		return func(p *RGB, _ []byte) *RGB { return ResizeTo(p, height, width, filter) }
	case "center-crop":
		height, width := a.square()
		return func(p *RGB, _ []byte) *RGB { return CenterCrop(p, height, width) }
	case "resized-crop":
		top, left, h, w := a.integer(0), a.integer(0), a.integer(1), a.integer(1)
		height, width := a.square()
		filter := a.filter()
		return func(p *RGB, _ []byte) *RGB { return ResizedCrop(p, top, left, h, w, height, width, filter) }
	case "brightness":
		return a.adjust(AdjustBrightness, 0, math.MaxFloat32)
	case "contrast":
		return a.adjust(AdjustContrast, 0, math.MaxFloat32)
	case "saturation":
		return a.adjust(AdjustSaturation, 0, math.MaxFloat32)
	case "hue":
		return a.adjust(AdjustHue, -0.5, 0.5)
	case "hflip":
		return func(p *RGB, _ []byte) *RGB { return HFlip(p) }
	case "vflip":
		return func(p *RGB, _ []byte) *RGB { return VFlip(p) }
	case "grayscale":
		return func(p *RGB, _ []byte) *RGB { return Grayscale(p) }
	case "exif":
		return Upright
	}
	return nil
}

func (a *arguments) next() string {
	if len(a.list) == 0 {
		a.fail(fmt.Errorf("an argument is missing"))
		return ""
	}
	word := a.list[0]
	a.list = a.list[1:]
	return word
}

func (a *arguments) fail(err error) {
	if a.err == nil {
		a.err = err
	}
}

func (a *arguments) integer(least int) int { return a.parseInteger(a.next(), least) }

func (a *arguments) parseInteger(word string, least int) int {
	n, err := strconv.Atoi(word)
	if err != nil || n < least || n > maxSide {
		a.fail(fmt.Errorf("%q is not a whole number from %d to %d", word, least, maxSide))
	}
	return n
}

// size reads one number, or height x width; width is 0 if there is one.
func (a *arguments) size() (height, width int) {
	h, w, both := strings.Cut(a.next(), "x")
	height = a.parseInteger(h, 1)
	if both {
		width = a.parseInteger(w, 1)
	}
	return height, width
}

// square is size where one number means a square.
func (a *arguments) square() (height, width int) {
	if height, width = a.size(); width == 0 {
		width = height
	}
	return height, width
}

// filter reads an interpolation, if there is one.
func (a *arguments) filter() (f Filter) {
	if len(a.list) > 0 {
		if err := f.UnmarshalText([]byte(a.next())); err != nil {
			a.fail(err)
		}
	}
	return f
}

func (a *arguments) adjust(do func(*RGB, float64) *RGB, least, most float64) func(*RGB, []byte) *RGB {
	word := a.next()
	factor, err := strconv.ParseFloat(word, 64)
	if err != nil || !(factor >= least && factor <= most) {
		a.fail(fmt.Errorf("%q is not a factor from %g to %g", word, least, most))
	}
	return func(p *RGB, _ []byte) *RGB { return do(p, factor) }
}
