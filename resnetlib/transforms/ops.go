package transforms

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Op is one named step of preprocessing, such as "resize:256" on the command line.
type Op struct {
	Name string // as written, with its arguments
	do   func(p *RGB, file []byte) *RGB
	size func(p *RGB) (height, width int) // of the result; nil: not larger than p
}

// Apply does the steps in order. file is the picture's file, which only the step exif looks at. A step whose result
// would have more than MaxPixels is an error.
func Apply(ops []Op, p *RGB, file []byte) (*RGB, error) {
	for _, op := range ops {
		if op.size != nil {
			if height, width := op.size(p); height > MaxPixels/width {
				return nil, fmt.Errorf("step %s: %dx%d pixels are more than the limit of %d", op.Name, width, height, MaxPixels)
			}
		}
		p = op.do(p, file)
	}
	return p, nil
}

// maxSide bounds a number that a step may ask for.
const maxSide = 1 << 24

// OpsUsage describes the steps that ParseOps reads.
const OpsUsage = "resize:256, resize:192x320 (height x width), either with :bicubic or :nearest; center-crop:224 or center-crop:HxW; " +
	"resized-crop:TOP:LEFT:HEIGHT:WIDTH:224 (or ...:HxW, and :bicubic); hflip; vflip; brightness:1.3; contrast:0.7; " +
	"saturation:1.5; hue:0.1; grayscale; exif"

// ParseOps reads a list of steps, separated by commas; see OpsUsage. An empty list has no steps.
func ParseOps(list string) ([]Op, error) {
	var ops []Op
	if strings.TrimSpace(list) == "" {
		return nil, nil
	}
	for word := range strings.SplitSeq(list, ",") {
		word = strings.TrimSpace(word)
		op, err := parseOp(word)
		if err != nil {
			return nil, fmt.Errorf("step %q: %w", word, err)
		}
		ops = append(ops, op)
	}
	return ops, nil
}

func parseOp(word string) (Op, error) {
	name, rest, any := strings.Cut(word, ":")
	a := arguments{}
	if any {
		a.list = strings.Split(rest, ":")
	}
	op := a.step(name)
	op.Name = word
	if a.err == nil && op.do == nil {
		a.err = fmt.Errorf("unknown; known are %s", OpsUsage)
	}
	if a.err == nil && len(a.list) > 0 {
		a.err = fmt.Errorf("%q is too much", strings.Join(a.list, ":"))
	}
	return op, a.err
}

// arguments takes a step's arguments one by one and keeps the first error.
type arguments struct {
	list []string
	err  error
}

func (a *arguments) step(name string) Op {
	switch name {
	case "resize":
		return a.resize()
	case "center-crop":
		height, width := a.square()
		return sized(height, width, func(p *RGB) *RGB { return CenterCrop(p, height, width) })
	case "resized-crop":
		top, left, h, w := a.integer(0), a.integer(0), a.integer(1), a.integer(1)
		height, width := a.square()
		filter := a.filter()
		return Op{
			do:   func(p *RGB, _ []byte) *RGB { return ResizedCrop(p, top, left, h, w, height, width, filter) },
			size: func(*RGB) (int, int) { return max(h, height), max(w, width) }, // outside the picture the box is made
		}
	case "brightness":
		return a.adjust(AdjustBrightness, 0, math.MaxFloat32)
	case "contrast":
		return a.adjust(AdjustContrast, 0, math.MaxFloat32)
	case "saturation":
		return a.adjust(AdjustSaturation, 0, math.MaxFloat32)
	case "hue":
		return a.adjust(AdjustHue, -0.5, 0.5)
	case "hflip":
		return plain(HFlip)
	case "vflip":
		return plain(VFlip)
	case "grayscale":
		return plain(Grayscale)
	case "exif":
		return Op{do: Upright}
	}
	return Op{}
}

func plain(do func(*RGB) *RGB) Op { return Op{do: func(p *RGB, _ []byte) *RGB { return do(p) }} }

func sized(height, width int, do func(*RGB) *RGB) Op {
	op := plain(do)
	op.size = func(*RGB) (int, int) { return height, width }
	return op
}

func (a *arguments) resize() Op {
	height, width := a.size()
	filter := a.filter()
	if width > 0 {
		return sized(height, width, func(p *RGB) *RGB { return ResizeTo(p, height, width, filter) })
	}
	op := plain(func(p *RGB) *RGB { return Resize(p, height, filter) })
	op.size = func(p *RGB) (int, int) { return resizedShape(p.Height, p.Width, height) }
	return op
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

func (a *arguments) adjust(do func(*RGB, float64) *RGB, least, most float64) Op {
	word := a.next()
	factor, err := strconv.ParseFloat(word, 64)
	if err != nil || !(factor >= least && factor <= most) {
		a.fail(fmt.Errorf("%q is not a factor from %g to %g", word, least, most))
	}
	return plain(func(p *RGB) *RGB { return do(p, factor) })
}
