// Package plots draws training runs, predictions and the layers of networks in one style: 900 pixels wide, as a notebook's output, in colours
// that the colour-blind can tell apart, with marks and numbers beside the colours, and with Chinese as well as Latin text.
//
//   - Training: [Curves], [LearningRates], [Strategies], [Augmentations].
//   - Predictions: [PredictionCard], [Probabilities], [ConfusionMatrix], [MostConfused], [TopLosses].
//   - Data: [ClassHistogram], [Histogram], [Grid].
//   - Any numbers: [Lines], [LogLines], [Bars], [HeatMap].
//   - Networks: [Network], [ResidualBlocks], [Wiring].
//
// Every function returns a [Picture], which can be encoded as PNG or SVG. Nothing here fails for numbers that cannot be drawn: NaN and infinite
// numbers are left out or written as "n/a", and a picture without any number to draw says so in words.
//
// The package draws numbers. It links no graph and no backend. The library's own words are in the language of [Speak].
package plots

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image"
	"image/png"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"resnetlab/internal/atomicfile"
)

// Picture is a drawing of a fixed size. It is drawn each time that it is encoded.
type Picture struct {
	Title         string // one line; in an SVG its <title>
	Width, Height int    // pixels

	draw func(draw.Canvas)
}

// newPicture returns a picture of height pixels and the style's width.
func newPicture(title string, height vg.Length, paint func(draw.Canvas)) *Picture {
	return &Picture{Title: title, Width: int(width), Height: int(height + 0.5), draw: paint}
}

// Image draws the picture in pixels.
func (p *Picture) Image() image.Image {
	// 72 dots an inch make a point, the unit of vg, one pixel: every length in this package is in pixels.
	canvas := vgimg.NewWith(vgimg.UseWH(vg.Length(p.Width), vg.Length(p.Height)), vgimg.UseDPI(72))
	p.draw(draw.NewCanvas(outlined{canvas}, vg.Length(p.Width), vg.Length(p.Height)))
	return canvas.Image()
}

// PNG returns the picture as a PNG file's bytes.
func (p *Picture) PNG() ([]byte, error) {
	var out bytes.Buffer
	if err := png.Encode(&out, p.Image()); err != nil {
		return nil, fmt.Errorf("encoding the picture %q as PNG: %w", p.Title, err)
	}
	return out.Bytes(), nil
}

// SVG returns the picture as an SVG file's bytes. Text is in it as outlines, so that it looks the same wherever it is
// opened, with or without a Chinese font.
func (p *Picture) SVG() ([]byte, error) {
	canvas := vgsvg.New(vg.Length(p.Width), vg.Length(p.Height))
	white := draw.NewCanvas(outlined{canvas}, vg.Length(p.Width), vg.Length(p.Height))
	white.FillPolygon(background, corners(white.Rectangle))
	p.draw(white)
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("encoding the picture %q as SVG: %w", p.Title, err)
	}
	return p.header(out.Bytes()), nil
}

// header replaces the opening of what vgsvg wrote, whose size is in points (4/3 pixels), and adds the title.
func (p *Picture) header(svg []byte) []byte {
	_, body, _ := bytes.Cut(svg, []byte(`xlink">`))
	head := fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<svg width="%[1]d" height="%[2]d" viewBox="0 0 %[1]d %[2]d" role="img"
	xmlns="http://www.w3.org/2000/svg"
	xmlns:xlink="http://www.w3.org/1999/xlink">
<title>%[3]s</title>`, p.Width, p.Height, escapeXML(p.Title))
	return append([]byte(head), body...)
}

// Save writes the picture to path in the format of its ending, .png or .svg. The file appears when it is complete, or not at all.
func (p *Picture) Save(path string) error {
	if err := CheckName(path); err != nil {
		return fmt.Errorf("saving the picture %q: %w", p.Title, err)
	}
	encode := p.PNG
	if isSVG(path) {
		encode = p.SVG
	}
	content, err := encode()
	if err != nil {
		return err
	}
	return atomicfile.WriteBytes(path, content)
}

// CheckName returns an error for a name that [Picture.Save] does not accept, so that a program can check it before long work.
func CheckName(path string) error {
	if !isSVG(path) && !strings.EqualFold(filepath.Ext(path), ".png") {
		return fmt.Errorf("%s: the name of a picture must end in .png or .svg", path)
	}
	return nil
}

func isSVG(path string) bool { return strings.EqualFold(filepath.Ext(path), ".svg") }

// String returns the title and the size in one line.
func (p *Picture) String() string {
	return fmt.Sprintf("[picture: %s, %dx%d pixels; Save writes it to a .png or .svg file]", p.Title, p.Width, p.Height)
}

// escapeXML makes s safe as the text of an XML element.
func escapeXML(s string) string {
	var out bytes.Buffer
	_ = xml.EscapeText(&out, []byte(s)) // a bytes.Buffer does not fail
	return out.String()
}
