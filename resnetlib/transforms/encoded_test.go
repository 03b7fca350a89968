package transforms

import (
	"bytes"
	gojpeg "image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"resnetlab/internal/golden"
)

func TestEncodedEqualsDecoded(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(golden.Dir(t), "transforms/src/*.*"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, path := range paths {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Decode(file)
		if err != nil {
			t.Fatal(err)
		}
		if p.Width > 1000 {
			continue // slow, and like the others
		}
		bicubic := EvalPreset(96)
		bicubic.Interpolation = Bicubic
		for _, s := range []Preset{EvalPreset(224), bicubic, {Resize: 50, Crop: 64}, {Resize: 251, Crop: 200}} {
			got, err := s.EvalEncoded(file)
			if want := s.Eval(p); err != nil || !bytes.Equal(got.Pix, want.Pix) {
				t.Errorf("%s: EvalEncoded differs from Eval (%v)", filepath.Base(path), err)
			}
			want := CenterCrop(Resize(p, s.Resize, s.Interpolation), s.Crop, s.Crop)
			if !bytes.Equal(s.Eval(p).Pix, want.Pix) {
				t.Errorf("%s: Eval differs from Resize and CenterCrop", filepath.Base(path))
			}
			for n := range 3 {
				got, err := s.TrainEncoded(file, Rand(1, 2, n))
				if want := s.Train(p, Rand(1, 2, n)); err != nil || !bytes.Equal(got.Pix, want.Pix) {
					t.Errorf("%s: TrainEncoded differs from Train (%v)", filepath.Base(path), err)
				}
			}
		}
	}
}

// A preset that turns pictures does so too where it reads the file itself; and the tag is found as SHORT and LONG, also behind fill bytes.
func TestEncodedFormsTurnUpright(t *testing.T) {
	var plain bytes.Buffer
	if err := gojpeg.Encode(&plain, drawn(40, 30).Image(), nil); err != nil {
		t.Fatal(err)
	}
	for form, entry := range map[string]string{"short": "\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00", "long": "\x01\x12\x00\x04\x00\x00\x00\x01\x00\x00\x00\x06"} {
		body := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01" + entry + "\x00\x00\x00\x00"
		file := slices.Concat([]byte{0xff, 0xd8, 0xff, 0xff, 0xff, 0xe1, 0, byte(2 + len(body))}, []byte(body), plain.Bytes()[2:])
		if got := Orientation(file); got != 6 {
			t.Errorf("%s: orientation %d", form, got)
		}
		s := EvalPreset(16)
		s.Exif = true
		p, err := s.Decode(file)
		if err != nil || p.Width != 30 {
			t.Fatalf("%s: %v", form, err)
		}
		if got, err := s.EvalEncoded(file); err != nil || !bytes.Equal(got.Pix, s.Eval(p).Pix) {
			t.Errorf("%s: EvalEncoded does not turn (%v)", form, err)
		}
		if got, err := s.TrainEncoded(file, Rand(1, 2, 3)); err != nil || !bytes.Equal(got.Pix, s.Train(p, Rand(1, 2, 3)).Pix) {
			t.Errorf("%s: TrainEncoded does not turn (%v)", form, err)
		}
	}
}
