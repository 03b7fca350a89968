package stablehlo

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// written returns texts that go-xla v0.4.11 wrote.
func written(t testing.TB) (texts []string) {
	t.Helper()
	files, err := filepath.Glob("../onednn/rewrite/testdata/*.mlir")
	if err != nil || len(files) == 0 {
		t.Fatalf("no programs of go-xla (%v)", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	return texts
}

func parsed(t testing.TB, text string) *Program {
	t.Helper()
	p, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

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
	for _, text := range append(written(t), reduction, "", "\n", "no newline at the end") {
		if got := parsed(t, text).String(); got != text {
			t.Errorf("%s\nbecame\n%s", text, got)
		}
	}
}

func TestOperationsAreReadWithAllTheirParts(t *testing.T) {
	f := parsed(t, reduction).Functions[1]
	o := f.Definition("%4")
	if o == nil || o != f.Definition("%3") || o.Name != "stablehlo.custom_call" || !slices.Equal(o.Operands, []string{"%2"}) ||
		!slices.Equal(o.ResultTypes, []string{"tensor<2xf32>", "tensor<2x4xf32>"}) || !slices.Equal(o.OperandTypes, []string{"tensor<2xf32>"}) ||
		o.Attributes["call_target_name"] != `"a, \"{b"` || o.Attributes["has_side_effect"] != "false" || len(o.Attributes) != 2 {
		t.Errorf("%+v", o)
	}
	if o := f.Definition("%2"); o == nil || o.Attributes["dimensions"] != "array<i64: 1>" || len(o.Attributes) != 1 {
		t.Errorf("%+v", o)
	}
}

// Uses in regions and by the operation that returns count; parameters are no uses.
func TestUsersOfAValue(t *testing.T) {
	f := parsed(t, reduction).Functions[1]
	names := func(value string) (names []string) {
		for _, o := range f.Users(value) {
			names = append(names, o.Name)
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
	if f.Definition("%arg0") != nil || f.Definition("%1") != nil {
		t.Error("a parameter, or a value of a region, has a definition")
	}
	if f.OnlyUser("%2", "stablehlo.custom_call") != f.Definition("%3") || f.OnlyUser("%2", "stablehlo.add") != nil || f.OnlyUser("%0", "stablehlo.reduce") != nil {
		t.Error("OnlyUser")
	}
}

func TestReplacedOperationsAreForgotten(t *testing.T) {
	p := parsed(t, reduction)
	f := p.Functions[1]
	f.Replace([]*Operation{f.Definition("%0"), f.Definition("%2")}, `    %2 = "new"(%arg0) : (tensor<2x4xf32>) -> tensor<2xf32>`+"\n")
	if f.Definition("%0") != nil || f.Definition("%2").Name != "new" || len(f.Users("%arg1")) != 0 || f.OnlyUser("%arg0", "new") == nil {
		t.Errorf("%v", f)
	}
	want := p.Functions[0].Operations[0].Text + f.Operations[0].Text + f.Definition("%2").Text + f.Definition("%3").Text
	if got := p.String(); !strings.HasPrefix(got, want) {
		t.Errorf("became\n%s", got)
	}
}

// A name that is given twice, in other regions, tells nothing.
func TestValueThatIsDefinedTwiceHasNoDefinition(t *testing.T) {
	line := `    %0 = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>` + "\n"
	f := parsed(t, line+line+line).Functions[0]
	if f.Definition("%0") != nil {
		t.Error("it has one")
	}
	if n := len(f.Users("%a")); n != 3 {
		t.Errorf("%d users, want 3", n)
	}
}

func TestParametersAreReadAndWritten(t *testing.T) {
	const line = "  func.func @main(%arg0: tensor<2x4xf32>, %m: tensor<f32> {a = [1, \"),\"]}) -> (tensor<2xf32>) {\n"
	p := parsed(t, line)
	f := p.Functions[0]
	want := []Parameter{{"%arg0", "tensor<2x4xf32>", ""}, {"%m", "tensor<f32>", `{a = [1, "),"]}`}}
	if f.Name != "main" || !f.HasHeader() || !slices.Equal(f.Parameters, want) {
		t.Fatalf("%s %v", f.Name, f.Parameters)
	}
	f.SetParameters(want)
	if got := p.String(); got != line {
		t.Errorf("became\n%s", got)
	}
	want[0].Attributes = "{b = 1 : i32}"
	f.SetParameters(want)
	if got, want := p.String(), strings.Replace(line, "2x4xf32>,", "2x4xf32> {b = 1 : i32},", 1); got != want {
		t.Errorf("became\n%s", got)
	}
}

func TestOtherFirstLinesHaveNoParameters(t *testing.T) {
	for _, line := range []string{"func.func", "func.func @main", "func.func @main(%a: tensor<f32>", "f(x) func.func @main(%a: tensor<f32>) {",
		"func.func @main(%a) {", "func.func @main(a: tensor<f32>) {", "func.func @main(%a: tensor<f32>, %b) {", "func.func @main(%a: tensor<f32> ) {"} {
		f := parsed(t, line).Functions[0]
		if f.Parameters != nil || !f.HasHeader() {
			t.Errorf("%s: %v", line, f.Parameters)
		}
	}
}
