package audit_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"path/filepath"
	"slices"
	"testing"

	"resnetlab/datasets/audit"
	"resnetlab/internal/atomicfile"
)

// flat is a PNG of one colour.
func flat(t *testing.T, side int, c color.Color) []byte {
	t.Helper()
	page := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.Draw(page, page.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, page); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Pictures of one colour have no brighter and darker places to compare: they are alike where the colour is.
func TestFlatPicturesOfDifferentColoursAreNoNearDuplicates(t *testing.T) {
	dir := folder(t)
	for i := range 300 {
		put(t, flat(t, 40, color.RGBA{uint8(i), uint8(i / 3), uint8(200 - i/2), 255}), dir, "train", "daisy", fmt.Sprintf("flat%03d.png", i))
	}
	r := run(t, dir, audit.Options{Distance: audit.DefaultDistance})
	if len(r.Near)+len(r.Duplicates) != 0 {
		t.Errorf("near duplicates %v, duplicates %v", r.Near, r.Duplicates)
	}
	put(t, flat(t, 64, color.RGBA{0, 0, 200, 255}), dir, "val", "daisy", "larger.png")
	r = run(t, dir, audit.Options{Distance: audit.DefaultDistance})
	if len(r.Near) != 1 || !slices.Equal(r.Near[0].Files, []string{"train/daisy/flat000.png", "val/daisy/larger.png"}) {
		t.Errorf("the same colour at another size: %v", r.Near)
	}
}

// Colours of one brightness leave no trace in a hash of greys.
func TestColoursOfOneBrightnessAreNoNearDuplicates(t *testing.T) {
	dir := folder(t)
	for i := range 20 {
		page := image.NewRGBA(image.Rect(0, 0, 64, 64))
		draw.Draw(page, page.Rect, image.NewUniform(color.Gray{120}), image.Point{}, draw.Src)
		draw.Draw(page, image.Rect(3*i, 0, 3*i+6, 64), image.NewUniform(color.RGBA{184, 87, 120, 255}), image.Point{}, draw.Src) // luma 119.8
		var b bytes.Buffer
		if err := png.Encode(&b, page); err != nil {
			t.Fatal(err)
		}
		put(t, b.Bytes(), dir, "train", "daisy", fmt.Sprintf("bar%02d.png", i))
	}
	if r := run(t, dir, audit.Options{Distance: audit.DefaultDistance}); len(r.Near) != 0 {
		t.Errorf("near duplicates %v", r.Near)
	}
}

func TestUnicodeFormsAreOneClassOrAFinding(t *testing.T) {
	const composed, decomposed = "ros\u00e9s", "rose\u0301s"
	dir := t.TempDir()
	place := func(i int, part, class string) {
		t.Helper()
		if err := atomicfile.WriteFolder(filepath.Join(dir, part, class), func(unfinished string) error {
			put(t, flat(t, 40, color.Gray{uint8(i)}), unfinished, "1.png")
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	place(1, "train", decomposed)
	place(2, "val", composed)
	r := run(t, dir, audit.Options{})
	if len(r.Parts["train"]) != 1 || r.Parts["val"][decomposed] != 1 || slices.ContainsFunc(r.Findings, isForm) {
		t.Errorf("classes %v, findings %v", r.Parts, r.Findings)
	}
	place(3, "val", decomposed)
	r = run(t, dir, audit.Options{})
	if i := slices.IndexFunc(r.Findings, isForm); i < 0 || r.Findings[i].File != "val/"+composed {
		t.Errorf("findings %v", r.Findings)
	}
}

func isForm(f audit.Finding) bool { return f.Kind == audit.Form }
