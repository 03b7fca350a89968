package models_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

func values(t *testing.T, net *models.ResNet, key string) []float32 {
	t.Helper()
	tensor, err := net.Parameter(key).Tensor()
	if err != nil {
		t.Fatal(err)
	}
	v, err := tensor.Float32s()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Initial weights are torchvision's: kaiming fan_out normal, batch norm 1 and 0, fc uniform in 1/sqrt(features); by seed.
func TestInitialWeights(t *testing.T) {
	net, err := models.New(model.NewStore(), "resnet18", 1000, nn.Seed(3))
	if err != nil {
		t.Fatal(err)
	}
	for key, fanOut := range map[string]float64{"conv1.weight": 64 * 49, "layer3.0.conv2.weight": 256 * 9, "layer4.0.downsample.0.weight": 512} {
		mean, std := moments(values(t, net, key))
		if want := math.Sqrt(2 / fanOut); math.Abs(std/want-1) > 0.02 || math.Abs(mean) > want/20 {
			t.Errorf("%s: mean %g, std %g, want 0 and %g", key, mean, std, want)
		}
	}
	next, err := models.New(model.NewStore(), "resnext50_32x4d", 5, nn.Seed(3))
	if err != nil {
		t.Fatal(err)
	}
	// PyTorch's fan_out is size(0) times the kernel's places, whatever the groups.
	if _, std := moments(values(t, next, "layer3.0.conv2.weight")); math.Abs(std/math.Sqrt(2./(512*9))-1) > 0.02 {
		t.Errorf("a grouped convolution has std %g, want %g", std, math.Sqrt(2./(512*9)))
	}
	bound := float32(1 / math.Sqrt(512))
	for _, key := range []string{"fc.weight", "fc.bias"} {
		v := values(t, net, key)
		if low, high := slices.Min(v), slices.Max(v); low < -bound || high > bound || high < 0.95*bound || low > -0.95*bound {
			t.Errorf("%s lies in [%g, %g], want all of [-%g, %g]", key, low, high, bound, bound)
		}
	}
	for key, want := range map[string]float32{"bn1.weight": 1, "bn1.bias": 0, "bn1.running_mean": 0, "bn1.running_var": 1} {
		if v := values(t, net, key); slices.Min(v) != want || slices.Max(v) != want {
			t.Errorf("%s is not all %g", key, want)
		}
	}
	same, _ := models.New(model.NewStore(), "resnet18", 1000, nn.Seed(3))
	other, _ := models.New(model.NewStore(), "resnet18", 1000, nn.Seed(4))
	if a := values(t, net, "fc.weight"); !slices.Equal(a, values(t, same, "fc.weight")) || slices.Equal(a, values(t, other, "fc.weight")) {
		t.Error("weights do not follow the seed")
	}
}

func TestZeroInitResidualStartsTheLastNormAtZero(t *testing.T) {
	c := models.Variants["resnet50"]
	c.ZeroInitResidual = true
	net, err := models.NewResNet(nn.NewScope(model.NewStore()), c)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Max(values(t, net, "layer2.1.bn3.weight")) != 0 || slices.Min(values(t, net, "layer2.1.bn2.weight")) != 1 {
		t.Error("the last norm of a block, and it alone, starts at 0")
	}
}

// torchvision's BasicBlock has no groups and no other width.
func TestBasicBlockRefusesGroupsAndWidth(t *testing.T) {
	for _, c := range []models.Config{{Layers: []int{1}, Groups: 2}, {Layers: []int{1}, WidthPerGroup: 128}} {
		if _, err := models.NewResNet(nn.NewScope(model.NewStore()), c); err == nil || !strings.Contains(err.Error(), "BasicBlock only supports") {
			t.Errorf("%+v: error %v", c, err)
		}
	}
	if _, err := models.New(model.NewStore(), "resnet35", 5); err == nil || !strings.Contains(err.Error(), "resnet34") {
		t.Errorf("error %v does not say what there is", err)
	}
}

// Numbers that make no network are an error of NewResNet, not a panic later.
func TestConfigRefusesNumbersThatMakeNoNetwork(t *testing.T) {
	for want, c := range map[string]models.Config{
		"stage":    {},
		"block":    {Layers: []int{2, 0}},
		"classes":  {Layers: []int{1}, NumClasses: -1},
		"stride":   {Layers: []int{1}, Stem: models.Stem{Kernel: 3}},
		"kernel":   {Layers: []int{1}, Stem: models.Stem{Stride: 1}},
		"dropout":  {Layers: []int{1}, Dropout: 1},
		"dropout ": {Layers: []int{1}, Dropout: math.NaN()},
		"kind of":  {Layers: []int{1}, Block: 2},
		"channels": {Layers: []int{1}, Block: models.BlockBottleneck, Groups: 32, WidthPerGroup: 4, Planes: 8},
		"groups":   {Layers: []int{1}, Block: models.BlockBottleneck, Groups: -1},
	} {
		if _, err := models.NewResNet(nn.NewScope(model.NewStore()), c); err == nil || !strings.Contains(err.Error(), strings.TrimSpace(want)) {
			t.Errorf("%s: error %v", want, err)
		}
	}
}

// Networks that torchvision lacks: CIFAR's ResNet-20 (272,474 parameters with projection shortcuts), and features without norm and head.
func TestConfigsOutsideVariants(t *testing.T) {
	cifar := models.Config{Layers: []int{3, 3, 3}, Planes: 16, Stem: models.CIFARStem, NumClasses: 10}
	net, err := models.NewResNet(nn.NewScope(model.NewStore()), cifar)
	if err != nil {
		t.Fatal(err)
	}
	// He et al.'s 0.27 million with identity shortcuts, and the two projections: 16*32 + 2*32 and 32*64 + 2*64.
	if total, _ := net.NumParameters(); total != 269722+576+2176 {
		t.Errorf("%d parameters", total)
	}
	s, err := models.Summarize(net, 1, 32, 32, 3)
	if err != nil || !slices.Equal(s.Layers[0].Output, []int{1, 32, 32, 16}) {
		t.Errorf("the first layer gives %v (%v)", s.Layers[0].Output, err)
	}
	c := models.Variants["resnet34"]
	c.Norm, c.NoTop = models.NoNorm, true
	features, err := models.NewResNet(nn.NewScope(model.NewStore(), nn.SkipInit()), c)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = models.Summarize(features, 2, 224, 224, 3); err != nil {
		t.Fatal(err)
	}
	if last := s.Layers[len(s.Layers)-1].Output; !slices.Equal(last, []int{2, 7, 7, 512}) || features.NumClasses() != 0 || features.Parameter("fc.weight") != nil {
		t.Errorf("features %v, %d classes", last, features.NumClasses())
	}
}

// A narrow ResNet-18 has the keys of ResNet-18, a quarter of its channels, and at half of its picture's side maps of the same size.
func TestNarrowResNet18HasKeysAndMapsOfResNet18(t *testing.T) {
	wide, err := models.New(model.NewStore(), "resnet18", 20, nn.SkipInit())
	if err != nil {
		t.Fatal(err)
	}
	narrow, err := models.New(model.NewStore(), "narrow_resnet18_4", 20, nn.SkipInit())
	if err != nil {
		t.Fatal(err)
	}
	a, b := wide.Parameters(), narrow.Parameters()
	if len(a) != len(b) {
		t.Fatalf("%d parameters, want %d", len(b), len(a))
	}
	for i := range a {
		if a[i].Key != b[i].Key {
			t.Errorf("key %s, want %s", b[i].Key, a[i].Key)
		}
	}
	if total, _ := narrow.NumParameters(); total != 704676 {
		t.Errorf("%d parameters, want 704676", total)
	}
	of, _ := models.Summarize(wide, 1, 224, 224, 3)
	s, err := models.Summarize(narrow, 1, 112, 112, 3)
	if err != nil {
		t.Fatal(err)
	}
	output := func(s *models.Summary, module string) []int {
		i := slices.IndexFunc(s.Modules, func(l models.Layer) bool { return l.Name == module })
		return s.Modules[i].Output
	}
	for _, layer := range []string{"layer1", "layer4"} {
		got, want := output(s, layer), output(of, layer)
		if !slices.Equal(got[:3], want[:3]) || 4*got[3] != want[3] {
			t.Errorf("%s gives %v, want %v with a quarter of the channels", layer, got, want)
		}
	}
}

// An input that does not fit is an error that names the layer.
func TestSummarizeNamesTheLayer(t *testing.T) {
	block := models.NewBottleneck(nn.NewScope(model.NewStore()).In("layer1.0"), 64, 64, 1, 32, 4)
	s := nn.NewScope(model.NewStore())
	for want, c := range map[string]struct {
		module nn.Module
		input  []int
	}{
		"layer1.0.downsample.0 takes [N, H, W, 64]": {block, []int{1, 56, 56, 32}},
		"bn1 takes [N, H, W, 64]":                   {nn.NewBatchNorm2D(s.In("bn1"), 64, 1), []int{1, 56, 56, 1}}, // GoMLX would broadcast
		"fc takes [N, 512], not":                    {nn.NewLinear(s.In("fc"), 512, 5), []int{1, 7, 7, 512}},
	} {
		if _, err := models.Summarize(c.module, c.input...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestTrainOnlyFreezesTheRest(t *testing.T) {
	net, err := models.New(model.NewStore(), "resnet18", 5, nn.SkipInit())
	if err != nil {
		t.Fatal(err)
	}
	if err := net.TrainOnly("layer4", "fc"); err != nil {
		t.Fatal(err)
	}
	for _, p := range net.Parameters() {
		want := !p.Buffer && (strings.HasPrefix(p.Key, "layer4.") || strings.HasPrefix(p.Key, "fc."))
		if p.RequiresGrad() != want {
			t.Errorf("%s: trained is %v", p.Key, p.RequiresGrad())
		}
	}
	if err := net.TrainOnly("layer5"); err == nil || len(net.Frozen()) == 0 {
		t.Errorf("error %v", err)
	}
}
