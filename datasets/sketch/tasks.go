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

// tasks by name. "few" has the five classes of "plants" with a dozen pictures of each, as little as one has of one's own; "many" is what a
// network can be trained on first: other plants, drawn with the same pens.
var tasks = map[string]task{
	"plants": {plants, 2000, 500, 500},
	"few":    {plants, 60, 50, 500},
	"many":   {garden(), 2400, 240, 240},
}

// Tasks are the names that Config.Task may have, sorted.
func Tasks() []string { return slices.Sorted(maps.Keys(tasks)) }

// Name is the name of the data set wherever one is to be named in place of a folder: "sketch", or "sketch:TASK".
const Name = "sketch"

// Named tells whether data names a drawn data set, and which task of it.
func Named(data string) (taskName string, ok bool) {
	first, taskName, colon := strings.Cut(data, ":")
	return taskName, first == Name && (taskName != "" || !colon)
}

// Open is All for a name: "sketch", "sketch:few", "sketch:many". The error of an unknown task names those there are.
func Open(name string, seed uint64) (*datasets.Splits, error) {
	taskName, ok := Named(name)
	if _, known := tasks[cmp.Or(taskName, "plants")]; !ok || !known {
		return nil, fmt.Errorf("%s is no drawn data set: there are %s and %s:TASK with a TASK of %s", name, Name, Name, strings.Join(Tasks(), ", "))
	}
	return All(Config{Task: taskName, Seed: seed}), nil
}

// garden is the task of many classes: every petal with every number of them and every marking. None is a class of plants; two fronds keep
// it from being about petals alone.
func garden() []plant {
	shapes := []struct {
		name  string
		shape func(float64) outline
		width float64 // of a petal, where there are five
	}{{"heart", heart, 0.8}, {"lance", lance, 0.55}, {"oval", oval, 0.5}}
	counts := []struct{ from, to int }{{3, 4}, {5, 6}, {8, 10}}
	markings := []struct {
		name string
		mark func(*pen, outline, colour)
		core [2]float64
	}{{"banded", chevron, [2]float64{}}, {"eyed", nil, [2]float64{0.2, 0.3}}, {"freckled", freckles, [2]float64{}}}
	table := []plant{
		{"bracken", anyHue, frond{pairs: [2]int{3, 4}, size: 1.43}},
		{"mimosa", anyHue, frond{pairs: [2]int{14, 18}, size: 1.43}},
	}
	for _, s := range shapes {
		for _, n := range counts {
			for _, m := range markings {
				width := s.width * 5 / float64(max(n.from, 4))
				table = append(table, plant{fmt.Sprintf("%s-%d-%s", s.name, n.from, m.name), anyHue, radial{petals: [2]int{n.from, n.to},
					width: [2]float64{0.85 * width, 1.1 * width}, size: 1.05, shape: s.shape, mark: m.mark, core: m.core}})
			}
		}
	}
	slices.SortFunc(table, func(a, b plant) int { return strings.Compare(a.name, b.name) })
	return table
}

var anyHue = [2]float64{0, 1}
