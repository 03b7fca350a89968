package aliasing

import (
	"fmt"
	"strings"
	"testing"

	"resnetlab/resnetlib/backend/stablehlo"
)

// step is a training step in the form of go-xla: a weight that a convolution reads, and a moment that only the update reads.
const step = `module @step {
  func.func @main(%arg0: tensor<2x4xf32>, %w: tensor<4x4xf32>, %m: tensor<4x4xf32>, %v: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>, tensor<f32>) {
    %0 = "stablehlo.dot_general"(%arg0, %w) {dims = #x} : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    %1 = "stablehlo.reduce"(%0, %c) ({
      ^reductionFn(%lhs: tensor<f32>, %rhs: tensor<f32>) :
          %9 = "stablehlo.add"(%lhs, %rhs) : (tensor<f32>, tensor<f32>) -> tensor<f32>
          "stablehlo.return"(%9) : (tensor<f32>) -> ()
    }) { dimensions = array<i64: 0, 1> } : (tensor<4x4xf32>, tensor<f32>) -> tensor<f32>
    %2 = "stablehlo.subtract"(%0, %m) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    %3 = "stablehlo.add"(%m, %2) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    %4 = "stablehlo.multiply"(%v, %0) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    %5 = "stablehlo.add"(%4, %0) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    %6 = "stablehlo.subtract"(%w, %3) : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    "stablehlo.return"(%6, %3, %5, %1) : (tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>, tensor<f32>) -> ()
  }
}
`

// aliased applies the pass to a program.
func aliased(t *testing.T, text string) string {
	t.Helper()
	out, err := stablehlo.Rewrite([]byte(text), Program)
	if err != nil {
		t.Skip(err)
	}
	return string(out)
}

// The moments get the memory of the old ones, each its own; the weight does not, since the product reads it as well.
func TestMomentsTakeTheMemoryOfTheOld(t *testing.T) {
	want := strings.NewReplacer("%m: tensor<4x4xf32>", "%m: tensor<4x4xf32> {tf.aliasing_output = 1 : i32}",
		"%v: tensor<4x4xf32>", "%v: tensor<4x4xf32> {tf.aliasing_output = 2 : i32}").Replace(step)
	if got := aliased(t, step); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if again := aliased(t, want); again != want {
		t.Errorf("a program with attributes was changed:\n%s", again)
	}
}

func TestOtherProgramsStay(t *testing.T) {
	for name, change := range map[string][2]string{
		"another type":            {"%5) : (tensor<4x4xf32>", "%5) : (tensor<4x4xf64>"},
		"a second function":       {"module @step {\n", "module @step {\n  func.func private @f() {\n  }\n"},
		"no function main":        {"@main", "@other"},
		"more results than types": {"%6, %3, %5, %1", "%6, %3, %5"},
		"an attribute already":    {"%m: tensor<4x4xf32>", "%m: tensor<4x4xf32> {a.b = 1 : i32}"},
		"a type with an encoding": {"%v: tensor<4x4xf32>", "%v: tensor<4x4xf32, #x>"},
	} {
		text := strings.ReplaceAll(step, change[0], change[1])
		if name == "another type" {
			text = strings.ReplaceAll(step, `-> tensor<4x4xf32>`, `-> tensor<16xf32>`)
		}
		if text == step {
			t.Fatalf("%s: nothing to try", name)
		}
		if got := aliased(t, text); got != text {
			t.Errorf("%s: changed to\n%s", name, got)
		}
	}
}

// An argument that is returned as it is keeps its memory, and no two results take one argument's.
func TestNoArgumentIsTakenTwice(t *testing.T) {
	const text = `  func.func @main(%a: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
    %0 = "stablehlo.negate"(%a) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "stablehlo.add"(%a, %0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    "stablehlo.return"(%0, %1, %0) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
`
	if got := aliased(t, text); strings.Count(got, "aliasing_output") != 1 || !strings.Contains(got, "aliasing_output = 0") {
		t.Error(got)
	}
	same := strings.Replace(text, "%0, %1, %0", "%a, %a, %a", 1)
	if got := aliased(t, same); got != same {
		t.Error(got)
	}
}

// Behind a result only so many values are looked at: a program cannot make the search long.
func TestDistantArgumentsKeepTheirMemory(t *testing.T) {
	for n, want := range map[int]bool{maxVisited - 1: true, maxVisited: false} {
		text := "  func.func @main(%0: tensor<4xf32>) -> tensor<4xf32> {\n"
		for i := range n {
			text += fmt.Sprintf("    %%%d = \"stablehlo.negate\"(%%%d) : (tensor<4xf32>) -> tensor<4xf32>\n", i+1, i)
		}
		text += fmt.Sprintf("    \"stablehlo.return\"(%%%d) : (tensor<4xf32>) -> ()\n", n)
		if got := aliased(t, text) != text; got != want {
			t.Errorf("%d operations: aliased %v, want %v", n, got, want)
		}
	}
}

func FuzzProgram(f *testing.F) {
	f.Add([]byte(step))
	f.Fuzz(func(t *testing.T, text []byte) {
		before := string(text)
		got := aliased(t, string(text))
		if string(text) != before {
			t.Error("the text was changed")
		}
		for _, part := range strings.Split(got, " {tf.aliasing_output = ")[1:] {
			_, rest, _ := strings.Cut(part, " : i32}")
			got = strings.Replace(got, " {tf.aliasing_output = "+strings.TrimSuffix(part, rest), "", 1)
		}
		if !strings.Contains(before, "aliasing_output") && got != before {
			t.Errorf("more than attributes was changed: %q, was %q", got, before)
		}
	})
}
