package sketch

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"resnetlab/datasets"
)

// task is a set of classes with the numbers of pictures that it is drawn with unless Config says others.
type task struct {
	table            []plant
	train, val, test int
}

// tasks by name. "few" has the five classes of "plants" with a dozen pictures of each, about what people have of their own; "many" has
// other plants, drawn by the same code, to pretrain a network on.
var tasks = map[string]task{
	"plants": {plants, 2000, 500, 500},
	"few":    {plants, 60, 50, 500},
	"many":   {garden(), 1200, 120, 120},
}

// Tasks returns the names that Config.Task may have, sorted.
func Tasks() []string { return slices.Sorted(maps.Keys(tasks)) }

// Name is what a user writes in place of a folder for the drawn data set: "sketch", or "sketch:TASK".
const Name = "sketch"

// Named reports whether data names a drawn data set, and which task of it.
func Named(data string) (taskName string, ok bool) {
	first, taskName, colon := strings.Cut(data, ":")
	return taskName, first == Name && (taskName != "" || !colon)
}

// Open returns the data set of a name: "sketch", "sketch:few", "sketch:many". The error for an unknown task lists the tasks.
func Open(name string, seed uint64) (*datasets.Splits, error) {
	taskName, ok := Named(name)
	if _, known := tasks[cmp.Or(taskName, "plants")]; !ok || !known {
		return nil, fmt.Errorf("%s is no drawn data set: there are %s and %s:TASK with a TASK of %s", name, Name, Name, strings.Join(Tasks(), ", "))
	}
	return All(Config{Task: taskName, Seed: seed}), nil
}

// garden returns the task of many classes: every shape of petal, in three numbers (none those of plants with its
// markings), plain and with a centre, and two fronds. None is a class of plants.
func garden() []plant {
	shapes := []struct {
		name  string
		shape func(float64) outline
		width float64 // of one of six petals
	}{{"heart", heart, 0.7}, {"lance", lance, 0.45}, {"oval", oval, 0.42}}
	table := []plant{
		{"bracken", anyHue, frond{pairs: [2]int{3, 4}, size: 1.43}},
		{"mimosa", anyHue, frond{pairs: [2]int{14, 18}, size: 1.43}},
	}
	for _, s := range shapes {
		for _, n := range []int{3, 6, 9} {
			width := s.width * 6 / float64(max(n, 4))
			flower := radial{petals: [2]int{n, n + n/6}, width: [2]float64{0.85 * width, 1.1 * width}, size: 1.05, shape: s.shape}
			table = append(table, plant{fmt.Sprintf("%s-%d", s.name, n), anyHue, flower})
			flower.core = [2]float64{0.22, 0.32}
			table = append(table, plant{fmt.Sprintf("%s-%d-eyed", s.name, n), anyHue, flower})
		}
	}
	slices.SortFunc(table, func(a, b plant) int { return strings.Compare(a.name, b.name) })
	return table
}

var anyHue = [2]float64{0, 1}
