package rewrite

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"resnetlab/resnetlib/backend/stablehlo"
)

// program reads a text that go-xla v0.4.11 wrote; those of ResNet-18 are parts of it.
func program(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".mlir"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// rewritten applies the pass to a program.
func rewritten(t testing.TB, text string) (out string, convs []Conv) {
	t.Helper()
	changed, err := stablehlo.Rewrite([]byte(text), func(p *stablehlo.Program) { convs, _ = Program(p) })
	if err != nil {
		t.Fatal(err)
	}
	return string(changed), convs
}

// summary is a convolution with all that is told to the handler.
func summary(c Conv) string {
	order := "io"
	if c.KernelOI {
		order = "oi"
	}
	return fmt.Sprintf("%s, pad %v %v, %s", c, c.Before, c.After, order)
}

var found = map[string][]string{
	"stride2": {
		"convolution arg1, 2 x 9x9x4 by 3x3 to 5x5x6, stride 2x2, groups 1, pad [1 1] [1 1], io",
		"gradient by input of convolution arg1, 2 x 9x9x4 by 3x3 to 5x5x6, stride 2x2, groups 1, pad [1 1] [1 1], io",
		"gradient by kernel of convolution arg1, 2 x 9x9x4 by 3x3 to 5x5x6, stride 2x2, groups 1, pad [1 1] [1 1], io",
	},
	"unpadded": {
		"convolution arg1, 2 x 7x7x4 by 3x3 to 3x3x6, stride 2x2, groups 1, pad [0 0] [0 0], io",
		"gradient by input of convolution arg1, 2 x 7x7x4 by 3x3 to 3x3x6, stride 2x2, groups 1, pad [0 0] [0 0], io",
		"gradient by kernel of convolution arg1, 2 x 7x7x4 by 3x3 to 3x3x6, stride 2x2, groups 1, pad [0 0] [0 0], io",
	},
	"pointwise_stride2": {
		"convolution arg1, 2 x 8x8x4 by 1x1 to 4x4x6, stride 2x2, groups 1, pad [0 0] [0 0], io",
		"gradient by input of convolution arg1, 2 x 8x8x4 by 1x1 to 4x4x6, stride 2x2, groups 1, pad [0 0] [0 0], io",
		"gradient by kernel of convolution arg1, 2 x 8x8x4 by 1x1 to 4x4x6, stride 2x2, groups 1, pad [0 0] [0 0], io",
	},
	"grouped_stride2": {
		"convolution arg1, 2 x 9x9x8 by 3x3 to 5x5x12, stride 2x2, groups 4, pad [1 1] [1 1], io",
		"gradient by input of convolution 6, 2 x 9x9x8 by 3x3 to 5x5x12, stride 2x2, groups 4, pad [1 1] [1 1], oi",
		"gradient by kernel of convolution arg1, 2 x 9x9x8 by 3x3 to 5x5x12, stride 2x2, groups 4, pad [1 1] [1 1], io",
	},
	"resnet18_eval": {
		"convolution resnet_conv1, 2 x 32x32x3 by 7x7 to 16x16x64, stride 2x2, groups 1, pad [3 3] [2 2], io",
		"convolution resnet_layer1_0_conv2, 2 x 8x8x64 by 3x3 to 8x8x64, stride 1x1, groups 1, pad [1 1] [1 1], io",
	},
	"resnet18_step": {
		"convolution resnet_conv1, 2 x 32x32x3 by 7x7 to 16x16x64, stride 2x2, groups 1, pad [3 3] [2 2], io",
		"convolution resnet_layer3_0_conv1, 2 x 4x4x128 by 3x3 to 2x2x256, stride 2x2, groups 1, pad [1 1] [0 0], io",
		"convolution resnet_layer4_1_conv2, 2 x 1x1x512 by 3x3 to 1x1x512, stride 1x1, groups 1, pad [1 1] [1 1], io",
		"gradient by input of convolution resnet_layer4_1_conv2, 2 x 1x1x512 by 3x3 to 1x1x512, stride 1x1, groups 1, pad [1 1] [1 1], io",
		"gradient by kernel of convolution resnet_layer4_1_conv2, 2 x 1x1x512 by 3x3 to 1x1x512, stride 1x1, groups 1, pad [1 1] [1 1], io",
		"gradient by input of convolution resnet_layer3_0_conv1, 2 x 4x4x128 by 3x3 to 2x2x256, stride 2x2, groups 1, pad [1 1] [0 0], io",
		"gradient by kernel of convolution resnet_layer3_0_conv1, 2 x 4x4x128 by 3x3 to 2x2x256, stride 2x2, groups 1, pad [1 1] [0 0], io",
		"gradient by input of convolution resnet_conv1, 2 x 32x32x3 by 7x7 to 16x16x64, stride 2x2, groups 1, pad [3 3] [2 2], io",
		"gradient by kernel of convolution resnet_conv1, 2 x 32x32x3 by 7x7 to 16x16x64, stride 2x2, groups 1, pad [3 3] [2 2], io",
	},
}

func TestConvolutionsOfRealProgramsAreFound(t *testing.T) {
	for name, want := range found {
		_, convs := rewritten(t, program(t, name))
		var got []string
		for _, c := range convs {
			got = append(got, summary(c))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n%s\nwant:\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestCustomCallIsWrittenAsXLAReadsIt(t *testing.T) {
	out, _ := rewritten(t, program(t, "grouped_stride2"))
	const layout = "dense<[3, 2, 1, 0]> : tensor<4xindex>"
	want := `"stablehlo.custom_call"(%arg0, %arg1) {call_target_name = "resnetlab.conv", api_version = 4 : i32, ` +
		`backend_config = {layer = "arg1", sizes = array<i64: 2, 9, 9, 8, 5, 5, 12, 3, 3, 2, 2, 1, 1, 1, 1, 4, 0, 0, 0, 0>}, ` +
		"operand_layouts = [" + layout + ", " + layout + "], result_layouts = [" + layout + "]} : " +
		"(tensor<2x9x9x8xf32>, tensor<3x3x2x12xf32>) -> tensor<2x5x5x12xf32>\n"
	if !strings.Contains(out, want) {
		t.Errorf("no line %s in\n%s", want, out)
	}
}

// The gradient by input takes the kernel itself: the handler does not want it turned.
func TestInputGradientTakesTheKernelThatWasReversed(t *testing.T) {
	out, _ := rewritten(t, program(t, "stride2"))
	if want := `%12 = "stablehlo.custom_call"(%10, %arg1) {call_target_name = "resnetlab.conv_input_gradient"`; !strings.Contains(out, want) {
		t.Errorf("no %s in\n%s", want, out)
	}
}

func TestLinesWithoutConvolutionsStay(t *testing.T) {
	for name := range found {
		text := program(t, name)
		out, convs := rewritten(t, text)
		rest := otherLines(text, convolutionName, 11)
		if got := otherLines(out, `"stablehlo.custom_call"`, 1); got != rest {
			t.Errorf("%s: other lines changed:\n%s\nwant:\n%s", name, got, rest)
		}
		if n := strings.Count(text, convolutionName); n != len(convs) {
			t.Errorf("%s: %d of %d convolutions were replaced", name, len(convs), n)
		}
	}
}

// otherLines drops the operations, each of a number of lines.
func otherLines(text, op string, lines int) string {
	var b strings.Builder
	skip := 0
	for line := range strings.Lines(text) {
		if strings.Contains(line, op) {
			skip = lines
		}
		if skip--; skip < 0 {
			b.WriteString(line)
		}
	}
	return b.String()
}

// Changes to a program after which its convolutions are none of ours.
func TestOtherConvolutionsAreLeftAlone(t *testing.T) {
	text := program(t, "stride2")
	text = text[strings.Index(text, "    %0 = "):strings.Index(text, "    %1 = ")]
	for _, change := range [][2]string{
		{"xf32>) ->", "xbf16>) ->"},
		{"tensor<2x9x9x4xf32>, tensor<3x3x4x6xf32>) -> tensor<2x5x5x6xf32>", "tensor<2x9x4xf32>, tensor<3x4x6xf32>) -> tensor<2x5x6xf32>"},
		{"tensor<3x3x4x6xf32>) -> tensor<2x5x5x6xf32>", "tensor<3x3x4x6xf32>) -> tensor<2x5x4x6xf32>"},
		{"tensor<3x3x4x6xf32>) -> tensor<2x5x5x6xf32>", "tensor<3x3x3x6xf32>) -> tensor<2x5x5x6xf32>"},
		{"tensor<2x9x9x4xf32>, tensor<3x3x4x6xf32>)", "tensor<?x9x9x4xf32>, tensor<3x3x4x6xf32>)"},
		{"dense<[[1, 1], [1, 1]]>", "dense<[[-1, 3], [1, 1]]>"},
		{"dense<[[1, 1], [1, 1]]>", "dense<[[3, 0], [1, 1]]>"},
		{"dense<[[1, 1], [1, 1]]>", "dense<[[1, -2], [1, 1]]>"},
		{"array<i1: false, false>", "array<i1: false, true>"},
		{"dense<[[1, 1], [1, 1]]>", "dense<[[1, 4], [1, 1]]>"},
		{"batch_group_count = 1", "batch_group_count = 2"},
		{"feature_group_count = 1", "feature_group_count = 3"},
		{"lhs_dilation = array<i64: 1, 1>", "lhs_dilation = array<i64: 2, 2>"},
		{"rhs_dilation = array<i64: 1, 1>", "rhs_dilation = array<i64: 2, 2>"},
		{"[b, 0, 1, f]x", "[b, f, 0, 1]x"},
		{"window_strides = array<i64: 2, 2>", "window_strides = array<i64: 2>"},
		{"window_strides = array<i64: 2, 2>", "window_strides = array<i64: 0, 2>"},
		{"window_strides = array<i64: 2, 2>", "window_strides = array<i64: 99999999999999999999, 2>"},
		{"window_strides = array<i64: 2, 2>", "future_attribute = 2 : i64"},
		{"lhs_dilation", "rhs_dilation"},
		{"window_strides = array<i64: 2, 2>", "precision_config = []"},
		{"window_reversal = array<i1: false, false>", "precision_config = []"},
		{"      window_reversal = array<i1: false, false>,\n", ""},
		{" = \"stablehlo.convolution\"", ":2 = \"stablehlo.convolution\""},
	} {
		changed := strings.Replace(text, change[0], change[1], 1)
		if changed == text {
			t.Fatalf("%q is not in the program", change[0])
		}
		if out, convs := rewritten(t, changed); len(convs) != 0 || out != changed {
			t.Errorf("%q -> %q: replaced %v", change[0], change[1], convs)
		}
	}
}

// The kernel's axes in the other order: [0, 1, o, i].
func TestSwappedKernelAxesAreReadWithoutGroups(t *testing.T) {
	swap := func(text string, types ...string) string {
		text = strings.ReplaceAll(text, "x[0, 1, i, o]", "x[0, 1, o, i]")
		return strings.NewReplacer(types...).Replace(text)
	}
	text := program(t, "stride2")
	_, convs := rewritten(t, swap(text[:strings.Index(text, "%1 = ")], "tensor<3x3x4x6xf32>", "tensor<3x3x6x4xf32>"))
	if want := strings.TrimSuffix(found["stride2"][0], "io") + "oi"; len(convs) != 1 || summary(convs[0]) != want {
		t.Errorf("found %v, want %s", convs, want)
	}
	grouped := swap(program(t, "grouped_stride2"), "tensor<3x3x2x12xf32>", "tensor<3x3x12x2xf32>", "tensor<3x3x3x8xf32>", "tensor<3x3x8x3xf32>")
	if _, convs := rewritten(t, grouped); len(convs) != 0 {
		t.Errorf("with groups: replaced %v", convs)
	}
}

// A value may get the name of a reversed kernel in another function or region.
func TestReversedKernelIsForgottenWithItsName(t *testing.T) {
	text := program(t, "stride2")
	for _, other := range []string{"    %11 = \"stablehlo.negate\"(%arg1) : (tensor<3x3x4x6xf32>) -> tensor<3x3x4x6xf32>\n", "  func.func @other() {\n"} {
		out, convs := rewritten(t, strings.Replace(text, "    %12 = ", other+"    %12 = ", 1))
		if len(convs) != 2 || !strings.Contains(out, `%12 = "stablehlo.convolution"(%10, %11)`) {
			t.Errorf("after %q: %v", other, convs)
		}
	}
}

func TestOnePaddingForAllSidesIsRead(t *testing.T) {
	text := strings.ReplaceAll(program(t, "stride2"), "dense<[[1, 1], [1, 1]]>", "dense<1>")
	_, convs := rewritten(t, text)
	if len(convs) != 3 || summary(convs[0]) != found["stride2"][0] {
		t.Errorf("found %v", convs)
	}
}

// No program makes the pass fail; one without convolutions stays; what is left over is not replaced by a second pass.
func FuzzProgram(f *testing.F) {
	for name := range found {
		f.Add(program(f, name))
	}
	f.Add(program(f, blockStep))
	f.Add(`    %0 = "stablehlo.convolution"(%a, %b) {`)
	f.Fuzz(func(t *testing.T, text string) {
		out, convs := rewritten(t, text)
		if !strings.Contains(text, convolutionName) && !strings.Contains(text, normName) && (len(convs) != 0 || out != text) {
			t.Fatalf("a program without convolutions became %q", out)
		}
		for _, c := range convs {
			if err := c.Check(); err != nil {
				t.Fatal(err)
			}
		}
		if len(convs) == 0 && out != text && !strings.Contains(text, normName) {
			t.Fatalf("nothing replaced, but the program became %q", out)
		}
		if got, want := strings.Count(out, convolutionName), strings.Count(text, convolutionName); got != want-len(convs) {
			t.Fatalf("%d convolutions left of %d, %d replaced", got, want, len(convs))
		}
		if again, more := rewritten(t, out); len(more) != 0 || again != out {
			t.Fatalf("a second pass replaces %v", more)
		}
	})
}
