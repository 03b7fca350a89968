package transforms

import (
	"bytes"
	"os"
	"path/filepath"
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
