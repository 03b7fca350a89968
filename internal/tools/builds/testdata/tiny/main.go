// Tiny adds two numbers on the backend that it is told, and prints the sum and the choice, or why not.
package main

import (
	"fmt"
	"os"

	"github.com/gomlx/gomlx/core/graph"

	"resnetlab/resnetlib/backend"
)

func main() {
	b, choice, err := backend.Open(os.Args[1])
	if err != nil {
		fmt.Println(err)
		return
	}
	sum := graph.MustNewExec(b, func(x, y *graph.Node) *graph.Node { return graph.Add(x, y) }).MustCall1(float32(40), float32(2))
	fmt.Println(sum.Value(), choice)
}
