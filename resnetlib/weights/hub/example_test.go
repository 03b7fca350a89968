package hub_test

import (
	"fmt"
	"os"

	"resnetlab/resnetlib/weights"
	"resnetlab/resnetlib/weights/hub"
)

// A mirror has the files under the publisher's names.
func ExampleURL() {
	os.Setenv(hub.MirrorEnv, "https://mirror.example/models")
	defer os.Unsetenv(hub.MirrorEnv)
	p, _ := weights.FindPublished("resnet34")
	fmt.Println(hub.URL(p))
	// Output: https://mirror.example/models/resnet34-b627a593.pth
}
