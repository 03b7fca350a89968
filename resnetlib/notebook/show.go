package notebook

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"reflect"

	"resnetlab/internal/printable"
	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/transforms"
)

// Tabler is a value that can be shown as a table: a report, a summary, a list. The header may be empty.
type Tabler interface {
	Table() (header []string, rows [][]string)
}

// Captioner is a [Tabler] with text below its table, of one or more lines: sums, or how they were counted.
type Captioner interface {
	Tabler
	Caption() string
}

// Format returns a table as [Show] writes it on a terminal, with its caption if it has one.
func Format(t Tabler) string {
	text := FormatTable(t.Table())
	if c, ok := t.(Captioner); ok {
		text += printable.Text(c.Caption()) + "\n"
	}
	return text
}

// Pictured is a result that is best shown as a picture.
type Pictured interface {
	Picture() *plots.Picture
}

// widest is the largest width of a photograph in a cell, in pixels: that of the plots. A larger one is resized.
const widest = 900

// Show shows any of the library's results in the best form that the cell or the terminal has:
//
//   - a *plots.Picture, a *transforms.RGB or an image.Image as a picture in a cell, and as one line of text elsewhere;
//   - a [Pictured] as its picture in a cell; elsewhere by the rules that follow;
//   - a [Tabler] as a table in a cell, with its caption if it is a [Captioner]; elsewhere by its String method if it has one, or else as
//     [Format] does;
//   - an error as [ShowError] does;
//   - a struct or a slice of structs without a String method as the table that [TableOf] makes;
//   - a fmt.Stringer, and anything else, as text; a nil pointer as a line that says that there is nothing.
func Show(x any) {
	if v := reflect.ValueOf(x); v.Kind() == reflect.Pointer && v.IsNil() {
		showText(pick("nothing to show", "没有可显示的内容"))
		return
	}
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

// showTable shows a table with its caption.
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

// showPicture shows a picture in a cell, and the text elsewhere.
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

// showImage shows a photograph.
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

// showText shows text with its spaces and line ends. In a cell it is sent as HTML, as tables and pictures are, and not to stdout: GoNB does not
// keep the order between the two.
func showText(text string) {
	text = printable.Text(text)
	if here.cell {
		here.showHTML("<pre>" + escape(text) + "</pre>")
		return
	}
	fmt.Fprintln(here.stdout, text)
}
