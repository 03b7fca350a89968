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

// Captioner is a [Tabler] with something to say below its table: sums, how they were counted. It may have several lines.
type Captioner interface {
	Tabler
	Caption() string
}

// Format is a table as [Show] writes it on a terminal, with its caption if it has one.
func Format(t Tabler) string {
	text := FormatTable(t.Table())
	if c, ok := t.(Captioner); ok {
		text += c.Caption() + "\n"
	}
	return text
}

// Pictured is a result that is best shown as a picture.
type Pictured interface {
	Picture() *plots.Picture
}

// widest is the width in pixels from which photographs are shrunk for a cell, as wide as the plots.
const widest = 900

// Show shows any of the library's results as well as it can be shown where the program runs:
//
//   - a *plots.Picture, a *transforms.RGB or an image.Image as a picture in a cell, and in one line of text elsewhere;
//   - a [Pictured] by its picture in a cell; elsewhere as what else it is, of what follows here;
//   - a [Tabler] as a table in a cell, with its caption if it is a [Captioner]; elsewhere by its String method if it has one, or else as
//     [Format] does;
//   - an error as [ShowError] does;
//   - a struct or a slice of structs that says nothing of itself as the table that [TableOf] makes;
//   - a fmt.Stringer, and anything else, as text.
func Show(x any) {
	if p, ok := x.(Pictured); ok && here.cell {
		x = p.Picture()
	}
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
		showTable(x)
	case fmt.Stringer:
		showText(x.String())
	default:
		if t, ok := TableOf(x); ok {
			showTable(t)
			return
		}
		showText(fmt.Sprint(x))
	}
}

func showTable(t Tabler) {
	s, speaks := t.(fmt.Stringer)
	c, captioned := t.(Captioner)
	switch {
	case here.cell && captioned:
		header, rows := t.Table()
		here.showHTML(tableHTML(header, rows) + captionHTML(c.Caption()))
	case here.cell:
		Table(t.Table())
	case speaks:
		showText(s.String())
	default:
		fmt.Fprint(here.stdout, Format(t))
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
