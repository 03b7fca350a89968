package notebook_test

import (
	"fmt"

	"resnetlab/resnetlib/notebook"
	"resnetlab/resnetlib/plots"
)

// Columns of numbers are aligned to the right, and a Chinese character is two columns wide. What cannot be seen in a name is escaped.
func ExampleFormatTable() {
	fmt.Print(notebook.FormatTable([]string{"class", "pictures", "recall"}, [][]string{
		{"郁金香", "12", "0.917"},
		{"rose\x1b[31m", "7", "-"},
	}))
	// Output:
	// class         pictures  recall
	// ------------  --------  ------
	// 郁金香              12   0.917
	// rose\x1b[31m         7       -
}

func ExampleCheckClose() {
	notebook.CheckClose("mean", 0.4999, 0.5, 1e-3, "divide by n")
	notebook.CheckClose("variance", 0.25, 0.2, 1e-3, "divide by n-1")
	// Output:
	// ✓ mean: correct, well done
	// ✗ variance: not yet. Your answer: 0.25. divide by n-1
}

func ExampleCheckAllClose() {
	notebook.CheckAllClose("probabilities", []float64{0.1, 0.7}, []float64{0.1, 0.9}, 1e-3, "they sum to 1")
	// Output: ✗ probabilities: not yet. Value 1 of your answer is 0.7. they sum to 1
}

// A struct is a table: its fields have their names of JSON.
func ExampleShow() {
	notebook.Show(struct {
		Arch     string  `json:"arch"`
		Accuracy float64 `json:"accuracy"`
	}{"resnet18", 0.91234567})
	notebook.Show(plots.Bars("Accuracy", "", []string{"resnet18"}, plots.Group{Values: []float64{0.91}})) // a picture in a cell
	// Output:
	// arch      resnet18
	// accuracy  0.9123
	// [picture: Accuracy, 900x88 pixels; Save writes it to a .png or .svg file]
}

func ExampleTable() {
	notebook.Table([]string{"layer", "parameters"}, [][]string{{"conv1", "9,408"}, {"fc", "2,565"}})
	// Output:
	// layer  parameters
	// -----  ----------
	// conv1       9,408
	// fc          2,565
}
