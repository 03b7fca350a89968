// Package sketch draws picture data sets: plants of five classes, in any colour, place, size and light, on a cluttered
// background. It needs no file, font or network, and the same seed gives the same pictures on every machine.
//
// The classes differ in shape and markings. Three pictures in ten have a colour typical of the class, the others any
// colour, and all classes cover about the same share of the picture: colour alone does not tell them apart.
//
// [New] draws pictures as they are asked for, [All] and [Open] return a whole data set, [Write] writes one as a folder.
// [Tasks] names the variants: few pictures of each class to fine-tune on, and many other classes to pretrain on.
package sketch

import (
	"cmp"
	"fmt"
)

// Classes are the names of the five classes, sorted: the labels are the same when the pictures come from folders.
var Classes = names(plants)

// Splits are the parts of the data set. Test chooses nothing: neither epoch nor setting.
var Splits = []string{"train", "val", "test"}

// Config says which pictures are drawn. The zero value of a field stands for its default.
type Config struct {
	Task  string `json:"task,omitempty"` // one of Tasks: plants, the five classes
	Seed  uint64 `json:"seed"`
	Train int    `json:"train"` // pictures, of all classes together: 2000, or what the task has
	Val   int    `json:"val"`   // 500
	Test  int    `json:"test"`  // 500
	Size  int    `json:"size"`  // pixels of the shorter side: 96; the longer is up to 4/3 of it
}

// withDefaults replaces zero fields.
func (c Config) withDefaults() Config {
	t := c.task()
	if c.Task == "plants" {
		c.Task = "" // the same data set, by whichever name
	}
	for _, field := range []struct {
		value    *int
		fallback int
	}{{&c.Train, t.train}, {&c.Val, t.val}, {&c.Test, t.test}, {&c.Size, 96}} {
		if *field.value == 0 {
			*field.value = field.fallback
		}
	}
	return c
}

// Pictures returns the number of pictures in all splits together.
func (c Config) Pictures() int {
	c = c.withDefaults()
	return c.Train + c.Val + c.Test
}

// task panics on a name that is none of Tasks.
func (c Config) task() task {
	t, ok := tasks[cmp.Or(c.Task, "plants")]
	if !ok {
		panic(fmt.Sprintf("sketch: task %q is none of %v", c.Task, Tasks()))
	}
	return t
}
