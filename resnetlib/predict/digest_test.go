package predict_test

import (
	"testing"

	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/transforms"
	"resnetlab/resnetlib/weights"
)

// A digest depends on every number, shape and name of the weights, the architecture and the preprocessing, and on nothing else.
func TestDigestTellsNetworksApart(t *testing.T) {
	type entry struct {
		key    string
		shape  []int
		values []float32
	}
	digest := func(arch string, size int, entries ...entry) string {
		sd := weights.NewStateDict()
		for _, e := range entries {
			sd.Set(e.key, weights.FromFloat32s(e.shape, e.values))
		}
		d, err := predict.Digest(sd, arch, transforms.EvalPreset(size))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	a, b := entry{"a", []int{2}, []float32{1, 2}}, entry{"b", []int{2}, []float32{3, 4}}
	first := digest("resnet18", 224, a, b)
	if other := digest("resnet18", 224, b, a); other != first {
		t.Error("the order of the tensors changes it")
	}
	seen := map[string]string{first: "the first"}
	for name, d := range map[string]string{
		"another number": digest("resnet18", 224, a, entry{"b", []int{2}, []float32{3, 5}}),
		"another shape":  digest("resnet18", 224, a, entry{"b", []int{2, 1}, []float32{3, 4}}),
		"another name":   digest("resnet18", 224, a, entry{"c", []int{2}, []float32{3, 4}}),
		"moved numbers":  digest("resnet18", 224, entry{"a", []int{3}, []float32{1, 2, 3}}, entry{"b", []int{1}, []float32{4}}),
		"fewer tensors":  digest("resnet18", 224, a),
		"another arch":   digest("resnet34", 224, a, b),
		"another size":   digest("resnet18", 192, a, b),
	} {
		if other, ok := seen[d]; ok {
			t.Errorf("%s has the digest of %s", name, other)
		}
		seen[d] = name
	}
}
