package sketch

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sync/atomic"

	"resnetlab/datasets"
	"resnetlab/resnetlib/transforms"
)

// New returns one of Splits as a data set that draws each picture when it is first asked for: sample i is always the same
// picture, the one that Write puts into the same place of the folder. It panics on a split that is none of Splits
// and a task that is none of Tasks.
func New(split string, c Config) datasets.Dataset {
	c = c.withDefaults()
	i := slices.Index(Splits, split)
	if i < 0 {
		panic(fmt.Sprintf("sketch.New: split %q is none of %v", split, Splits))
	}
	d := &drawn{config: c, split: split, pictures: []int{c.Train, c.Val, c.Test}[i], table: c.task().table, classes: names(c.task().table)}
	d.kept = make([]atomic.Pointer[transforms.RGB], min(d.pictures, keptBytes/(4*c.Size*c.Size))) // 3 bytes for each of up to 4/3 Size*Size pixels
	return d
}

// All returns the three splits, as datasets.Open returns those of a folder. Training uses them where no data are given.
func All(c Config) *datasets.Splits {
	return &datasets.Splits{Train: New("train", c), Val: New("val", c), Test: New("test", c)}
}

// drawn is one split.
type drawn struct {
	config   Config
	split    string
	pictures int
	table    []plant
	classes  []string
	kept     []atomic.Pointer[transforms.RGB] // the first pictures, once they are drawn; nil before
}

// keptBytes is the memory for pictures that a data set keeps, so that epochs after the first do not draw them again.
const keptBytes = 32 << 20

func (d *drawn) Len() int          { return d.pictures }
func (d *drawn) Classes() []string { return d.classes }

// Entry names the picture as the folder does: class by class, "daisy/00012.png".
func (d *drawn) Entry(i int) (name string, label int) {
	each, more := d.pictures/len(d.table), d.pictures%len(d.table) // the first classes have one more
	if longer := more * (each + 1); i < longer {
		label, i = i/(each+1), i%(each+1)
	} else {
		label, i = more+(i-longer)/each, (i-longer)%each
	}
	return fmt.Sprintf("%s/%05d.png", d.classes[label], i), label
}

// Sample draws picture i. Its random numbers come from the seed, the split and the name, so that a larger data set
// begins with the pictures of a smaller one.
func (d *drawn) Sample(i int) (datasets.Sample, error) {
	name, label := d.Entry(i)
	if i >= len(d.kept) {
		return datasets.Sample{Image: d.draw(name, label), Label: label, Name: name}, nil
	}
	image := d.kept[i].Load()
	if image == nil {
		image = d.draw(name, label) // two goroutines may draw it at once: the pictures are equal
		d.kept[i].Store(image)
	}
	return datasets.Sample{Image: image, Label: label, Name: name}, nil
}

// draw draws the picture of a name.
func (d *drawn) draw(name string, label int) *transforms.RGB {
	hash := fnv.New64a()
	fmt.Fprintf(hash, "%s/%s", d.split, name)
	rnd := rand.New(rand.NewPCG(d.config.Seed, hash.Sum64()))
	return draw(d.table[label], d.config.Size, rnd)
}

// Fingerprint returns what the pictures depend on beside their names.
func (d *drawn) Fingerprint() (string, error) {
	fingerprint := fmt.Sprintf("sketch version %d seed %d size %d %s", version, d.config.Seed, d.config.Size, d.split)
	if d.config.Task != "" {
		fingerprint += " task " + d.config.Task
	}
	return fingerprint, nil
}

// version changes when the drawings do.
const version = 1
