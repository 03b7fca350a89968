package compare_test

import (
	"fmt"

	"resnetlab/resnetlib/compare"
	"resnetlab/resnetlib/runs"
)

// Every strategy but scratch needs weights to start from; that is found out before anything is trained.
func ExampleConfig_CheckStrategies() {
	c := compare.Config{Settings: runs.Settings{Arch: "resnet18"}, Strategies: []string{compare.Scratch, "last:fc"}}
	fmt.Println(c.CheckStrategies())
	// Output: strategy last:fc needs weights to start from (only scratch does not)
}
