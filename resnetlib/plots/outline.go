package plots

import (
	"image"

	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// outlined is a canvas that fills text as outlines: rotated text in a PNG is then as sharp as upright text, and an SVG needs no font where it is
// shown.
type outlined struct{ vg.Canvas }

// FillString fills text with its baseline's left end at pt. A character that the font lacks is drawn as a box.
func (c outlined) FillString(face font.Face, pt vg.Point, text string) {
	var buffer sfnt.Buffer
	em := fixed.Int26_6(face.Face.UnitsPerEm()) // so that outlines come in font units
	scale := face.Font.Size / vg.Length(em)
	var path vg.Path
	var previous sfnt.GlyphIndex
	for i, r := range text {
		glyph, err := face.Face.GlyphIndex(&buffer, r)
		if err != nil {
			continue
		}
		if i > 0 {
			if kern, err := face.Face.Kern(&buffer, previous, glyph, em, xfont.HintingNone); err == nil {
				pt.X += vg.Length(kern) * scale
			}
		}
		if segments, err := face.Face.LoadGlyph(&buffer, glyph, em, nil); err == nil {
			path = appendOutline(path, segments, pt, scale)
		}
		if advance, err := face.Face.GlyphAdvance(&buffer, glyph, em, xfont.HintingNone); err == nil {
			pt.X += vg.Length(advance) * scale
		}
		previous = glyph
	}
	if len(path) > 0 {
		c.Fill(path)
	}
}

// appendOutline adds a glyph's contours, given in font units with y down, at pt.
func appendOutline(path vg.Path, segments sfnt.Segments, pt vg.Point, scale vg.Length) vg.Path {
	at := func(p fixed.Point26_6) vg.Point {
		return vg.Point{X: pt.X + vg.Length(p.X)*scale, Y: pt.Y - vg.Length(p.Y)*scale}
	}
	open := false
	for _, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if open {
				path.Close()
			}
			path.Move(at(s.Args[0]))
			open = true
		case sfnt.SegmentOpLineTo:
			path.Line(at(s.Args[0]))
		case sfnt.SegmentOpQuadTo:
			path.QuadTo(at(s.Args[0]), at(s.Args[1]))
		case sfnt.SegmentOpCubeTo:
			path.CubeTo(at(s.Args[0]), at(s.Args[1]), at(s.Args[2]))
		}
	}
	if open {
		path.Close()
	}
	return path
}

// DrawImage draws m over rect at the resolution of a PNG. The canvases' own scaling would blur a feature map of 7x7, and drop pixels of a
// large photograph: see rescale.
func (c outlined) DrawImage(rect vg.Rectangle, m image.Image) {
	size := rect.Size()
	c.Canvas.DrawImage(rect, rescale(m, int(size.X+0.5), int(size.Y+0.5)))
}
