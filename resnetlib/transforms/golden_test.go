package transforms

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"testing"

	"resnetlab/internal/golden"
)

// goldenIndex is golden/transforms/index.json: results of the real torchvision and Pillow.
type goldenIndex struct {
	Images []struct {
		ID       string       `json:"id"`
		Source   string       `json:"source"`
		Steps    []goldenStep `json:"steps"`
		Optional bool         `json:"optional"`
		Expect   struct {
			Width, Height int
			CRC32         string  `json:"crc32"`
			Samples       [][]int `json:"samples_xyrgb"`
		} `json:"expect"`
	} `json:"images"`
	Tensors []struct {
		ID     string `json:"id"`
		Source string `json:"source"`
		Preset Preset `json:"preset"`
		Expect struct {
			Shape     [3]int     `json:"shape_chw"`
			Mean, Std [3]float64 // of each channel
			Min, Max  float64
			CHW       [][3]int
			Values    []float64
		} `json:"expect"`
	} `json:"tensors"`
}

type goldenStep struct {
	Op                       string
	Size                     ints
	Interpolation            Filter
	Top, Left, Height, Width int
	Factor                   float64
}

// ints reads one number or a list.
type ints []int

func (v *ints) UnmarshalJSON(data []byte) error {
	var one int
	if json.Unmarshal(data, &one) == nil {
		*v = ints{one}
		return nil
	}
	return json.Unmarshal(data, (*[]int)(v))
}

func readGolden(t testing.TB, name string, to any) string {
	t.Helper()
	dir := filepath.Join(golden.Dir(t), "transforms")
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, to); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return dir
}

func TestGoldenImages(t *testing.T) {
	var index goldenIndex
	dir := readGolden(t, "index.json", &index)
	if len(index.Images) == 0 {
		t.Fatal("no images in index.json")
	}
	for _, c := range index.Images {
		t.Run(c.ID, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, c.Source))
			if err != nil {
				t.Fatal(err)
			}
			got, err := Decode(data)
			if err != nil {
				t.Fatal(err)
			}
			for _, step := range c.Steps {
				if got, err = step.apply(got, data); err != nil {
					t.Fatal(err)
				}
			}
			if got.Width != c.Expect.Width || got.Height != c.Expect.Height {
				t.Fatalf("size %dx%d, want %dx%d (width x height)", got.Width, got.Height, c.Expect.Width, c.Expect.Height)
			}
			for _, s := range c.Expect.Samples {
				i := 3 * (s[1]*got.Width + s[0])
				if have := got.Pix[i : i+3]; int(have[0]) != s[2] || int(have[1]) != s[3] || int(have[2]) != s[4] {
					t.Errorf("pixel x=%d y=%d is %v, want %v", s[0], s[1], have, s[2:])
					break
				}
			}
			if sum := fmt.Sprintf("%08x", crc32.ChecksumIEEE(got.Pix)); sum != c.Expect.CRC32 {
				t.Errorf("crc32 %s, want %s", sum, c.Expect.CRC32)
			}
		})
	}
}

func (s goldenStep) apply(p *RGB, file []byte) (*RGB, error) {
	height, width := 0, 0
	if n := len(s.Size); n > 0 {
		height, width = s.Size[0], s.Size[n-1]
	}
	switch s.Op {
	case "decode_rgb":
		return p, nil
	case "exif_transpose":
		return Upright(p, file), nil
	case "resize":
		if len(s.Size) == 1 {
			return Resize(p, s.Size[0], s.Interpolation), nil
		}
		return ResizeTo(p, height, width, s.Interpolation), nil
	case "center_crop":
		return CenterCrop(p, height, width), nil
	case "resized_crop":
		return ResizedCrop(p, s.Top, s.Left, s.Height, s.Width, height, width, s.Interpolation), nil
	case "hflip":
		return HFlip(p), nil
	case "vflip":
		return VFlip(p), nil
	case "brightness":
		return AdjustBrightness(p, s.Factor), nil
	case "contrast":
		return AdjustContrast(p, s.Factor), nil
	case "saturation":
		return AdjustSaturation(p, s.Factor), nil
	case "hue":
		return AdjustHue(p, s.Factor), nil
	case "grayscale3":
		return Grayscale(p), nil
	}
	return nil, fmt.Errorf("unknown step %q", s.Op)
}

func TestGoldenTensors(t *testing.T) {
	var index goldenIndex
	dir := readGolden(t, "index.json", &index)
	if len(index.Tensors) == 0 {
		t.Fatal("no tensors in index.json")
	}
	for _, c := range index.Tensors {
		t.Run(c.ID, func(t *testing.T) {
			p, err := DecodeFile(filepath.Join(dir, c.Source))
			if err != nil {
				t.Fatal(err)
			}
			p = c.Preset.Eval(p)
			if want := [3]int{3, p.Height, p.Width}; c.Expect.Shape != want {
				t.Fatalf("shape %v, want %v", want, c.Expect.Shape)
			}
			tensor := make([]float32, len(p.Pix))
			c.Preset.Tensor(p, tensor)
			for i, at := range c.Expect.CHW {
				got := tensor[(at[1]*p.Width+at[2])*3+at[0]]
				if got != float32(c.Expect.Values[i]) {
					t.Fatalf("value at channel, row, column %v is %.9g, want %.9g", at, got, c.Expect.Values[i])
				}
			}
			mean, std := moments(tensor)
			for ch := range 3 {
				if math.Abs(mean[ch]-c.Expect.Mean[ch]) > 1e-6 || math.Abs(std[ch]-c.Expect.Std[ch]) > 1e-6 {
					t.Errorf("channel %d: mean %v std %v, want %v %v", ch, mean[ch], std[ch], c.Expect.Mean[ch], c.Expect.Std[ch])
				}
			}
		})
	}
}

// moments returns mean and population standard deviation of each channel of an [H, W, 3] tensor.
func moments(tensor []float32) (mean, std [3]float64) {
	n := float64(len(tensor) / 3)
	for i, v := range tensor {
		mean[i%3] += float64(v) / n
	}
	for i, v := range tensor {
		std[i%3] += (float64(v) - mean[i%3]) * (float64(v) - mean[i%3]) / n
	}
	for c := range std {
		std[c] = math.Sqrt(std[c])
	}
	return mean, std
}
