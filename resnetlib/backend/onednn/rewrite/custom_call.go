package rewrite

import (
	"fmt"
	"strings"
)

// customCall is a typed custom call (https://openxla.org/xla/custom_call) with float32 operands and results, the last axis of each the fastest.
type customCall struct {
	target, layer               string
	sizes                       []int64
	config                      string // further entries of backend_config, each with ", " behind it
	attributes                  string // further attributes, each with ", " behind it
	operands, results           []string
	operandShapes, resultShapes [][]int
}

// line is the call's line in a program.
func (c customCall) line() string {
	sizes := strings.Trim(strings.ReplaceAll(fmt.Sprint(c.sizes), " ", ", "), "[]")
	results := each(typeOf, c.resultShapes)
	if len(c.results) > 1 {
		results = "(" + results + ")"
	}
	return fmt.Sprintf(`    %s = "stablehlo.custom_call"(%s) {call_target_name = %q, api_version = 4 : i32, `+
		`backend_config = {%slayer = %q, sizes = array<i64: %s>}, %soperand_layouts = [%s], result_layouts = [%s]} : (%s) -> %s`+"\n",
		strings.Join(c.results, ", "), strings.Join(c.operands, ", "), c.target, c.config, c.layer, sizes,
		c.attributes, each(rowMajor, c.operandShapes), each(rowMajor, c.resultShapes), each(typeOf, c.operandShapes), results)
}

// each lists what of says of every shape.
func each(of func([]int) string, shapes [][]int) string {
	list := make([]string, len(shapes))
	for i, s := range shapes {
		list[i] = of(s)
	}
	return strings.Join(list, ", ")
}

// typeOf is the type of float32 values of this shape.
func typeOf(d []int) string {
	return "tensor<" + strings.ReplaceAll(strings.Trim(fmt.Sprint(d), "[]"), " ", "x") + "xf32>"
}

// rowMajor is the layout of a value of this shape whose last axis is the fastest; it names the fastest axis first.
func rowMajor(d []int) string {
	axes := make([]string, len(d))
	for i := range axes {
		axes[i] = fmt.Sprint(len(d) - 1 - i)
	}
	return fmt.Sprintf("dense<[%s]> : tensor<%dxindex>", strings.Join(axes, ", "), len(d))
}
