package stablehlo_test

import (
	"fmt"

	"resnetlab/resnetlib/backend/stablehlo"
)

const program = `module @example {
  func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
    %0 = "stablehlo.negate"(%x) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = "stablehlo.negate"(%0) : (tensor<4xf32>) -> tensor<4xf32>
    %2 = "stablehlo.sqrt"(%1) : (tensor<4xf32>) -> tensor<4xf32>
    "stablehlo.return"(%2) : (tensor<4xf32>) -> ()
  }
}
`

// A pass that replaces the root of a number that is negated twice.
func ExampleRewrite() {
	out, err := stablehlo.Rewrite([]byte(program), func(p *stablehlo.Program) {
		for _, f := range p.Functions {
			for _, o := range f.Operations {
				if o.Name != "stablehlo.sqrt" {
					continue
				}
				second := f.Definition(o.Operands[0])
				first := f.Definition(second.Operands[0])
				f.Replace([]*stablehlo.Operation{first, second, o},
					fmt.Sprintf("    %s = \"stablehlo.sqrt\"(%s) : (tensor<4xf32>) -> tensor<4xf32>\n", o.Results[0], first.Operands[0]))
			}
		}
	})
	fmt.Print(string(out), err)
	// Output:
	// module @example {
	//   func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
	//     %2 = "stablehlo.sqrt"(%x) : (tensor<4xf32>) -> tensor<4xf32>
	//     "stablehlo.return"(%2) : (tensor<4xf32>) -> ()
	//   }
	// }
	// <nil>
}

func ExampleParse() {
	p, err := stablehlo.Parse(program)
	if err != nil {
		fmt.Println(err)
		return
	}
	main := p.Functions[1] // the first is the module's line
	o := main.Definition("%1")
	fmt.Println(main.Name, main.Parameters[0].Value, o.Name, o.Operands, o.ResultTypes)
	fmt.Println(len(main.Users("%1")), main.OnlyUser("%1", "stablehlo.sqrt").Results)
	// Output:
	// main %x stablehlo.negate [%0] [tensor<4xf32>]
	// 1 [%2]
}
