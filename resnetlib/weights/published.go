package weights

import (
	_ "embed"
	"slices"
	"strings"

	"resnetlab/resnetlib/transforms"
)

// Published is an entry of torchvision's table of trained weights.
type Published struct {
	Arch    string  // "resnet50"
	Version string  // "IMAGENET1K_V2"
	SHA256  string  // first eight hexadecimal digits of the file's sha256, which are part of its name
	Older   string  // the same digits of the file with these weights that torchvision before 0.10 downloads, "" if there is none
	Params  int     // number of parameters
	SizeMiB float64 // of the file, rounded to 0.001
	Acc1    float64 // top-1 accuracy on ImageNet's validation pictures, in percent
	Acc5    float64 // top-5 accuracy, in percent
	Resize  int     // shorter side in pixels; the rest of the preprocessing is the same for all entries
	Default bool    // torchvision's DEFAULT of this architecture
}

// published: the classes ResNet18_Weights to Wide_ResNet101_2_Weights of torchvision/models/resnet.py, version 0.29; the older
// hashes are those of model_urls in the same file, version 0.9.
var published = []Published{
	{"resnet18", "IMAGENET1K_V1", "f37072fd", "5c106cde", 11689512, 44.661, 69.758, 89.078, 256, true},
	{"resnet34", "IMAGENET1K_V1", "b627a593", "333f7ec4", 21797672, 83.275, 73.314, 91.42, 256, true},
	{"resnet50", "IMAGENET1K_V1", "0676ba61", "19c8e357", 25557032, 97.781, 76.13, 92.862, 256, false},
	{"resnet50", "IMAGENET1K_V2", "11ad3fa6", "", 25557032, 97.79, 80.858, 95.434, 232, true},
	{"resnet101", "IMAGENET1K_V1", "63fe2227", "5d3b4d8f", 44549160, 170.511, 77.374, 93.546, 256, false},
	{"resnet101", "IMAGENET1K_V2", "cd907fc2", "", 44549160, 170.53, 81.886, 95.78, 232, true},
	{"resnet152", "IMAGENET1K_V1", "394f9c45", "b121ed2d", 60192808, 230.434, 78.312, 94.046, 256, false},
	{"resnet152", "IMAGENET1K_V2", "f82ba261", "", 60192808, 230.474, 82.284, 96.002, 232, true},
	{"resnext50_32x4d", "IMAGENET1K_V1", "7cdf4587", "", 25028904, 95.789, 77.618, 93.698, 256, false},
	{"resnext50_32x4d", "IMAGENET1K_V2", "1a0047aa", "", 25028904, 95.833, 81.198, 95.34, 232, true},
	{"resnext101_32x8d", "IMAGENET1K_V1", "8ba56ff5", "", 88791336, 339.586, 79.312, 94.526, 256, false},
	{"resnext101_32x8d", "IMAGENET1K_V2", "110c445d", "", 88791336, 339.673, 82.834, 96.228, 232, true},
	{"resnext101_64x4d", "IMAGENET1K_V1", "173b62eb", "", 83455272, 319.318, 83.246, 96.454, 232, true},
	{"wide_resnet50_2", "IMAGENET1K_V1", "95faca4d", "", 68883240, 131.82, 78.468, 94.086, 256, false},
	{"wide_resnet50_2", "IMAGENET1K_V2", "9ba9bcbe", "", 68883240, 263.124, 81.602, 95.758, 232, true},
	{"wide_resnet101_2", "IMAGENET1K_V1", "32ee1156", "", 126886696, 242.896, 78.848, 94.284, 256, false},
	{"wide_resnet101_2", "IMAGENET1K_V2", "d733dc28", "", 126886696, 484.747, 82.51, 96.02, 232, true},
}

// AllPublished returns torchvision's table of trained weights.
func AllPublished() []Published { return slices.Clone(published) }

// Name returns the entry's name on the command line: "resnet50/IMAGENET1K_V2".
func (p Published) Name() string { return p.Arch + "/" + p.Version }

// File returns the file's name at the publisher: "resnet50-11ad3fa6.pth".
func (p Published) File() string { return p.Arch + "-" + p.SHA256 + ".pth" }

// OlderFile returns the name of the older file with the same weights (see Older), "" if there is none.
func (p Published) OlderFile() string {
	if p.Older == "" {
		return ""
	}
	return p.Arch + "-" + p.Older + ".pth"
}

// Preset returns the preprocessing with which the accuracies were measured. torchvision.transforms._presets.ImageClassification
// has the values that all entries share: bilinear, crop 224, ImageNet's mean and standard deviation.
func (p Published) Preset() transforms.Preset {
	preset := transforms.EvalPreset(224)
	preset.Resize = p.Resize
	return preset
}

//go:embed imagenet1k.txt
var imagenet1k string

// ImageNetClasses returns the names of ImageNet's 1000 classes in the order of the labels (torchvision/models/_meta.py); all
// published weights have them.
func ImageNetClasses() []string { return strings.Split(imagenet1k, "\n") }

// FindPublished finds an entry by one of its names: "resnet50/IMAGENET1K_V2"; "resnet50" or "resnet50/DEFAULT" for torchvision's
// default version; "ResNet50_Weights.IMAGENET1K_V2" as in Python; or the name of its file or older file. Case does not matter.
// ok is false if there is no such entry.
func FindPublished(name string) (p Published, ok bool) {
	arch, version, both := strings.Cut(strings.ToLower(name), "/")
	if enum, member, ok := strings.Cut(arch, "_weights."); ok {
		arch, version, both = enum, member, true
	}
	i := slices.IndexFunc(published, func(p Published) bool {
		if isFile := strings.EqualFold(name, p.File()) || p.Older != "" && strings.EqualFold(name, p.OlderFile()); isFile {
			return true
		}
		return arch == p.Arch && (version == strings.ToLower(p.Version) || p.Default && (!both || version == "default"))
	})
	if i < 0 {
		return Published{}, false
	}
	return published[i], true
}
