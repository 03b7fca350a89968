package rewrite

import (
	"slices"
	"testing"
)

const reduction = `module @main {
  func.func @main(%arg0: tensor<2x4xf32>, %arg1: tensor<f32>) -> (tensor<2xf32>, tensor<2x4xf32>) {
    %0 = "stablehlo.add"(%arg0, %arg0) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
    %2 = "stablehlo.reduce"(%0, %arg1) ({
      ^reductionFn(%lhs: tensor<f32>, %rhs: tensor<f32>) :
          %1 = "stablehlo.add"(%lhs, %arg1) : (tensor<f32>, tensor<f32>) -> tensor<f32>
          "stablehlo.return"(%1) : (tensor<f32>) -> ()
    }) { dimensions = array<i64: 1> } : (tensor<2x4xf32>, tensor<f32>) -> tensor<2xf32>
    %3, %4 = "stablehlo.custom_call"(%2) {
      call_target_name = "a, \"{b",
      has_side_effect = false
    } : (tensor<2xf32>) -> (tensor<2xf32>, tensor<2x4xf32>)
    "stablehlo.return"(%3, %0) : (tensor<2xf32>, tensor<2x4xf32>) -> ()
  }
}
`

func TestParsedProgramKeepsItsBytes(t *testing.T) {
	texts := []string{reduction, "", "\n", "no newline at the end"}
	for name := range found {
		texts = append(texts, program(t, name))
	}
	for _, text := range texts {
		if got := parse(text).String(); got != text {
			t.Errorf("%s\nbecame\n%s", text, got)
		}
	}
}

func TestOperationsAreReadWithAllTheirParts(t *testing.T) {
	f := parse(reduction)[1]
	o := f.definition("%4")
	if o == nil || o != f.definition("%3") || o.name != "stablehlo.custom_call" || !slices.Equal(o.operands, []string{"%2"}) ||
		!slices.Equal(o.resultTypes, []string{"tensor<2xf32>", "tensor<2x4xf32>"}) || !slices.Equal(o.operandTypes, []string{"tensor<2xf32>"}) ||
		o.attributes["call_target_name"] != `"a, \"{b"` || o.attributes["has_side_effect"] != "false" || len(o.attributes) != 2 {
		t.Errorf("%+v", o)
	}
	if o := f.definition("%2"); o == nil || o.attributes["dimensions"] != "array<i64: 1>" || len(o.attributes) != 1 {
		t.Errorf("%+v", o)
	}
}

// Uses in regions and by the operation that returns count; parameters are no uses.
func TestUsersOfAValue(t *testing.T) {
	f := parse(reduction)[1]
	names := func(value string) (names []string) {
		for _, o := range f.users(value) {
			names = append(names, o.name)
		}
		return names
	}
	for value, want := range map[string][]string{
		"%arg0": {"stablehlo.add", "stablehlo.add"},
		"%arg1": {"stablehlo.reduce", "stablehlo.reduce"},
		"%0":    {"stablehlo.reduce", "stablehlo.return"},
		"%4":    nil,
	} {
		if got := names(value); !slices.Equal(got, want) {
			t.Errorf("%s is used by %v, want %v", value, got, want)
		}
	}
	if f.definition("%arg0") != nil || f.definition("%1") != nil {
		t.Error("a parameter, or a value of a region, has a definition")
	}
	if f.onlyUser("%2", "stablehlo.custom_call") != f.definition("%3") || f.onlyUser("%2", "stablehlo.add") != nil || f.onlyUser("%0", "stablehlo.reduce") != nil {
		t.Error("onlyUser")
	}
}

func TestReplacedOperationsAreForgotten(t *testing.T) {
	f := parse(reduction)[1]
	f.replace([]*operation{f.definition("%0"), f.definition("%2")}, `    %2 = "new"(%arg0) : (tensor<2x4xf32>) -> tensor<2xf32>`+"\n")
	if f.definition("%0") != nil || f.definition("%2").name != "new" || len(f.users("%arg1")) != 0 || f.onlyUser("%arg0", "new") == nil {
		t.Errorf("%v", f)
	}
	if want := f.operations[0].text + f.definition("%2").text + f.definition("%3").text; module(
		[]*function{f}).String()[:len(want)] != want {
		t.Errorf("became\n%s", module([]*function{f}))
	}
}

// A name that is given twice, in other regions, tells nothing.
func TestValueThatIsDefinedTwiceHasNoDefinition(t *testing.T) {
	line := `    %0 = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>` + "\n"
	f := parse(line + line + line)[0]
	if f.definition("%0") != nil {
		t.Error("it has one")
	}
	if n := len(f.users("%a")); n != 3 {
		t.Errorf("%d users, want 3", n)
	}
}
