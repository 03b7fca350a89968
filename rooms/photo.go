package rooms

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/transforms"
)

// Limits of pictures.
const (
	maxPhotoPixels = 50_000_000 // 150 MB decoded; the page has 512
	maxDrawnIndex  = 1000
	maxDrawnSize   = 512
	previewSide    = 256 // pixels of the longer side
)

// PhotoArguments of the computation "photo", which opens the picture that the rooms look at: the request's file, or a drawn picture.
type PhotoArguments struct {
	Drawn *Drawing `json:"drawn,omitempty"`
}

// Drawing names a drawn test picture. No network has been trained on it.
type Drawing struct {
	Task  string `json:"task"`           // one of sketch.Tasks
	Class int    `json:"class"`          // label
	Index int    `json:"index"`          // among the pictures of the class
	Size  int    `json:"size,omitempty"` // pixels of the shorter side; 0: 96
}

// PhotoAnswer describes the picture.
type PhotoAnswer struct {
	Name        string `json:"name"`             // of the file
	Class       string `json:"class,omitempty"`  // of a drawn picture
	Format      string `json:"format,omitempty"` // of a file: "jpeg"
	Width       int    `json:"width"`
	Height      int    `json:"height"`
	Orientation int    `json:"orientation"` // EXIF's, 1 for none; Width and Height are those of the picture turned upright
	Preview     Pixels `json:"preview"`     // upright, small
}

// photograph is the picture that a session has opened.
type photograph struct {
	upright     *transforms.RGB
	orientation int
}

// stored returns the picture as it lies in its file: as a program sees it that ignores the EXIF orientation.
func (p photograph) stored() *transforms.RGB {
	opposite := map[int]int{6: 8, 8: 6}[p.orientation] // the others are their own opposites
	return transforms.Orient(p.upright, cmp.Or(opposite, p.orientation))
}

// photo returns the picture that the reader chose, upright.
func (c *call) photo() (*transforms.RGB, error) {
	if c.session.photo == nil {
		return nil, errors.New("no picture is open: choose one")
	}
	return c.session.photo.upright, nil
}

// openPhoto opens a picture in place of the one before. A picture that cannot be opened leaves the one before in its place.
func openPhoto(c *call, a PhotoArguments) (answer PhotoAnswer, err error) {
	var p photograph
	switch {
	case a.Drawn != nil:
		p.orientation = 1
		p.upright, answer.Class, err = a.Drawn.draw()
		answer.Name = answer.Class
	case len(c.Files) != 1:
		return answer, fmt.Errorf("opening a picture: there are %d files, choose one", len(c.Files))
	default:
		answer.Name, answer.Format = c.Files[0].Name, transforms.Format(c.Files[0].Content)
		p, err = decodePhoto(c.Files[0])
	}
	if err != nil {
		return PhotoAnswer{}, err
	}
	c.session.photo = &p
	answer.Width, answer.Height, answer.Orientation = p.upright.Width, p.upright.Height, p.orientation
	answer.Preview = c.attach(shrink(p.upright, previewSide))
	return answer, nil
}

// decodePhoto reads a picture file. Its size is checked before memory is taken for its pixels.
func decodePhoto(f File) (p photograph, err error) {
	if width, height := transforms.Size(f.Content); width > maxPhotoPixels/max(height, 1) {
		return p, fmt.Errorf("opening the picture %q: %dx%d pixels are more than the %d million that a page can hold: make it smaller",
			f.Name, width, height, maxPhotoPixels/1_000_000)
	}
	if p.upright, err = transforms.Decode(f.Content); err != nil {
		return photograph{}, fmt.Errorf("opening the picture %q: %w", f.Name, err)
	}
	p.orientation = transforms.Orientation(f.Content)
	p.upright = transforms.Orient(p.upright, p.orientation)
	return p, nil
}

// draw draws the picture and returns the name of its class.
func (d Drawing) draw() (picture *transforms.RGB, class string, err error) {
	classes, err := classesOf(d.Task)
	if err != nil {
		return nil, "", err
	}
	if d.Class < 0 || d.Class >= len(classes) || d.Index < 0 || d.Index >= maxDrawnIndex || d.Size < 0 || d.Size > maxDrawnSize {
		return nil, "", fmt.Errorf("drawing picture %d of class %d at %d pixels: there are %d classes with %d pictures each, of at most %d pixels",
			d.Index, d.Class, d.Size, len(classes), maxDrawnIndex, maxDrawnSize)
	}
	// A smaller data set has the first pictures of a larger one, so Index+1 of each class are enough.
	each := d.Index + 1
	sample, err := sketch.New("test", sketch.Config{Task: d.Task, Test: each * len(classes), Size: d.Size}).Sample(d.Class*each + d.Index)
	return sample.Image, classes[d.Class], err
}

// classesOf returns the names of a drawn data set's classes in label order.
func classesOf(task string) ([]string, error) {
	if !slices.Contains(sketch.Tasks(), task) {
		return nil, fmt.Errorf("there is no drawn data set %q, only %s", task, strings.Join(sketch.Tasks(), ", "))
	}
	return sketch.New("test", sketch.Config{Task: task}).Classes(), nil
}

// DrawingsArguments of the computation "drawings" ask for one drawn picture of each class, to choose from.
type DrawingsArguments struct {
	Task  string `json:"task"`
	Index int    `json:"index"`
}

// DrawingsAnswer has the pictures in label order.
type DrawingsAnswer struct {
	Classes  []string `json:"classes"`
	Pictures []Pixels `json:"pictures"`
}

// drawings draws one picture of each class.
func drawings(c *call, a DrawingsArguments) (answer DrawingsAnswer, err error) {
	if answer.Classes, err = classesOf(a.Task); err != nil {
		return answer, err
	}
	for class := range answer.Classes {
		picture, _, err := Drawing{Task: a.Task, Class: class, Index: a.Index}.draw()
		if err != nil {
			return DrawingsAnswer{}, err
		}
		answer.Pictures = append(answer.Pictures, c.attach(shrink(picture, 64)))
	}
	return answer, nil
}

// shrink scales a picture down so that its longer side has at most that many pixels.
func shrink(p *transforms.RGB, longer int) *transforms.RGB {
	most := max(p.Width, p.Height)
	if most <= longer {
		return p
	}
	return transforms.ResizeTo(p, max(1, p.Height*longer/most), max(1, p.Width*longer/most), transforms.Bilinear)
}
