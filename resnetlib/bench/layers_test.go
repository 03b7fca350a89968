package bench_test

import (
	"fmt"
	"slices"
	"testing"

	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/bench"
)

// Every layer and block is timed, with the shapes that they have in the network.
func TestByLayerTimesEveryLayerAndBlock(t *testing.T) {
	c := bench.Config{Arch: "resnet18", BatchSize: 2, ImageSize: 32, NumClasses: 5, Repeats: 1, ByLayer: true}
	r, err := bench.Run(t.Context(), testbackend.Open(t, backend.Go), "go", c)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range r.Layers {
		got = append(got, fmt.Sprint(l.Name, l.Output))
		if l.SecondsPerImage.Min <= 0 || l.SecondsPerImage.Median < l.SecondsPerImage.Min {
			t.Errorf("%s: %+v", l.Name, l.SecondsPerImage)
		}
	}
	want := []string{"conv1[2 16 16 64]", "bn1[2 16 16 64]", "relu[2 16 16 64]", "maxpool[2 8 8 64]", "layer1.0[2 8 8 64]", "layer1.1[2 8 8 64]",
		"layer2.0[2 4 4 128]", "layer2.1[2 4 4 128]", "layer3.0[2 2 2 256]", "layer3.1[2 2 2 256]", "layer4.0[2 1 1 512]", "layer4.1[2 1 1 512]",
		"avgpool[2 512]", "fc[2 5]"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	c.ByLayer = false
	if r, err = bench.Run(t.Context(), testbackend.Open(t, backend.Go), "go", c); err != nil || r.Layers != nil {
		t.Errorf("layers unasked: %v, %v", r.Layers, err)
	}
}
