package weights

import (
	"cmp"
	"fmt"
)

// architecture names a network of torchvision's ResNet family by the keys and shapes of its state dict ("ResNet-50",
// "ResNeXt-101 32x8d", "Wide ResNet-50-2"), "" if it is none. The depth in the name counts the convolutions of the main
// branches, the stem and fc.
func architecture(shapes map[string][]int) string {
	conv2 := shapes["layer1.0.conv2.weight"] // [width, width/groups, 3, 3]
	if len(conv2) != 4 || conv2[1] == 0 {
		return ""
	}
	blocks := 0
	for layer := 1; ; layer++ {
		n := 0
		for shapes[fmt.Sprintf("layer%d.%d.conv1.weight", layer, n)] != nil {
			n++
		}
		if n == 0 {
			break
		}
		blocks += n
	}
	conv3 := shapes["layer1.0.conv3.weight"] // [4*planes, width, 1, 1]; torchvision has 64 planes
	if len(conv3) != 4 || conv3[0] < 4 {
		return fmt.Sprintf("ResNet-%d", 2*blocks+2)
	}
	depth := 3*blocks + 2
	groups := max(conv2[0]/conv2[1], 1)
	width := conv2[0] / groups * 64 / (conv3[0] / 4) // per group
	switch {
	case groups > 1:
		return fmt.Sprintf("ResNeXt-%d %dx%dd", depth, groups, width)
	case width != 64:
		return fmt.Sprintf("Wide ResNet-%d-%g", depth, float64(width)/64)
	}
	return fmt.Sprintf("ResNet-%d", depth)
}

func (s *StateDict) shapes() map[string][]int {
	shapes := map[string][]int{}
	for key, t := range s.All() {
		shapes[key] = t.Shape
	}
	return shapes
}

func specShapes(spec []Spec) map[string][]int {
	shapes := map[string][]int{}
	for _, s := range spec {
		shapes[s.Key] = s.Shape
	}
	return shapes
}

// Architecture names the network in the file by its keys and shapes: "ResNet-50", "ResNeXt-101 32x8d", "Wide ResNet-50-2"; "" if
// it is not of torchvision's ResNet family. fc is not needed.
func (f *File) Architecture() string { return architecture(f.StateDict.shapes()) }

// HeadClasses returns the number of classes of the network in the file: the rows of fc.weight. It is 0 for a ResNet without fc,
// such as a backbone from self-supervised training; load such a file with [WithoutHead]. If there is no network of torchvision's
// ResNet family in the file, the error says what is in it instead, as far as that is known.
func (f *File) HeadClasses() (int, error) {
	if head, ok := f.StateDict.Get("fc.weight"); ok && len(head.Shape) == 2 {
		return head.Shape[0], nil
	}
	if f.Architecture() != "" {
		return 0, nil
	}
	if what := cmp.Or(f.several(), f.StateDict.foreignLayout()); what != "" {
		return 0, fmt.Errorf("%s: there is no fc.weight in it: %s", f.Name, what)
	}
	return 0, fmt.Errorf("%s: there is no fc.weight in it, so it is no network of this family", f.Name)
}

// AddedClasses returns the number of classes of the layer that this library's training strategy "new" adds behind fc: the rows of
// head.weight. It is 0 without such a layer.
func (f *File) AddedClasses() int {
	head, ok := f.StateDict.Get("head.weight")
	if !ok || len(head.Shape) != 2 {
		return 0
	}
	return head.Shape[0]
}
