package sketch

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"resnetlab/datasets"
)

// New returns one of Splits as a data set that draws each picture when it is asked for: sample i is always the same
// picture, the one that Write puts into the same place of the folder. It panics on a split that is none of Splits
// and a task that is none of Tasks.
func New(split string, c Config) datasets.Dataset {
	c = c.withDefaults()
	i := slices.Index(Splits, split)
	if i < 0 {
		panic(fmt.Sprintf("sketch.New: split %q is none of %v", split, Splits))
	}
	return &drawn{config: c, split: split, pictures: []int{c.Train, c.Val, c.Test}[i], table: c.task().table, classes: names(c.task().table)}
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
}

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
	hash := fnv.New64a()
	fmt.Fprintf(hash, "%s/%s", d.split, name)
	rnd := rand.New(rand.NewPCG(d.config.Seed, hash.Sum64()))
	return datasets.Sample{Image: draw(d.table[label], d.config.Size, rnd), Label: label, Name: name}, nil
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
