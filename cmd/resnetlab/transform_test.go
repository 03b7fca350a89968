package main

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"resnetlab/internal/golden"
)

// step is a step in golden/transforms/index.json.
type step struct {
	Op                       string
	Size                     json.RawMessage // 224 or [192, 320]
	Interpolation            string
	Top, Left, Height, Width int
	Factor                   float64
}

// op returns the step in the form of --ops; "" for decoding to RGB, which is no step there.
func (s step) op(t *testing.T) string {
	t.Helper()
	switch s.Op {
	case "decode_rgb":
		return ""
	case "exif_transpose":
		return "exif"
	case "grayscale3":
		return "grayscale"
	case "hflip", "vflip":
		return s.Op
	case "brightness", "contrast", "saturation", "hue":
		return fmt.Sprintf("%s:%v", s.Op, s.Factor)
	case "center_crop":
		return "center-crop:" + s.size(t)
	case "resize":
		return "resize:" + s.size(t) + ":" + s.Interpolation
	case "resized_crop":
		return fmt.Sprintf("resized-crop:%d:%d:%d:%d:%s:%s", s.Top, s.Left, s.Height, s.Width, s.size(t), s.Interpolation)
	}
	t.Fatalf("unknown step %q", s.Op)
	return ""
}

// size returns the size in the form of --ops.
func (s step) size(t *testing.T) string {
	t.Helper()
	var one int
	if json.Unmarshal(s.Size, &one) == nil {
		return fmt.Sprint(one)
	}
	var two []int
	if err := json.Unmarshal(s.Size, &two); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%dx%d", two[0], two[1])
}

func TestGoldenTransformsWriteThePixelsOfTorchvisionAndPillow(t *testing.T) {
	dir := filepath.Join(golden.Dir(t), "transforms")
	text, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index struct {
		Images []struct {
			ID, Source string
			Steps      []step
			Expect     struct {
				CRC32 string `json:"crc32"`
			}
		}
	}
	if err := json.Unmarshal(text, &index); err != nil || len(index.Images) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	out := filepath.Join(t.TempDir(), "out.png")
	done := map[string]int{} // by the names of the steps
	for _, c := range index.Images {
		var ops []string
		var names string
		for _, s := range c.Steps {
			names += s.Op + " "
			if op := s.op(t); op != "" {
				ops = append(ops, op)
			}
		}
		if done[names]++; done[names] > 5 && len(ops) > 0 { // every decoder, and five cases of each list of steps
			continue
		}
		// In this process, which is faster than a new one: main only calls run.
		if status := run([]string{"transform", filepath.Join(dir, c.Source), out, "--ops=" + strings.Join(ops, ",")}); status != 0 {
			t.Errorf("%s: exit %d", c.ID, status)
			continue
		}
		if sum := fmt.Sprintf("%08x", crc32.ChecksumIEEE(pixels(t, out))); sum != c.Expect.CRC32 {
			t.Errorf("%s: --ops=%s: crc32 %s, want %s", c.ID, strings.Join(ops, ","), sum, c.Expect.CRC32)
		}
	}
}

// pixels returns the RGB bytes of an opaque PNG.
func pixels(t *testing.T, path string) (rgb []byte) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	m, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	switch m := m.(type) {
	case *image.NRGBA:
		for i := 0; i < len(m.Pix); i += 4 {
			rgb = append(rgb, m.Pix[i:i+3]...)
		}
	case *image.RGBA:
		for i := 0; i < len(m.Pix); i += 4 {
			rgb = append(rgb, m.Pix[i:i+3]...)
		}
	default:
		t.Fatalf("%s: %T", path, m)
	}
	return rgb
}
