package audit_test

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"resnetlab/datasets/audit"
	"resnetlab/datasets/sketch"
	"resnetlab/internal/golden"
	"resnetlab/resnetlib/transforms"
)

// folder is train/ and val/ of drawn pictures, 10 and 5.
func folder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	if err := sketch.Write(t.Context(), dir, sketch.Config{Train: 10, Val: 5, Test: 5, Size: 64}, nil); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "test")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func put(t *testing.T, data []byte, path ...string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(path...), data, 0o666); err != nil {
		t.Fatal(err)
	}
}

func src(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(golden.Dir(t), "transforms/src", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func run(t *testing.T, dir string, o audit.Options) *audit.Report {
	t.Helper()
	r, err := audit.Run(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCleanFolder(t *testing.T) {
	r := run(t, folder(t), audit.Options{Distance: audit.DefaultDistance})
	if r.Pictures != 15 || r.Broken != 0 || len(r.Findings)+len(r.Duplicates)+len(r.Near) != 0 {
		t.Errorf("found in drawn pictures: %+v", r)
	}
	if r.Parts["train"]["daisy"] != 2 || r.Parts["val"]["daisy"] != 1 || len(r.Parts) != 2 || len(r.Parts["val"]) != 5 {
		t.Errorf("class balance %v", r.Parts)
	}
}

func TestEveryKind(t *testing.T) {
	dir := folder(t)
	daisy := filepath.Join(dir, "train", "daisy")
	whole := src(t, "jpeg420.jpg")
	put(t, whole[:len(whole)/2], daisy, "a-truncated.jpg")
	put(t, []byte("no picture"), daisy, "b-text.jpg")
	put(t, nil, daisy, "c-empty.jpg")
	put(t, src(t, "rgb.png"), daisy, "d-png.jpg")
	put(t, src(t, "one_pixel.jpg"), daisy, "e-tiny.jpg")
	put(t, src(t, "jpeg_gray.jpg"), daisy, "f-grey.jpg")
	put(t, src(t, "jpeg_cmyk.jpg"), daisy, "g-cmyk.jpg")
	put(t, src(t, "rgba.png"), daisy, "h-alpha.png")
	put(t, src(t, "jpeg_exif6.jpg"), daisy, "i-turned.JPEG")
	found := map[string][]audit.Kind{}
	r := run(t, dir, audit.Options{Distance: -1})
	for _, f := range r.Findings {
		name := filepath.Base(f.File)
		found[name[:1]] = append(found[name[:1]], f.Kind)
		if !strings.HasPrefix(f.File, "train/daisy/") || f.Detail == "" {
			t.Errorf("finding %+v", f)
		}
	}
	for name, want := range map[string]audit.Kind{"a": audit.Truncated, "b": audit.Unreadable, "c": audit.Unreadable, "d": audit.Extension,
		"e": audit.Tiny, "f": audit.Grey, "g": audit.Mode, "h": audit.Mode, "i": audit.Rotated} {
		if !slices.Contains(found[name], want) {
			t.Errorf("%s: %v, want %s", name, found[name], want)
		}
	}
	if r.Broken != 3 || len(r.Near) != 0 {
		t.Errorf("%d broken, near %v", r.Broken, r.Near)
	}
	for _, workers := range []int{1, 3} {
		if again := run(t, dir, audit.Options{Distance: -1, Workers: workers}); !reflect.DeepEqual(r, again) {
			t.Errorf("%d workers report otherwise", workers)
		}
	}
}

func TestDuplicatesAcrossPartsAndClasses(t *testing.T) {
	dir := folder(t)
	one := filepath.Join(dir, "train", "daisy", "00000.png")
	data, err := os.ReadFile(one)
	if err != nil {
		t.Fatal(err)
	}
	put(t, data, dir, "val", "fern", "copy.png") // another part and another class
	p, err := transforms.DecodeFile(one)
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer // smaller, and of a poor quality
	smaller := transforms.Resize(p, 48, transforms.Bilinear)
	if err := jpeg.Encode(&again, smaller.Image(), &jpeg.Options{Quality: 60}); err != nil {
		t.Fatal(err)
	}
	put(t, again.Bytes(), dir, "train", "daisy", "again.jpg")

	r := run(t, dir, audit.Options{Distance: audit.DefaultDistance})
	if len(r.Duplicates) != 1 || !slices.Equal(r.Duplicates[0].Files, []string{"train/daisy/00000.png", "val/fern/copy.png"}) ||
		!r.Duplicates[0].Across() || !slices.Equal(r.Duplicates[0].Classes, []string{"daisy", "fern"}) {
		t.Errorf("duplicates %+v", r.Duplicates)
	}
	if len(r.Near) != 1 || !slices.Equal(r.Near[0].Files, []string{"train/daisy/00000.png", "train/daisy/again.jpg"}) ||
		r.Near[0].Across() || r.Near[0].Distance > audit.DefaultDistance {
		t.Errorf("near duplicates %+v", r.Near)
	}
}

func TestTiles(t *testing.T) {
	dir := folder(t)
	put(t, []byte("no picture"), dir, "val", "lily", "broken.jpg")
	put(t, src(t, "jpeg_gray.jpg"), dir, "train", "lily", "grey.jpg")
	r := run(t, dir, audit.Options{})
	images, titles := r.Tiles(dir, 10)
	if len(images) != 2 || images[0] != nil || images[1] == nil || max(images[1].Width, images[1].Height) > 200 {
		t.Fatalf("tiles %v", images)
	}
	if titles[0] != "val/lily/broken.jpg\nunreadable" || !strings.Contains(titles[1], "grey") {
		t.Errorf("titles %q", titles)
	}
	if images, _ := r.Tiles(dir, 1); len(images) != 1 {
		t.Errorf("%d tiles, want at most 1", len(images))
	}
}

func TestErrorsAndCancel(t *testing.T) {
	if _, err := audit.Run(t.Context(), t.TempDir(), audit.Options{}); err == nil {
		t.Error("an empty folder and no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := audit.Run(ctx, folder(t), audit.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}
