package models

import (
	"fmt"
	"maps"
	"slices"
)

// Variants are torchvision's ten networks.
var Variants = map[string]Config{
	"resnet18":         {Block: BlockBasic, Layers: []int{2, 2, 2, 2}},
	"resnet34":         {Block: BlockBasic, Layers: []int{3, 4, 6, 3}},
	"resnet50":         {Block: BlockBottleneck, Layers: []int{3, 4, 6, 3}},
	"resnet101":        {Block: BlockBottleneck, Layers: []int{3, 4, 23, 3}},
	"resnet152":        {Block: BlockBottleneck, Layers: []int{3, 8, 36, 3}},
	"resnext50_32x4d":  {Block: BlockBottleneck, Layers: []int{3, 4, 6, 3}, Groups: 32, WidthPerGroup: 4},
	"resnext101_32x8d": {Block: BlockBottleneck, Layers: []int{3, 4, 23, 3}, Groups: 32, WidthPerGroup: 8},
	"resnext101_64x4d": {Block: BlockBottleneck, Layers: []int{3, 4, 23, 3}, Groups: 64, WidthPerGroup: 4},
	"wide_resnet50_2":  {Block: BlockBottleneck, Layers: []int{3, 4, 6, 3}, WidthPerGroup: 128},
	"wide_resnet101_2": {Block: BlockBottleneck, Layers: []int{3, 4, 23, 3}, WidthPerGroup: 128},
}

// Variant returns one of [Variants] or [Narrow] by its name; the error for an unknown name lists the known ones.
func Variant(arch string) (Config, error) {
	c, ok := Variants[arch]
	if !ok {
		c, ok = Narrow[arch]
	}
	if !ok {
		return Config{}, fmt.Errorf("unknown architecture %q; there are %v", arch, slices.Concat(Names(), slices.Sorted(maps.Keys(Narrow))))
	}
	return c, nil
}

// Names lists the names of [Variants], sorted.
func Names() []string { return slices.Sorted(maps.Keys(Variants)) }

// Narrow are networks that torchvision lacks: a ResNet-18 with a quarter of its channels, for pictures of about 100 pixels. Its stem has no max-pool, so
// that 112x112 pixels become 56x56, as 224x224 do in [Variants]. With 20 classes it has 0.7 million parameters, and torchvision's has 11.2.
var Narrow = map[string]Config{
	"narrow_resnet18_4": {Block: BlockBasic, Layers: []int{2, 2, 2, 2}, Planes: 16, Stem: Stem{Kernel: 7, Stride: 2}},
}
