package datasets_test

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"log"
	"os"
	"path/filepath"

	"resnetlab/datasets"
	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/transforms"
)

// A folder with a folder for each class becomes a data set; a quarter of each class is held out for validation.
func ExampleOpen() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := sketch.Write(context.Background(), dir, sketch.Config{Train: 20, Val: 5, Test: 5, Size: 32}, nil); err != nil {
		log.Fatal(err)
	}
	parts, err := datasets.Open(filepath.Join(dir, "train"), datasets.OpenOptions{ValSplit: 0.25})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(parts.Train.Classes())
	fmt.Println(parts.Train.Len(), "to train on,", parts.Val.Len(), "to validate")
	name, label, err := datasets.Entry(parts.Train, 0)
	fmt.Println(filepath.Dir(name), label, err)
	// Output:
	// [clover daisy fern lily tulip]
	// 15 to train on, 5 to validate
	// clover 0 <nil>
}

// A loader makes batches of normalised pictures. The last batch holds the rest.
func ExampleLoader_Epoch() {
	loader := datasets.NewLoader(sketch.New("train", sketch.Config{Train: 10}), datasets.LoaderConfig{
		BatchSize: 4, Shuffle: true, Train: true, Seed: 1, Preset: transforms.EvalPreset(64)})
	for batch, err := range loader.Epoch(context.Background(), 0, 0) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(batch.N, "pictures of", batch.Height, "x", batch.Width, "and", len(batch.Images), "values")
	}
	// Output:
	// 4 pictures of 64 x 64 and 49152 values
	// 4 pictures of 64 x 64 and 49152 values
	// 2 pictures of 64 x 64 and 24576 values
}

// Split draws the same pictures for the same seed, wherever the data lie and in whatever order.
func ExampleSplit() {
	train, val, err := datasets.Split(sketch.New("train", sketch.Config{Train: 50}), 0.2, 7)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(train.Len(), val.Len())
	labels, err := datasets.Labels(val)
	fmt.Println(labels, err)
	// Output:
	// 40 10
	// [0 0 1 1 2 2 3 3 4 4] <nil>
}

// A network that knows three classes is evaluated on pictures of two of them, which come in another order.
func ExampleWithClasses() {
	data := datasets.NewMemory([]string{"tulip", "daisy"}, []datasets.Sample{{Label: 0, Name: "1.jpg"}, {Label: 1, Name: "2.jpg"}})
	known, err := datasets.WithClasses(data, []string{"daisy", "fern", "tulip"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(datasets.Labels(known))
	_, err = datasets.WithClasses(data, []string{"daisy", "fern"})
	fmt.Println(errors.Is(err, datasets.ErrUnknownClass), err)
	// Output:
	// [2 0] <nil>
	// true unknown class tulip in the data; the known classes are daisy, fern
}

// gradients is a data set of one's own: three methods.
type gradients struct{}

func (gradients) Len() int          { return 6 }
func (gradients) Classes() []string { return []string{"left", "right"} }
func (gradients) Sample(i int) (datasets.Sample, error) {
	p := transforms.NewRGB(32, 32)
	for at := range p.Pix {
		p.Pix[at] = uint8(8 * (at / 3 % 32))
	}
	return datasets.Sample{Image: p, Label: i % 2, Name: fmt.Sprintf("%d.png", i)}, nil
}

func ExampleDataset() {
	labels, err := datasets.Labels(gradients{})
	fmt.Println(labels, err)
	loader := datasets.NewLoader(gradients{}, datasets.LoaderConfig{BatchSize: 4, Preset: transforms.EvalPreset(16)})
	fmt.Println(loader.Batches(), "batches")
	// Output:
	// [0 1 0 1 0 1] <nil>
	// 2 batches
}

// A picture that cannot be read would end an epoch: leave it out before.
func ExampleReadable() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	class := filepath.Join(dir, "grey")
	if err := os.Mkdir(class, 0o777); err != nil {
		log.Fatal(err)
	}
	file, err := os.Create(filepath.Join(class, "good.png"))
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, transforms.NewRGB(8, 8).Image()); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(class, "bad.png"), []byte("no picture"), 0o666); err != nil {
		log.Fatal(err)
	}
	ds, err := datasets.NewImageFolder(dir)
	if err != nil {
		log.Fatal(err)
	}
	readable, bad, err := datasets.Readable(context.Background(), ds, 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(bad[0].Name, "is left out;", readable.Len(), "picture stays")
	// Output:
	// grey/bad.png is left out; 1 picture stays
}
