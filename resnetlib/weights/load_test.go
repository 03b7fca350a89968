package weights

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// network is a Target that keeps what it is given.
type network struct {
	spec []Spec
	set  map[string]*Tensor
}

func (n *network) Spec() []Spec { return n.spec }

func (n *network) SetTensor(key string, t *Tensor) error {
	if n.set == nil {
		n.set = map[string]*Tensor{}
	}
	n.set[key] = t
	return nil
}

// resnet describes a torchvision ResNet of narrow layers (a fourth of the real width) in the order of its state dict.
func resnet(bottleneck bool, blocks [4]int, classes int) *network {
	n := &network{}
	n.conv("conv1", 16, 3, 7)
	n.batchNorm("bn1", 16)
	in := 16
	for layer, count := range blocks {
		for block := range count {
			in = n.block(fmt.Sprintf("layer%d.%d", layer+1, block), in, 16<<layer, bottleneck, block == 0)
		}
	}
	n.add("fc.weight", Float32, classes, in)
	n.add("fc.bias", Float32, classes)
	return n
}

func (n *network) block(name string, in, width int, bottleneck, first bool) (out int) {
	out = width
	if bottleneck {
		out = 4 * width
		n.conv(name+".conv1", width, in, 1)
		n.batchNorm(name+".bn1", width)
		n.conv(name+".conv2", width, width, 3)
		n.batchNorm(name+".bn2", width)
		n.conv(name+".conv3", out, width, 1)
		n.batchNorm(name+".bn3", out)
	} else {
		n.conv(name+".conv1", width, in, 3)
		n.batchNorm(name+".bn1", width)
		n.conv(name+".conv2", width, width, 3)
		n.batchNorm(name+".bn2", width)
	}
	if first && in != out {
		n.conv(name+".downsample.0", out, in, 1)
		n.batchNorm(name+".downsample.1", out)
	}
	return out
}

func (n *network) add(key string, dtype DType, shape ...int) {
	n.spec = append(n.spec, Spec{Key: key, Shape: shape, DType: dtype})
}

func (n *network) conv(name string, out, in, size int) {
	n.add(name+".weight", Float32, out, in, size, size)
}

func (n *network) batchNorm(name string, width int) {
	for _, entry := range []string{"weight", "bias", "running_mean", "running_var"} {
		n.add(name+"."+entry, Float32, width)
	}
	n.add(name+".num_batches_tracked", Int64)
}

func resnet18(classes int) *network { return resnet(false, [4]int{2, 2, 2, 2}, classes) }
func resnet50(classes int) *network { return resnet(true, [4]int{3, 4, 6, 3}, classes) }

// stateDict makes a state dict of ones that fits the network.
func (n *network) stateDict() *StateDict {
	sd := NewStateDict()
	for _, s := range n.spec {
		size, _ := byteLength(s.Shape, 1)
		if s.DType == Int64 {
			sd.Set(s.Key, FromInt64s(s.Shape, make([]int64, size)))
		} else {
			sd.Set(s.Key, FromFloat32s(s.Shape, slices.Repeat([]float32{1}, size)))
		}
	}
	return sd
}

// renamed gives the state dict under other keys; "" drops a key.
func renamed(sd *StateDict, name func(key string) string) *StateDict {
	out := NewStateDict()
	for key, t := range sd.All() {
		if key = name(key); key != "" {
			out.Set(key, t)
		}
	}
	return out
}

func without(suffix string) func(string) string {
	return func(key string) string {
		if strings.HasSuffix(key, suffix) {
			return ""
		}
		return key
	}
}

func TestLoad(t *testing.T) {
	net := resnet18(5)
	report, err := LoadStateDict(resnet18(5).stateDict(), net)
	if err != nil {
		t.Fatal(err)
	}
	if !report.Fits || report.Loaded != len(net.spec) || len(net.set) != len(net.spec) || len(report.Diagnosis) != 0 {
		t.Errorf("%d of %d tensors set, %+v", len(net.set), len(net.spec), report)
	}
}

// A slip in one key does not hide what else is to be said.
func TestMisspeltInAWrappedFile(t *testing.T) {
	sd := renamed(resnet18(5).stateDict(), func(key string) string {
		if key == "bn1.weight" {
			return "bn1.wieght"
		}
		return key
	})
	report, err := LoadFile(&File{StateDict: sd, StrippedPrefix: "module."}, resnet18(5))
	said := ""
	if report != nil {
		said = strings.Join(report.Diagnosis, "\n")
	}
	if err == nil || !strings.Contains(said, "which was stripped") || !strings.Contains(said, "`bn1.wieght` for `bn1.weight`") {
		t.Errorf("%v: %q", err, said)
	}
}

// What each typical mistake says. Nothing may be set then.
func TestLoadRefuses(t *testing.T) {
	wide := func(key string) string { return strings.Replace(key, "fc.", "classifier.", 1) }
	slip := func(key string) string {
		return strings.Replace(key, "layer1.0.conv1.weight", "layer1.0.conv1.wieght", 1)
	}
	transposed := resnet18(5).stateDict()
	transposed.Set("conv1.weight", FromFloat32s([]int{7, 7, 3, 16}, make([]float32, 7*7*3*16)))
	counted := renamed(resnet18(5).stateDict(), without("num_batches_tracked"))
	counted.ModuleVersions = map[string]int{"bn1": 2}
	for _, c := range []struct {
		name                            string
		sd                              *StateDict
		net                             *network
		options                         []Option
		missing, unexpected, mismatched int
		diagnosis                       string
	}{
		{"other network", resnet18(5).stateDict(), resnet50(5), nil, 165, 0, 24, "these are ResNet-18 keys and the network is ResNet-50"},
		{"other network, back", resnet50(5).stateDict(), resnet18(5), nil, 0, 198, 24, "these are ResNet-50 keys and the network is ResNet-18"},
		{"other head", resnet18(1000).stateDict(), resnet18(5), nil, 0, 0, 2, "the head has 1000 classes and the network 5: use WithoutHead"},
		{"other head, not strict", resnet18(1000).stateDict(), resnet18(5), []Option{NonStrict()}, 0, 0, 2, "the head has 1000 classes"},
		{"DataParallel", renamed(resnet18(5).stateDict(), func(k string) string { return "module." + k }), resnet18(5), nil, 102, 122, 0, "strip `module.`"},
		{"backbone", renamed(resnet18(5).stateDict(), func(k string) string { return "net.backbone." + k }), resnet18(5), nil, 102, 122, 0, "strip `net.backbone.`"},
		{"no head", renamed(resnet18(5).stateDict(), func(k string) string { return without("fc.weight")(without("fc.bias")(k)) }), resnet18(5), nil, 2, 0, 0, "the file has no fc: use WithoutHead"},
		{"renamed head", renamed(resnet18(5).stateDict(), wide), resnet18(5), nil, 2, 2, 0, "called `classifier` in the file and `fc` in the network"},
		{"misspelt", renamed(resnet18(5).stateDict(), slip), resnet18(5), nil, 1, 1, 0, "misspell `layer1.0.conv1.wieght` for `layer1.0.conv1.weight`"},
		{"other layout", transposed, resnet18(5), nil, 0, 0, 1, "dimensions in another order"},
		{"no counter, version 2", counted, resnet18(5), nil, 1, 0, 0, "only num_batches_tracked is missing"},
		{"no counter, version 2, without the head", counted, resnet18(7), []Option{WithoutHead()}, 3, 0, 0, "only num_batches_tracked is missing"},
		{"nothing in common", smallStateDict(), &network{spec: []Spec{{Key: "a.b", Shape: []int{1}, DType: Float32}}}, nil, 1, 5, 0, "no key in common"},
	} {
		t.Run(c.name, func(t *testing.T) {
			report, err := LoadStateDict(c.sd, c.net, c.options...)
			var loadError *LoadError
			if !errors.As(err, &loadError) || loadError.Report != report {
				t.Fatalf("error %v", err)
			}
			if len(c.net.set) != 0 || report.Loaded != 0 || report.Fits {
				t.Errorf("%d tensors were set", len(c.net.set))
			}
			got := []int{len(report.MissingKeys), len(report.UnexpectedKeys), len(report.Mismatched)}
			if want := []int{c.missing, c.unexpected, c.mismatched}; !slices.Equal(got, want) {
				t.Errorf("missing, unexpected, mismatched %v, want %v", got, want)
			}
			if !strings.Contains(strings.Join(report.Diagnosis, "\n"), c.diagnosis) || !strings.Contains(err.Error(), c.diagnosis) {
				t.Errorf("diagnosis %q, want %q; error %v", report.Diagnosis, c.diagnosis, err)
			}
			if c.name == "misspelt" && len(report.Diagnosis) != 1 {
				t.Errorf("one slip gives %d diagnoses: %q", len(report.Diagnosis), report.Diagnosis)
			}
			if !strings.Contains(report.String(), c.diagnosis) {
				t.Errorf("the text lacks the diagnosis:\n%s", report)
			}
		})
	}
}

// The notes' second way: 5 classes, loaded from 1000 without fc. PyTorch reports fc as missing then.
func TestWithoutHead(t *testing.T) {
	net := resnet18(5)
	report, err := LoadStateDict(resnet18(1000).stateDict(), net, WithoutHead())
	if err != nil {
		t.Fatal(err)
	}
	head := []string{"fc.weight", "fc.bias"}
	if !slices.Equal(report.MissingKeys, head) || !slices.Equal(report.LeftOut, head) || len(report.UnexpectedKeys) != 0 {
		t.Errorf("report %+v", report)
	}
	if net.set["fc.weight"] != nil || len(net.set) != len(net.spec)-2 {
		t.Errorf("%d tensors set", len(net.set))
	}
	if _, err := LoadStateDict(resnet50(1000).stateDict(), resnet18(5), WithoutHead()); err == nil {
		t.Error("WithoutHead must stay strict about everything else")
	}
}

func TestNonStrict(t *testing.T) {
	sd := resnet18(5).stateDict()
	sd.Set("extra.weight", FromFloat32s([]int{1}, []float32{1}))
	sd = renamed(sd, without("fc.bias"))
	net := resnet18(5)
	report, err := LoadStateDict(sd, net, NonStrict())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(report.MissingKeys, []string{"fc.bias"}) || !slices.Equal(report.UnexpectedKeys, []string{"extra.weight"}) {
		t.Errorf("report %+v", report)
	}
	if len(net.set) != len(net.spec)-1 {
		t.Errorf("%d tensors set", len(net.set))
	}
}

// Without _metadata, or with a version before 2, num_batches_tracked may be missing, as in PyTorch.
func TestNumBatchesTracked(t *testing.T) {
	for _, versions := range []map[string]int{nil, {"bn1": 1}, {"layer9.bn1": 2}} {
		sd := renamed(resnet18(5).stateDict(), without("num_batches_tracked"))
		sd.ModuleVersions = versions
		report, err := LoadStateDict(sd, resnet18(5))
		if err != nil || len(report.MissingKeys) != 0 {
			t.Errorf("versions %v: %v", versions, err)
		}
	}
}

func TestLoadConverts(t *testing.T) {
	sd := NewStateDict()
	sd.Set("half", &Tensor{DType: Float16, Shape: []int{2}, Data: []byte{0x00, 0x3c, 0x01, 0x00}}) // 1, 2^-24
	sd.Set("counter", FromFloat32s([]int{1}, []float32{3.7}))                                      // as PyTorch 0.3 kept scalars
	net := &network{spec: []Spec{{"half", []int{2}, Float32}, {"counter", []int{}, Int64}}}
	report, err := LoadStateDict(sd, net)
	if err != nil {
		t.Fatal(err)
	}
	half, _ := net.set["half"].Float32s()
	counter, _ := net.set["counter"].Int64s()
	if !slices.Equal(half, []float32{1, 1.0 / (1 << 24)}) || !slices.Equal(counter, []int64{3}) || len(report.Converted) != 2 {
		t.Errorf("half %v, counter %v, report %+v", half, counter, report)
	}
}

// What the file was like is said even where everything fits.
func TestLoadExplainsTheFile(t *testing.T) {
	file := &File{
		Name: "last.pth", Wrapper: "model", Beside: []string{"optimizer", "epoch"}, StrippedPrefix: "module.",
		StateDict: resnet18(5).stateDict(),
	}
	report, err := LoadFile(file, resnet18(5))
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Join(report.Diagnosis, "\n")
	for _, want := range []string{"an optimiser checkpoint; the weights are under `model`", "optimizer, epoch", "begin with `module.`"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q lacks %q", said, want)
		}
	}
}

// A file is loaded by its name, and an error names it.
func TestLoadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "five.safetensors")
	if err := Write(path, resnet18(5).stateDict()); err != nil {
		t.Fatal(err)
	}
	net := resnet18(5)
	if report, err := Load(path, net); err != nil || report.Loaded != len(net.spec) {
		t.Errorf("%v %v", report, err)
	}
	if _, err := Load(path, resnet18(7)); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
}

func TestReportForms(t *testing.T) {
	report, err := LoadStateDict(resnet18(5).stateDict(), resnet50(1000))
	if err == nil {
		t.Fatal("was loaded")
	}
	header, rows := report.Table()
	for _, row := range rows {
		if len(row) != len(header) {
			t.Errorf("row %q under %q", row, header)
		}
	}
	text := report.String()
	if lines := strings.Count(text, "\n"); lines > 30 {
		t.Errorf("%d lines are no summary:\n%s", lines, text)
	}
	data, err := json.Marshal(report)
	if err != nil || !strings.Contains(string(data), `"missing_keys":["layer1.0.conv3.weight"`) || strings.Contains(string(data), "null") {
		t.Errorf("JSON %.200s %v", data, err)
	}
}

func TestArchitecture(t *testing.T) {
	resnext := map[string][]int{"layer1.0.conv3.weight": {256, 128, 1, 1}}
	for layer, count := range []int{3, 4, 23, 3} {
		for block := range count {
			resnext[fmt.Sprintf("layer%d.%d.conv1.weight", layer+1, block)] = []int{1, 1, 1, 1}
		}
	}
	for name, conv2 := range map[string][]int{
		"ResNet-101": {64, 64, 3, 3}, "ResNeXt-101 32x8d": {256, 8, 3, 3}, "ResNeXt-101 64x4d": {256, 4, 3, 3},
		"Wide ResNet-101-2": {128, 128, 3, 3}, "": {0, 0, 0, 0},
	} {
		resnext["layer1.0.conv2.weight"] = conv2
		if got := architecture(resnext); got != name {
			t.Errorf("%v is %q, want %q", conv2, got, name)
		}
	}
}
