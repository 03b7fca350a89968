package predict_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"image/png"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/datasets/sketch"
	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/transforms"
	"resnetlab/resnetlib/weights"
)

// folder holds seven pictures, the third of them broken.
func folder(t *testing.T) (dir string, names []string) {
	t.Helper()
	dir = t.TempDir()
	data := sketch.New("test", sketch.Config{Size: 32, Test: 7})
	for i := range 7 {
		s, err := data.Sample(i)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, fmt.Sprintf("%d.png", i))
		f, err := os.Create(filepath.Join(dir, names[i]))
		if err == nil && i != 2 {
			err = png.Encode(f, s.Image.Image())
		}
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return dir, names
}

func randomNet(t testing.TB) *models.ResNet {
	t.Helper()
	net, err := models.New(model.NewStore(), "resnet18", 5)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// spoil puts a NaN where all of a network depends on it.
func spoil(t *testing.T, net *models.ResNet) {
	t.Helper()
	values := slices.Repeat([]float32{1}, 64)
	values[7] = float32(math.NaN())
	if err := net.SetTensor("bn1.running_var", weights.FromFloat32s([]int{64}, values)); err != nil {
		t.Fatal(err)
	}
}

func predictor(t *testing.T, batch int) *predict.Predictor {
	t.Helper()
	return predictorOf(t, randomNet(t), batch)
}

func predictorOf(t *testing.T, net *models.ResNet, batch int) *predict.Predictor {
	t.Helper()
	p, err := predict.New(testbackend.Open(t, backend.Go), &network.Network{ResNet: net, Classes: sketch.Classes, Preset: transforms.EvalPreset(32)}, predict.BatchSize(batch))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Finalize)
	return p
}

func extractorOf(t *testing.T, net *models.ResNet) *predict.Extractor {
	t.Helper()
	e, err := predict.NewExtractor(testbackend.Open(t, backend.Go), &network.Network{ResNet: net, Preset: transforms.EvalPreset(32)}, predict.BatchSize(2))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Finalize)
	return e
}

func pictures(t *testing.T, n int) (drawn []*transforms.RGB) {
	t.Helper()
	for i := range n {
		s, err := sketch.New("test", sketch.Config{Size: 32, Test: n}).Sample(i)
		if err != nil {
			t.Fatal(err)
		}
		drawn = append(drawn, s.Image)
	}
	return drawn
}

// Every file has its result, in order, whatever the batch size and the number of workers; a broken one has its error.
func TestFilesYieldEveryName(t *testing.T) {
	dir, names := folder(t)
	var first []predict.Result
	for _, c := range []struct{ batch, workers int }{{1, 1}, {2, 3}, {3, 1}, {8, 8}} {
		var results []predict.Result
		for r, err := range predictor(t, c.batch).Files(context.Background(), dir, names, c.workers) {
			if err != nil {
				t.Fatal(err)
			}
			results = append(results, r)
		}
		if len(results) != len(names) {
			t.Fatalf("batch %d: %d results, want %d", c.batch, len(results), len(names))
		}
		if first == nil {
			first = results
		}
		for i, r := range results {
			if r.File != names[i] || (r.Err != nil) != (i == 2) {
				t.Errorf("batch %d: result %d is %s (%v)", c.batch, i, r.File, r.Err)
			}
			for j := range r.Logits {
				if d := r.Logits[j] - first[i].Logits[j]; d > 1e-4 || d < -1e-4 {
					t.Errorf("batch %d: %s: logit %d is %g, alone %g", c.batch, r.File, j, r.Logits[j], first[i].Logits[j])
				}
			}
		}
	}
}

// The end of the context ends the sequence with its error.
func TestFilesCancel(t *testing.T) {
	dir, names := folder(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var last predict.Result
	var ended error
	n := 0
	for last, ended = range predictor(t, 1).Files(ctx, dir, names, 2) {
		if n++; n == 2 {
			cancel()
		}
	}
	if last.File != "" || last.Err != nil || !errors.Is(ended, context.Canceled) || n >= len(names) {
		t.Errorf("%d results, the last %+v, %v", n, last, ended)
	}
}

// Where the folder is lost, the sequence ends with the disk's error, and no picture is said to be unreadable; what was read before is yielded.
func TestFilesEndWithALostFolder(t *testing.T) {
	dir, names := folder(t)
	names = slices.Delete(slices.Repeat(names, 10), 2, 3)
	var last error
	n := 0
	for r, err := range predictor(t, 1).Files(context.Background(), dir, names, 1) {
		if last = err; err != nil {
			break
		}
		if n++; errors.Is(r.Err, fs.ErrNotExist) {
			t.Errorf("%s is said to be unreadable: %v", r.File, r.Err)
		}
		if n == 1 {
			if err := os.Rename(dir, dir+"-away"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !errors.Is(last, fs.ErrNotExist) || !strings.Contains(last.Error(), "the disk failed, not the picture") || n >= len(names)-1 {
		t.Errorf("%d results, then %v", n, last)
	}
}

// A folder that is not there is said once, and is no fault of a disk or of each picture.
func TestFilesOfAMissingFolderEndAtOnce(t *testing.T) {
	n := 0
	for r, err := range predictor(t, 1).Files(context.Background(), filepath.Join(t.TempDir(), "none"), []string{"a.png", "b.png"}, 1) {
		if n++; !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "opening the folder") || r.File != "" {
			t.Errorf("%+v, %v", r, err)
		}
	}
	if n != 1 {
		t.Errorf("%d times", n)
	}
}

func TestTopKeepsEqualClassesInOrder(t *testing.T) {
	r := predict.NewResult([]float32{1, 3, 3, -2})
	if got := r.Top(3); !slices.Equal(got, []int{1, 2, 0}) || r.Index != 1 {
		t.Errorf("top 3 %v, index %d", got, r.Index)
	}
}

// Where the weights' pictures were turned as their EXIF orientation says, so is what they predict on; else it stays as it lies.
func TestFilesTurnAsThePresetSays(t *testing.T) {
	s, err := sketch.New("test", sketch.Config{Size: 32, Test: 1}).Sample(0)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, s.Image.Image(), nil); err != nil {
		t.Fatal(err)
	}
	// APP1 behind the first marker: big-endian TIFF with one entry, 0x0112 (orientation), one SHORT: 6, to be turned by 90 degrees.
	app1 := "\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	turned := file.String()[:2] + app1 + file.String()[2:]
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "phone.jpg"), []byte(turned), 0o644); err != nil {
		t.Fatal(err)
	}
	lying, err := transforms.Decode([]byte(turned))
	if err != nil {
		t.Fatal(err)
	}
	p := predictor(t, 1)
	for exif, picture := range map[bool]*transforms.RGB{false: lying, true: transforms.Orient(lying, 6)} {
		p.Preset.Exif = exif
		want, err := p.Pictures(context.Background(), []*transforms.RGB{picture})
		if err != nil {
			t.Fatal(err)
		}
		for r, err := range p.Files(context.Background(), dir, []string{"phone.jpg"}, 1) {
			if err != nil || r.Err != nil || !slices.Equal(r.Logits, want[0].Logits) {
				t.Errorf("exif %t: %v (%v), want %v", exif, r.Logits, r.Err, want[0].Logits)
			}
		}
	}
}
