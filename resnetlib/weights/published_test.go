package weights

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"resnetlab/internal/golden"
	"resnetlab/resnetlib/transforms"
)

// The table and the names are torchvision's.
func TestPublished(t *testing.T) {
	type entry struct {
		File         string
		SHA256Prefix string `json:"sha256_prefix"`
		Default      bool
		Acc1, Acc5   float64
		SizeMiB      float64 `json:"file_size_mib"`
		Params       int     `json:"num_params"`
		Resize, Crop int
		Interp       string `json:"interpolation"`
		Mean, Std    [3]float32
	}
	var want struct {
		Categories string `json:"categories_sha256_of_newline_joined"`
		Models     map[string]struct{ Weights map[string]entry }
	}
	golden.JSON(t, "models.json", &want)
	if sum := sha256.Sum256([]byte(strings.Join(ImageNetClasses(), "\n"))); hex.EncodeToString(sum[:]) != want.Categories {
		t.Errorf("%d classes, not torchvision's", len(ImageNetClasses()))
	}
	n := 0
	for arch, model := range want.Models {
		for version, w := range model.Weights {
			n++
			p, ok := FindPublished(arch + "/" + version)
			if !ok {
				t.Errorf("%s/%s is missing", arch, version)
				continue
			}
			preset := p.Preset()
			got := entry{p.File(), p.SHA256, p.Default, p.Acc1, p.Acc5, p.SizeMiB, p.Params, preset.Resize, preset.Crop, w.Interp, preset.Mean, preset.Std}
			if got != w || w.Interp != "bilinear" || preset.Interpolation != transforms.Bilinear {
				t.Errorf("%s: %+v, want %+v", p.Name(), got, w)
			}
		}
	}
	if len(AllPublished()) != n {
		t.Errorf("%d entries, want %d", len(AllPublished()), n)
	}
}

func TestFindPublished(t *testing.T) {
	for name, want := range map[string]string{
		"resnet34": "resnet34-b627a593.pth", "resnet50": "resnet50-11ad3fa6.pth", "resnet50/IMAGENET1K_V1": "resnet50-0676ba61.pth",
		"resnet50/DEFAULT": "resnet50-11ad3fa6.pth", "ResNet50_Weights.IMAGENET1K_V1": "resnet50-0676ba61.pth",
		"Wide_ResNet101_2_Weights.DEFAULT": "wide_resnet101_2-d733dc28.pth", "resnet34-333f7ec4.pth": "resnet34-b627a593.pth",
		"resnet50-19c8e357.pth": "resnet50-0676ba61.pth", "resnet101-5d3b4d8f.pth": "resnet101-63fe2227.pth",
		"resnet101-cd907fc2.pth": "resnet101-cd907fc2.pth",
	} {
		if p, ok := FindPublished(name); !ok || p.File() != want {
			t.Errorf("%s is %s, want %s", name, p.File(), want)
		}
	}
	for _, name := range []string{"", "/", "resnet", "resnet34/", "resnet34/IMAGENET1K_V2", ".pth", "-.pth", "resnet50-.pth", "IMAGENET1K_V1", "resnet34.pth"} {
		if p, ok := FindPublished(name); ok {
			t.Errorf("%q is %s", name, p.Name())
		}
	}
}

// A file is known by its name, and a renamed one by what is in it.
func TestIdentifyPublished(t *testing.T) {
	path := filepath.Join(t.TempDir(), "renamed.pth")
	content := strings.Repeat("x", 3<<20)
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
	if p, ok, err := IdentifyPublished(path); ok || err != nil {
		t.Errorf("%v %v before it is in the table", p, err)
	}
	before := published
	defer func() { published = before }()
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(content)))
	published = []Published{{Arch: "resnet18", Version: "V1", SHA256: "ffffffff", Older: sum[:8], SizeMiB: 3.05}}
	if p, ok, err := IdentifyPublished(path); !ok || err != nil || p.Name() != "resnet18/V1" {
		t.Errorf("%v %v: not known by its content", p, err)
	}
	if _, ok, err := IdentifyPublished(filepath.Join(t.TempDir(), "resnet18-ffffffff.pth")); !ok || err != nil {
		t.Error("not known by its name")
	}
	if _, ok, err := IdentifyPublished(filepath.Join(t.TempDir(), "nothing.pth")); ok || err == nil {
		t.Error("a missing file was identified")
	}
}

func TestCheckpointsFolder(t *testing.T) {
	t.Setenv("HOME", "/home/a")
	for _, c := range [][3]string{
		{"", "", "/home/a/.cache/torch/hub/checkpoints"}, {"", "/c", "/c/torch/hub/checkpoints"},
		{"/t", "/c", "/t/hub/checkpoints"}, {"~/t", "", "/home/a/t/hub/checkpoints"},
	} {
		t.Setenv("TORCH_HOME", c[0])
		t.Setenv("XDG_CACHE_HOME", c[1])
		if got, err := CheckpointsFolder(); err != nil || got != filepath.FromSlash(c[2]) {
			t.Errorf("TORCH_HOME=%s XDG_CACHE_HOME=%s: %s, want %s (%v)", c[0], c[1], got, c[2], err)
		}
	}
}
