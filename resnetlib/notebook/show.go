package notebook

import (
	"bytes"
	"fmt"
	"image"
	"image/png"

	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/transforms"
)

// Tabler is what can be shown as a table: reports, summaries, lists.
type Tabler interface {
	Table() (header []string, rows [][]string)
}

// widest is the width in pixels from which photographs are shrunk for a cell, as wide as the plots.
const widest = 900

// Show shows any of the library's results as well as it can be shown where the program runs:
//
//   - a *plots.Picture, a *transforms.RGB or an image.Image as a picture in a cell, and in one line of text elsewhere;
//   - a [Tabler] as a table in a cell; elsewhere by its String method if it has one, or else as an aligned table;
//   - an error as [ShowError] does;
//   - a fmt.Stringer, and anything else, as text.
func Show(x any) {
	switch x := x.(type) {
	case error:
		ShowError(x)
	case *plots.Picture:
		showPicture(x.String(), x.PNG)
	case *transforms.RGB:
		showImage(x)
	case image.Image:
		showImage(transforms.FromImage(x))
	case Tabler:
		if s, ok := x.(fmt.Stringer); ok && !here.cell {
			showText(s.String())
			return
		}
		Table(x.Table())
	default:
		showText(fmt.Sprint(x))
	}
}

func showPicture(text string, encode func() ([]byte, error)) {
	if !here.cell {
		showText(text)
		return
	}
	content, err := encode()
	if err != nil {
		ShowError(err)
		return
	}
	here.showPNG(content)
}

func showImage(p *transforms.RGB) {
	shown := p
	if p.Width > widest {
		shown = transforms.ResizeTo(p, max(1, p.Height*widest/p.Width), widest, transforms.Bilinear)
	}
	showPicture(fmt.Sprintf("[picture: %dx%d pixels]", p.Width, p.Height), func() ([]byte, error) {
		var out bytes.Buffer
		err := png.Encode(&out, shown.Image())
		return out.Bytes(), err
	})
}

// showText shows text with its spaces and line ends. In a cell it goes the way of tables and pictures, not to stdout:
// the two ways are not in step, and a cell's output would appear out of order.
func showText(text string) {
	if here.cell {
		here.showHTML("<pre>" + escape(text) + "</pre>")
		return
	}
	fmt.Fprintln(here.stdout, text)
}
