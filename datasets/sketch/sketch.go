// Package sketch is a picture data set that the program draws itself: plants of five classes, in any colour, place,
// size and light, before clutter. It needs no file, font or network, and the same seed gives the same pictures.
//
// The classes differ in shape and markings. Each is often of its own colour, as flowers are, but more often of any, and
// all cover about the same share of a picture before backgrounds drawn alike, so that colour alone does not tell them
// apart: a network has to learn what a daisy looks like.
package sketch

// Classes are the names of the five classes, sorted: the labels are the same when the pictures come from folders.
var Classes = names(plants)

// Splits are the parts of the data set. Test chooses nothing: neither epoch nor setting.
var Splits = []string{"train", "val", "test"}

// Config says which pictures are drawn. The zero value of a field stands for its default.
type Config struct {
	Seed  uint64 `json:"seed"`
	Train int    `json:"train"` // pictures, of all classes together: 2000
	Val   int    `json:"val"`   // 500
	Test  int    `json:"test"`  // 500
	Size  int    `json:"size"`  // pixels of the shorter side: 96; the longer is up to 4/3 of it
}

// withDefaults replaces zero fields.
func (c Config) withDefaults() Config {
	for _, field := range []struct {
		value    *int
		fallback int
	}{{&c.Train, 2000}, {&c.Val, 500}, {&c.Test, 500}, {&c.Size, 96}} {
		if *field.value == 0 {
			*field.value = field.fallback
		}
	}
	return c
}
