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
	"resnetlab/resnetlib/transforms"
)

// InputConfig says how the input pipeline is measured.
type InputConfig struct {
	Dir       string // an image folder; empty: DrawnPhotos of 500 x 375, drawn for this call
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

// Input measures what training asks of the disk and the processor before the network sees a batch: reading and decoding
// files, RandomResizedCrop, flip, normalisation, batches.
func Input(ctx context.Context, c InputConfig) (*InputResult, error) {
	if c.BatchSize < 1 || c.ImageSize < 1 || c.Workers < 1 || c.Repeats < 1 {
		return nil, fmt.Errorf("batch size %d, image size %d, workers %d, repeats %d: each must be at least 1", c.BatchSize, c.ImageSize, c.Workers, c.Repeats)
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
	return r, c.time(ctx, folder, r)
}

// time fills in how fast the epochs went.
func (c InputConfig) time(ctx context.Context, ds datasets.Dataset, r *InputResult) error {
	loader := datasets.NewLoader(ds, datasets.LoaderConfig{BatchSize: c.BatchSize, Workers: c.Workers,
		Shuffle: true, Train: true, Preset: transforms.EvalPreset(c.ImageSize)})
	var rates []float64
	for epoch := range c.Repeats + 1 {
		start := time.Now()
		for _, err := range loader.Epoch(ctx, epoch, 0) {
			if err != nil {
				return err
			}
		}
		if epoch > 0 {
			rates = append(rates, float64(ds.Len())/time.Since(start).Seconds())
		}
	}
	slices.Sort(rates)
	r.ImagesPerSecond, r.Best = rates[len(rates)/2], rates[len(rates)-1]
	return nil
}

// DrawnPhotos is how many pictures Input draws where it is given none.
const DrawnPhotos = 256

// DrawPhotos writes n JPEGs of 500 x 375 into class folders below dir: drawn plants, with a camera's noise, of about the
// bytes that a photograph of that size has.
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
