package named_test

import (
	"fmt"
	"strings"
	"testing"

	"resnetlab/datasets/named"
)

func ExampleOpen() {
	data, err := named.Open("sketch:few", named.Options{Seed: 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(data.Train.Classes())
	// Output: [clover daisy fern lily tulip]
}

func TestOpenSplitOfDrawnData(t *testing.T) {
	for name, classes := range map[string]int{"sketch": 5, "sketch:few": 5, "sketch:many": 20} {
		ds, err := named.OpenSplit(name, "test", named.Options{Seed: 3})
		if err != nil || len(ds.Classes()) != classes {
			t.Fatalf("%s: %v, %d classes, want %d", name, err, len(ds.Classes()), classes)
		}
	}
}

func TestOpenSplitNamesTheTasksThereAre(t *testing.T) {
	if _, err := named.OpenSplit("sketch:nothing", "test", named.Options{}); err == nil || !strings.Contains(err.Error(), "few, many") {
		t.Errorf("an unknown task: %v", err)
	}
}

func TestOpenSplitNamesTheParts(t *testing.T) {
	if _, err := named.OpenSplit("sketch", "rest", named.Options{}); err == nil || !strings.Contains(err.Error(), "train, val and test") {
		t.Errorf("an unknown part: %v", err)
	}
}
