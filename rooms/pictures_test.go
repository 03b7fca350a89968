package rooms

import (
	"encoding/binary"
	"math"
	"testing"

	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/transforms"
)

// picturesSession has the tests' network and a drawn picture open.
func picturesSession(t *testing.T) *Session {
	t.Helper()
	s := newSession(t)
	if _, _, err := ask[NetworkAnswer](t, s, "network", NetworkArguments{Kind: "course"}, courseFiles(t)...); err != nil {
		t.Fatal(err)
	}
	openTestPhoto(t, s, PhotoArguments{Drawn: &Drawing{Task: "many", Class: 3, Size: 120}})
	return s
}

// follow asks the room and returns its answer with what the network received.
func follow(t *testing.T, s *Session, a PicturesArguments) (answer PicturesAnswer, x []float32) {
	t.Helper()
	answer, raw, err := ask[PicturesAnswer](t, s, "pictures", a)
	if err != nil {
		t.Fatal(err)
	}
	b := raw.Buffers[answer.Values]
	for i := 0; i < len(b); i += 4 {
		x = append(x, math.Float32frombits(binary.LittleEndian.Uint32(b[i:])))
	}
	return answer, x
}

func TestPicturesWithoutMistakeAreThePredictors(t *testing.T) {
	s := picturesSession(t)
	answer, x := follow(t, s, PicturesArguments{Side: 32, Crop: "center", Mistake: "none"})
	p, err := predict.New(s.backend, s.network, predict.BatchSize(1))
	if err != nil {
		t.Fatal(err)
	}
	results, err := p.Pictures(t.Context(), []*transforms.RGB{s.photo.upright})
	if err != nil {
		t.Fatal(err)
	}
	best := answer.Guesses[0]
	if want := results[0]; best.Class != s.network.Classes[want.Index] || best.Probability != want.Probs[want.Index] {
		t.Errorf("%v, want class %d with %v", best, want.Index, want.Probs)
	}
	want := make([]float32, 32*32*3)
	s.network.Preset.Tensor(s.network.Preset.Eval(s.photo.upright), want)
	for i, v := range want {
		if x[i] != v {
			t.Fatalf("value %d: %v, want %v", i, x[i], v)
		}
	}
}

func TestPicturesAtRandomAreTheTrainings(t *testing.T) {
	s := picturesSession(t)
	for seed := range uint64(4) {
		want := s.network.Preset.Train(s.photo.upright, transforms.Rand(seed, 0, 0))
		tensor := make([]float32, len(want.Pix))
		s.network.Preset.Tensor(want, tensor)
		_, plain := follow(t, s, PicturesArguments{Side: 32, Crop: "random", Seed: seed, Mistake: "none"})
		_, flipped := follow(t, s, PicturesArguments{Side: 32, Crop: "random", Seed: seed, Flip: true, Mistake: "none"})
		if !equal(plain, tensor) && !equal(flipped, tensor) {
			t.Errorf("seed %d: neither the crop nor its mirror is what training sees", seed)
		}
	}
}

func equal(a, b []float32) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

// TestMistakesChangeTheInputAsTheySay compares values of each mistake with those of the right input.
func TestMistakesChangeTheInputAsTheySay(t *testing.T) {
	s := picturesSession(t)
	_, right := follow(t, s, PicturesArguments{Side: 32, Crop: "center", Mistake: "none"})
	mean, std := s.network.Preset.Mean, s.network.Preset.Std
	colour := func(i, channel int) float64 { return float64(right[i]*std[channel] + mean[channel]) } // 0 to 1
	for name := range mistakes {
		answer, x := follow(t, s, PicturesArguments{Side: 32, Crop: "center", Mistake: name})
		if (name == "none") != equal(x, right) || len(answer.Guesses) != len(s.network.Classes) {
			t.Errorf("%s: the input is the right one: %v", name, equal(x, right))
		}
		for i := 0; i < len(x); i += 3 {
			want := map[string]float64{"plain": colour(i, 0), "bytes": 255 * colour(i, 0), "bgr": (colour(i+2, 2) - float64(mean[0])) / float64(std[0]), "layout": float64(right[i/3])}
			if v, ok := want[name]; ok && math.Abs(float64(x[i])-v) > 1e-3 {
				t.Fatalf("%s: red of pixel %d is %v, want %v", name, i/3, x[i], v)
			}
		}
	}
}

// TestLyingIsThePictureOfTheFile opens a file with an EXIF orientation: ignoring it must give the pixels that lie in the file.
func TestLyingIsThePictureOfTheFile(t *testing.T) {
	file, _ := lying(t)
	s := newSession(t)
	openTestPhoto(t, s, PhotoArguments{}, File{Name: "a.jpg", Content: file})
	want, err := transforms.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.photo.lying(); got.Width != want.Width || string(got.Pix) != string(want.Pix) {
		t.Errorf("%dx%d, want the %dx%d of the file", got.Width, got.Height, want.Width, want.Height)
	}
}

func TestPicturesRefusesInOneLine(t *testing.T) {
	s := picturesSession(t)
	for _, a := range []PicturesArguments{{Side: 96, Crop: "center", Mistake: "?"}, {Side: 9999, Crop: "center", Mistake: "none"}, {Side: 96, Mistake: "none"}} {
		if _, _, err := ask[PicturesAnswer](t, s, "pictures", a); err == nil {
			t.Errorf("%+v is computed", a)
		}
	}
	right := PicturesArguments{Side: 96, Crop: "center", Mistake: "none"}
	if _, _, err := ask[PicturesAnswer](t, newSession(t), "pictures", right); err == nil {
		t.Error("computed without a picture")
	}
}
