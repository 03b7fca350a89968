package bench

import (
	"bytes"
	"context"
	"fmt"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"time"

	"resnetlab/datasets"
	"resnetlab/datasets/sketch"
	"resnetlab/internal/mark"
	"resnetlab/resnetlib/transforms"
)

// InputConfig says what [Input] measures.
type InputConfig struct {
	Dir       string // an image folder; "": [DrawnPhotos] pictures of 500 x 375, drawn for this call
	BatchSize int
	ImageSize int // side in pixels of what the network sees
	Workers   int // goroutines that read, decode and augment
	Repeats   int // epochs that are timed, after one that warms up the disk cache
}

// InputResult is the JSON of `resnetlab bench input --json`.
type InputResult struct {
	Schema          int     `json:"schema"`            // 1
	ImagesPerSecond float64 `json:"images_per_second"` // of the median epoch
	Best            float64 `json:"best_images_per_second"`
	Images          int     `json:"images"` // of an epoch
	Bytes           int64   `json:"bytes"`  // of these files together
	BatchSize       int     `json:"batch_size"`
	ImageSize       int     `json:"image_size"`
	Workers         int     `json:"workers"`
}

// Input measures the input pipeline of training: reading and decoding files, RandomResizedCrop, flip, normalisation and batches. No network
// runs.
func Input(ctx context.Context, c InputConfig) (*InputResult, error) {
	if c.BatchSize < 1 || c.ImageSize < 1 || c.Workers < 1 || c.Repeats < 1 {
		return nil, mark.As(ErrConfig, fmt.Errorf("batch size %d, image size %d, workers %d, repeats %d: each must be at least 1",
			c.BatchSize, c.ImageSize, c.Workers, c.Repeats))
	}
	if c.Dir == "" {
		dir, err := os.MkdirTemp("", "resnetlab-bench-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		if err := DrawPhotos(ctx, dir, DrawnPhotos); err != nil {
			return nil, err
		}
		c.Dir = dir
	}
	folder, err := datasets.NewImageFolder(c.Dir)
	if err != nil {
		return nil, err
	}
	r := &InputResult{Schema: 1, Images: folder.Len(), BatchSize: c.BatchSize, ImageSize: c.ImageSize, Workers: c.Workers}
	for i := range folder.Len() {
		size, err := folder.Size(i)
		if err != nil {
			return nil, err
		}
		r.Bytes += size
	}
	rates, err := c.time(ctx, folder)
	if err != nil {
		return nil, err
	}
	r.ImagesPerSecond, r.Best = rates[len(rates)/2], rates[len(rates)-1]
	return r, nil
}

// time returns the pictures per second of each timed epoch, in ascending order.
func (c InputConfig) time(ctx context.Context, ds datasets.Dataset) (rates []float64, err error) {
	loader := datasets.NewLoader(ds, datasets.LoaderConfig{BatchSize: c.BatchSize, Workers: c.Workers,
		Shuffle: true, Train: true, Preset: transforms.EvalPreset(c.ImageSize)})
	for epoch := range c.Repeats + 1 {
		start := time.Now()
		for _, err := range loader.Epoch(ctx, epoch, 0) {
			if err != nil {
				return nil, err
			}
		}
		if epoch > 0 {
			seconds := max(time.Since(start).Seconds(), 1e-9) // a coarse clock may measure 0, and JSON has no infinity
			rates = append(rates, float64(ds.Len())/seconds)
		}
	}
	slices.Sort(rates)
	return rates, nil
}

// DrawnPhotos is the number of pictures that [Input] draws where it is given no folder.
const DrawnPhotos = 256

// DrawPhotos writes n JPEGs of 500 x 375 pixels into class folders below dir: drawn plants with a camera's noise, which take about as many bytes
// as a photograph of that size.
func DrawPhotos(ctx context.Context, dir string, n int) error {
	const width, height = 500, 375
	drawn := sketch.New("train", sketch.Config{Train: n, Size: height})
	for i := range drawn.Len() {
		if err := ctx.Err(); err != nil {
			return err
		}
		sample, err := drawn.Sample(i)
		if err != nil {
			return err
		}
		var encoded bytes.Buffer
		picture := transforms.ResizeTo(sample.Image, height, width, transforms.Bilinear)
		if err := jpeg.Encode(&encoded, picture.Image(), &jpeg.Options{Quality: 90}); err != nil {
			return err
		}
		folder := filepath.Join(dir, drawn.Classes()[sample.Label])
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%05d.jpg", i)), encoded.Bytes(), 0o666); err != nil {
			return err
		}
	}
	return nil
}
