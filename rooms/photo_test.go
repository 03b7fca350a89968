package rooms

import (
	"bytes"
	"image/jpeg"
	"strings"
	"testing"

	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/transforms"
)

// openTestPhoto opens a picture and returns what the page is told of it.
func openTestPhoto(t *testing.T, s *Session, a PhotoArguments, files ...File) PhotoAnswer {
	t.Helper()
	answer, _, err := ask[PhotoAnswer](t, s, "photo", a, files...)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// lying returns a JPEG of a drawn picture that its EXIF orientation, 6, says to turn to the right.
func lying(t *testing.T) (file []byte, upright *transforms.RGB) {
	t.Helper()
	sample, err := sketch.New("test", sketch.Config{}).Sample(0)
	if err != nil {
		t.Fatal(err)
	}
	const exif = "\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	var b bytes.Buffer
	if err := jpeg.Encode(&b, transforms.Orient(sample.Image, 8).Image(), nil); err != nil {
		t.Fatal(err)
	}
	return append([]byte("\xff\xd8"+exif), b.Bytes()[2:]...), sample.Image
}

func TestPhotoIsTurnedUpright(t *testing.T) {
	file, upright := lying(t)
	got := openTestPhoto(t, newSession(t), PhotoArguments{}, File{Name: "a.jpg", Content: file})
	if got.Orientation != 6 || got.Width != upright.Width || got.Height != upright.Height || got.Format != "jpeg" {
		t.Errorf("%+v, want %dx%d", got, upright.Width, upright.Height)
	}
}

func TestPhotoOfADrawingIsTheDataSetsPicture(t *testing.T) {
	s := newSession(t)
	got, answer, err := ask[PhotoAnswer](t, s, "photo", PhotoArguments{Drawn: &Drawing{Task: "plants", Class: 2, Index: 1}})
	if err != nil {
		t.Fatal(err)
	}
	all := sketch.New("test", sketch.Config{Test: 50}) // ten of each class
	sample, err := all.Sample(21)
	if err != nil {
		t.Fatal(err)
	}
	if got.Class != all.Classes()[2] || got.Width != sample.Image.Width {
		t.Fatalf("%+v is not %s", got, sample.Name)
	}
	for i, v := range sample.Image.Pix {
		if answer.Buffers[got.Preview.Buffer][i/3*4+i%3] != v {
			t.Fatalf("value %d differs", i)
		}
	}
}

func TestPhotoRefusesInOneLine(t *testing.T) {
	s := newSession(t)
	huge := []byte("P5 60000 60000 255\n")
	for want, file := range map[string][]byte{"web page": []byte("<html></html>"), "make it smaller": huge, "truncated": []byte("\xff\xd8\xff")} {
		_, _, err := ask[PhotoAnswer](t, s, "photo", PhotoArguments{}, File{Name: "x.jpg", Content: file})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want %q", file, err, want)
		}
	}
	for _, d := range []Drawing{{Task: "none"}, {Task: "many", Class: 99}, {Task: "many", Index: -1}, {Task: "many", Size: 1 << 20}} {
		if _, _, err := ask[PhotoAnswer](t, s, "photo", PhotoArguments{Drawn: &d}); err == nil {
			t.Errorf("%+v was drawn", d)
		}
	}
	if _, _, err := ask[PhotoAnswer](t, s, "photo", PhotoArguments{}); err == nil {
		t.Error("no file is a picture")
	}
}
