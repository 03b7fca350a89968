package rewrite

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"resnetlab/resnetlib/backend/stablehlo"
)

// block is the end of a residual block in evaluation, as go-xla writes it: a 1x1 convolution, a batch norm, the shortcut's sum, a ReLU.
const block = `module @main {
  func.func @main(%x: tensor<2x4x4x8xf32>, %_w: tensor<1x1x8x6xf32>, %r: tensor<2x4x4x6xf32>, %s: tensor<1x1x1x6xf32>, %b: tensor<1x1x1x6xf32>) -> tensor<2x4x4x6xf32> {
    %0 = "stablehlo.convolution"(%x, %_w) {
      batch_group_count = 1 : i64,
      dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>,
      feature_group_count = 1 : i64,
      lhs_dilation = array<i64: 1, 1>,
      padding = dense<0> : tensor<2x2xi64>,
      precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>],
      rhs_dilation = array<i64: 1, 1>,
      window_reversal = array<i1: false, false>,
      window_strides = array<i64: 1, 1>
    } : (tensor<2x4x4x8xf32>, tensor<1x1x8x6xf32>) -> tensor<2x4x4x6xf32>
    %1 = "stablehlo.broadcast_in_dim"(%s) { broadcast_dimensions = array<i64: 0, 1, 2, 3> } : (tensor<1x1x1x6xf32>) -> tensor<2x4x4x6xf32>
    %2 = "stablehlo.multiply"(%0, %1) : (tensor<2x4x4x6xf32>, tensor<2x4x4x6xf32>) -> tensor<2x4x4x6xf32>
    %3 = "stablehlo.broadcast_in_dim"(%b) { broadcast_dimensions = array<i64: 0, 1, 2, 3> } : (tensor<1x1x1x6xf32>) -> tensor<2x4x4x6xf32>
    %4 = "stablehlo.add"(%2, %3) : (tensor<2x4x4x6xf32>, tensor<2x4x4x6xf32>) -> tensor<2x4x4x6xf32>
    %5 = "stablehlo.add"(%4, %r) : (tensor<2x4x4x6xf32>, tensor<2x4x4x6xf32>) -> tensor<2x4x4x6xf32>
    %6 = "stablehlo.constant"() { value = dense<0.0> : tensor<f32> } : () -> tensor<f32>
    %7 = "stablehlo.broadcast_in_dim"(%6) { broadcast_dimensions = array<i64> } : (tensor<f32>) -> tensor<2x4x4x6xf32>
    %8 = "stablehlo.maximum"(%7, %5) : (tensor<2x4x4x6xf32>, tensor<2x4x4x6xf32>) -> tensor<2x4x4x6xf32>
    "stablehlo.return"(%8) : (tensor<2x4x4x6xf32>) -> ()
  }
}
`

func TestBlockBecomesOneCall(t *testing.T) {
	out, convs := rewritten(t, block)
	if len(convs) != 1 || convs[0].String() != "convolution w, 2 x 4x4x8 by 1x1 to 4x4x6, stride 1x1, groups 1, scale and shift, sum, ReLU" {
		t.Errorf("%v", convs)
	}
	const layout = "dense<[3, 2, 1, 0]> : tensor<4xindex>"
	call := `    %8 = "stablehlo.custom_call"(%x, %_w, %s, %b, %r) {call_target_name = "resnetlab.conv", api_version = 4 : i32, ` +
		`backend_config = {layer = "w", sizes = array<i64: 2, 4, 4, 8, 4, 4, 6, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 1, 1, 1>}, ` +
		"output_operand_aliases = [#stablehlo.output_operand_alias<output_tuple_indices = [], operand_index = 4, operand_tuple_indices = []>], " +
		"operand_layouts = [" + strings.Join(slices.Repeat([]string{layout}, 5), ", ") + "], result_layouts = [" + layout + "]} : " +
		"(tensor<2x4x4x8xf32>, tensor<1x1x8x6xf32>, tensor<1x1x1x6xf32>, tensor<1x1x1x6xf32>, tensor<2x4x4x6xf32>) -> tensor<2x4x4x6xf32>\n"
	p, err := stablehlo.Parse(block)
	if err != nil {
		t.Fatal(err)
	}
	want := block
	for _, value := range []string{"%0", "%2", "%4", "%5", "%8"} {
		with := ""
		if value == "%8" {
			with = call
		}
		want = strings.Replace(want, p.Functions[1].Definition(value).Text, with, 1)
	}
	if out != want {
		t.Errorf("%s\nwant\n%s", out, want)
	}
}

// What else uses a value, or another operation in its place, ends what is taken into the call.
func TestCallEndsWhereAValueIsUsedOtherwise(t *testing.T) {
	const use = `    %u = "stablehlo.negate"(%VALUE) : (tensor<2x4x4x6xf32>) -> tensor<2x4x4x6xf32>` + "\n"
	last := `    %8 = "stablehlo.maximum"`
	for _, c := range []struct{ name, old, new, want string }{
		{"the convolution is used", last, strings.Replace(use, "VALUE", "0", 1) + last, ""},
		{"the product is used", last, strings.Replace(use, "VALUE", "2", 1) + last, ""},
		{"the batch norm is used", last, strings.Replace(use, "VALUE", "4", 1) + last, ", scale and shift"},
		{"the sum is used", last, strings.Replace(use, "VALUE", "5", 1) + last, ", scale and shift, sum"},
		{"the sum is returned, the ReLU is not", `"stablehlo.return"(%8)`, `"stablehlo.return"(%5)`, ", scale and shift, sum"},
		{"the sum is returned, too", `"stablehlo.return"(%8) : (tensor`, `"stablehlo.return"(%8, %5) : (tensor<2x4x4x6xf32>, tensor`, ", scale and shift, sum"},
		{"the sum is used twice", "(%7, %5)", "(%5, %5)", ", scale and shift, sum"},
		{"another number than 0", "dense<0.0>", "dense<6.0>", ", scale and shift, sum"},
		{"a minimum", "maximum", "minimum", ", scale and shift, sum"},
		{"a difference", `"stablehlo.add"(%4, %r)`, `"stablehlo.subtract"(%4, %r)`, ", scale and shift"},
		{"no shortcut", "(%4, %r)", "(%4, %7)", ", scale and shift, ReLU"},
		{"a scale for each row", "(%s) { broadcast_dimensions = array<i64: 0, 1, 2, 3> }", "(%s) { broadcast_dimensions = array<i64: 0, 3, 2, 1> }", ""},
		{"no shift", `"stablehlo.broadcast_in_dim"(%b)`, `"other"(%b)`, ""},
	} {
		text := strings.Replace(block, c.old, c.new, 1)
		if text == block {
			t.Fatalf("%s: %q is not in the program", c.name, c.old)
		}
		_, convs := rewritten(t, text)
		if len(convs) != 1 || convs[0].after() != c.want {
			t.Errorf("%s: %v, want %q", c.name, convs, c.want)
		}
	}
}

// Where two convolutions meet in a sum, one takes it, and the other is its residual.
func TestSumOfTwoConvolutionsIsTakenOnce(t *testing.T) {
	begin, end := strings.Index(block, "    %0 = "), strings.Index(block, "    %5 = ")
	shortcut := block[begin:end]
	for i := 4; i >= 0; i-- {
		shortcut = strings.ReplaceAll(shortcut, fmt.Sprintf("%%%d", i), fmt.Sprintf("%%1%d", i))
	}
	text := strings.Replace(block[:begin]+shortcut+block[begin:], "(%4, %r)", "(%4, %14)", 1)
	out, convs := rewritten(t, text)
	if len(convs) != 2 || convs[0].after() != ", scale and shift" || convs[1].after() != ", scale and shift, sum, ReLU" ||
		!strings.Contains(out, `"stablehlo.custom_call"(%x, %_w, %s, %b, %14)`) {
		t.Errorf("%v\n%s", convs, out)
	}
}
