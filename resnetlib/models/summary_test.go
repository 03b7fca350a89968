package models_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/internal/golden"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
)

func summary(t *testing.T, arch string, batch int) *models.Summary {
	t.Helper()
	net, err := models.New(model.NewStore(), arch, 1000, nn.SkipInit())
	if err != nil {
		t.Fatal(err)
	}
	s, err := models.Summarize(net, batch, 224, 224, 3)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The memory in MB, to two decimals, is what torchinfo 1.8.0 prints for the input, the forward and backward pass, the parameters, and in total.
func TestMemoryEqualsTorchinfo(t *testing.T) {
	for _, c := range []struct {
		arch  string
		batch int
		want  [4]float64
	}{
		{"resnet18", 1, [4]float64{0.60, 39.75, 46.76, 87.11}},
		{"resnet18", 64, [4]float64{38.54, 2543.83, 46.76, 2629.13}},
		{"resnet50", 1, [4]float64{0.60, 177.83, 102.23, 280.66}},
		{"resnext50_32x4d", 8, [4]float64{4.82, 1843.33, 100.12, 1948.26}},
	} {
		m := summary(t, c.arch, c.batch).Memory
		for i, bytes := range []int{m.Input, 2 * m.Activations, m.Parameters, m.Total} {
			if got := float64(bytes) / 1e6; math.Abs(got-c.want[i]) > 0.00501 {
				t.Errorf("%s, batch of %d: number %d is %.3f MB, want %.2f", c.arch, c.batch, i, got, c.want[i])
			}
		}
	}
}

// The modules of each level of the tree add up to the whole network; each comes before its parts, at the right depth.
func TestTreeAddsUp(t *testing.T) {
	s := summary(t, "resnext50_32x4d", 2)
	for depth := range 4 {
		params, macs := 0, 0
		for i, l := range s.Modules {
			leaf := i+1 == len(s.Modules) || s.Modules[i+1].Depth <= l.Depth
			if l.Depth == depth || leaf && l.Depth < depth {
				params, macs = params+l.Params, macs+l.MACs
			}
			if want := strings.Count(l.Name, ".") + 1; i > 0 && l.Depth != want {
				t.Errorf("%s stands at depth %d, want %d", l.Name, l.Depth, want)
			}
		}
		if params != s.Params || macs != s.MACs {
			t.Errorf("depth %d: %d parameters and %d multiply-adds, want %d and %d", depth, params, macs, s.Params, s.MACs)
		}
	}
	_, rows := s.Tree(2).Table()
	i := slices.IndexFunc(rows, func(r []string) bool { return r[0] == "- layer2" })
	if want := []string{"  - 0", "Bottleneck", "", "", "", "[2, 28, 28, 512]"}; i < 0 || !slices.Equal(rows[i+1][:6], want) {
		t.Fatalf("row after layer2: %q, want %q", rows[i+1], want)
	}
	if want := 1 + 4 + 4 + 16 + 2 + 1; len(rows) != want { // network; stem; stages; blocks; avgpool and fc; total
		t.Errorf("%d rows to depth 2, want %d", len(rows), want)
	}
}

func TestTableShowsLayersAndTotals(t *testing.T) {
	net, err := models.New(model.NewStore(), "resnext50_32x4d", 1000, nn.SkipInit())
	if err != nil {
		t.Fatal(err)
	}
	if err := net.TrainOnly("layer4", "fc"); err != nil {
		t.Fatal(err)
	}
	s, err := models.Summarize(net, 1, 224, 224, 3)
	if err != nil {
		t.Fatal(err)
	}
	header, rows := s.Table()
	if len(header) != len(rows[0]) || len(rows) != len(s.Layers)+1 {
		t.Fatalf("header %v, first row %v, %d rows", header, rows[0], len(rows))
	}
	for _, want := range [][]string{
		{"conv1", "Conv2D", "7x7", "2", "1", "[1, 112, 112, 64]", "9,408", "<0.1 %", "118,013,952", "no"},
		{"layer2.0.conv2", "Conv2D", "3x3", "2", "32", "[1, 28, 28, 256]", "18,432", "0.1 %", "14,450,688", "no"},
		{"fc", "Linear", "", "", "", "[1, 1000]", "2,049,000", "8.2 %", "2,048,000", "yes"},
		{"total", "", "", "", "", "", "25,028,904", "", "4,230,479,872", "16,593,896"},
	} {
		if !slices.ContainsFunc(rows, func(r []string) bool { return slices.Equal(r, want) }) {
			t.Errorf("no row %q", want)
		}
	}
	if _, rows := s.Tree(1).Table(); rows[0][0] != "ResNet" || rows[0][9] != "in part" {
		t.Errorf("first row %q: the network is trained in part", rows[0])
	}
}

// twice is a module that calls its layer two times, and does not call nn.Observe.
type twice struct{ conv *nn.Conv2D }

func (twice) Name() string                  { return "twice" }
func (m twice) Forward(x *nn.Node) *nn.Node { return m.conv.Forward(m.conv.Forward(x)) }

// A layer that is called twice computes twice and has its parameters once.
func TestSharedLayerCountsItsParametersOnce(t *testing.T) {
	s := nn.NewScope(model.NewStore(), nn.SkipInit()).In("twice")
	got, err := models.Summarize(twice{nn.NewConv2D(s.In("conv"), 4, 4, 3, 1, 1)}, 1, 5, 5, 4)
	if err != nil {
		t.Fatal(err)
	}
	if got.Params != 144 || got.MACs != 2*144*25 || len(got.Layers) != 2 || got.Modules[0].Kind != "twice" || got.Modules[1].Depth != 1 {
		t.Errorf("%+v", got)
	}
}

// The table equals the study notes': stages, sizes, blocks, repeats. Parameters and multiply-adds equal those in models.json.
func TestCompareEqualsTheNotesTable(t *testing.T) {
	c, err := models.Compare(224, "resnet50", "resnext50_32x4d")
	if err != nil {
		t.Fatal(err)
	}
	header, rows := c.Table()
	var text strings.Builder
	for _, row := range append([][]string{header}, rows...) {
		text.WriteString(strings.Join(row, "|") + "\n")
	}
	want := `stage|output|resnet50|resnext50_32x4d
conv1|112x112|7x7, 64, stride 2|7x7, 64, stride 2
conv2_x|56x56|3x3 max pool, stride 2|3x3 max pool, stride 2
||┌ 1x1, 64|┌ 1x1, 128
||│ 3x3, 64   ×3|│ 3x3, 128, C=32   ×3
||└ 1x1, 256|└ 1x1, 256
conv3_x|28x28|┌ 1x1, 128|┌ 1x1, 256
||│ 3x3, 128   ×4|│ 3x3, 256, C=32   ×4
||└ 1x1, 512|└ 1x1, 512
conv4_x|14x14|┌ 1x1, 256|┌ 1x1, 512
||│ 3x3, 256   ×6|│ 3x3, 512, C=32   ×6
||└ 1x1, 1024|└ 1x1, 1024
conv5_x|7x7|┌ 1x1, 512|┌ 1x1, 1024
||│ 3x3, 512   ×3|│ 3x3, 1024, C=32   ×3
||└ 1x1, 2048|└ 1x1, 2048
|1x1|global average pool|global average pool
||1000-d fc, softmax|1000-d fc, softmax
params||25,557,032|25,028,904
multiply-adds||4,089,184,256|4,230,479,872
`
	if text.String() != want {
		t.Errorf("got\n%s\nwant\n%s", text.String(), want)
	}
	var f modelsFile
	golden.JSON(t, "models.json", &f)
	for _, o := range c.Networks {
		if m := f.Models[o.Arch]; o.Params != m.Params1000 || o.MACs != m.MACs {
			t.Errorf("%s: %d parameters and %d multiply-adds, want %d and %d", o.Arch, o.Params, o.MACs, m.Params1000, m.MACs)
		}
	}
}

// He et al.'s table 1 has 3.8e9 for ResNet-50 and 7.6e9 for ResNet-101, with the stride on the first 1x1; basic blocks have no such choice.
func TestMACsWithTheStrideOnThe1x1(t *testing.T) {
	c, err := models.Compare(224, "resnet50", "resnet101", "resnet34")
	if err != nil {
		t.Fatal(err)
	}
	saved := 3 * 3 * 128 * 256 * 28 * 28 // in each of three stages three quarters of 1x1, 256 -> 128 at 56x56 and its equals
	for _, o := range c.Networks[:2] {
		if o.MACs-o.MACsStride1x1 != saved {
			t.Errorf("%s: %d multiply-adds saved, want %d", o.Arch, o.MACs-o.MACsStride1x1, saved)
		}
	}
	if o := c.Networks[2]; o.MACsStride1x1 != o.MACs {
		t.Errorf("%s: %d and %d", o.Arch, o.MACs, o.MACsStride1x1)
	}
	for _, words := range []string{"multiply-adds", "resnet50: 4.09×10⁹ belongs to the stride on the 3x3", "3.86×10⁹", "resnet34: 3.66×10⁹"} {
		if !strings.Contains(c.Caption(), words) {
			t.Errorf("the caption does not say %q:\n%s", words, c.Caption())
		}
	}
}

// Networks of other configurations fit the table: no max-pool, fewer stages, no head.
func TestCompareTakesAnyConfig(t *testing.T) {
	c := &models.Comparison{ImageSize: 32}
	for _, config := range []models.Config{{Layers: []int{3, 3, 3}, Planes: 16, Stem: models.CIFARStem, NumClasses: 10}, {Layers: []int{2}, NoTop: true}} {
		net, err := models.NewResNet(nn.NewScope(model.NewStore(), nn.SkipInit()), config)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Add("own", net); err != nil {
			t.Fatal(err)
		}
	}
	cifar, features := c.Networks[0].Stages, c.Networks[1].Stages
	if len(cifar) != 5 || cifar[1].Name != "conv2_x" || cifar[1].Output != "32x32" || len(cifar[1].Before) != 0 || cifar[3].Output != "8x8" {
		t.Errorf("%+v", cifar)
	}
	if len(features) != 2 || features[1].Repeat != 2 || !slices.Equal(features[1].Before, []string{"3x3 max pool, stride 2"}) {
		t.Errorf("%+v", features)
	}
	if _, rows := c.Table(); len(rows) < 10 {
		t.Errorf("%v", rows)
	}
}
