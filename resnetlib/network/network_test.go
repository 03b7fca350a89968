package network_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/transforms"
	"resnetlab/resnetlib/weights"
)

// stateDict returns the values of a ResNet-18 of a seed, with a layer behind fc where added is above 0.
func stateDict(t *testing.T, classes, added int) *weights.StateDict {
	t.Helper()
	net, err := models.New(model.NewStore(), "resnet18", classes, nn.Seed(1))
	if err == nil && added > 0 {
		err = net.AddHead(added)
	}
	if err != nil {
		t.Fatal(err)
	}
	sd, err := net.StateDict()
	if err != nil {
		t.Fatal(err)
	}
	return sd
}

// without returns the tensors whose keys do not begin with a prefix.
func without(sd *weights.StateDict, prefix string) *weights.StateDict {
	rest := weights.NewStateDict()
	for key, tensor := range sd.All() {
		if !strings.HasPrefix(key, prefix) {
			rest.Set(key, tensor)
		}
	}
	return rest
}

func write(t *testing.T, sd *weights.StateDict) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "net.safetensors")
	if err := weights.WriteSafetensors(path, sd, nil); err != nil {
		t.Fatal(err)
	}
	return path
}

// same tells whether a network has the very values of a state dict under the keys that hold.
func same(t *testing.T, net *models.ResNet, sd *weights.StateDict, holds func(key string) bool) {
	t.Helper()
	for _, p := range net.Parameters() {
		now, err := p.Tensor()
		if err != nil {
			t.Fatal(err)
		}
		was, ok := sd.Get(p.Key)
		if equal := ok && slices.Equal(now.Data, was.Data); equal != holds(p.Key) {
			t.Errorf("%s: equal to the file is %v", p.Key, equal)
		}
	}
}

func TestLoadPlansTheHead(t *testing.T) {
	everything := func(string) bool { return true }
	for name, c := range map[string]struct {
		classes, added int // of the file
		spec           network.Spec
		fc, head       int // of the network; head 0: none
		holds          func(key string) bool
	}{
		"as many as the file":       {5, 0, network.Spec{}, 5, 0, everything},
		"kept":                      {5, 0, network.Spec{Classes: 5}, 5, 0, everything},
		"replaced":                  {5, 0, network.Spec{Classes: 3, Head: network.ReplaceHead, Seed: 9}, 3, 0, func(k string) bool { return !strings.HasPrefix(k, "fc.") }},
		"appended":                  {5, 0, network.Spec{Classes: 3, Head: network.AppendHead, Seed: 9}, 5, 3, func(k string) bool { return !strings.HasPrefix(k, "head.") }},
		"added layer kept":          {5, 4, network.Spec{}, 5, 4, everything},
		"added layer replaced":      {5, 4, network.Spec{Classes: 2, Head: network.ReplaceHead, Seed: 9}, 5, 2, func(k string) bool { return !strings.HasPrefix(k, "head.") }},
		"another seed, nothing new": {5, 0, network.Spec{Seed: 9}, 5, 0, everything},
	} {
		t.Run(name, func(t *testing.T) {
			sd := stateDict(t, c.classes, c.added)
			c.spec.Arch = "resnet18"
			net, err := network.Load(&weights.File{StateDict: sd}, c.spec)
			if err != nil {
				t.Fatal(err)
			}
			head := 0
			if net.Head != nil {
				head = net.Head.Out
			}
			if net.FC.Out != c.fc || head != c.head {
				t.Errorf("fc of %d, head of %d; want %d and %d", net.FC.Out, head, c.fc, c.head)
			}
			same(t, net, sd, c.holds)
		})
	}
}

func TestLoadRefusesWhatDoesNotFit(t *testing.T) {
	for name, c := range map[string]struct {
		sd   *weights.StateDict
		spec network.Spec
		says string
	}{
		"another number of classes": {stateDict(t, 5, 0), network.Spec{Classes: 4}, "fc.weight"},
		"a second added layer":      {stateDict(t, 5, 4), network.Spec{Classes: 4, Head: network.AppendHead}, "last:head"},
		"no head to keep":           {without(stateDict(t, 5, 0), "fc."), network.Spec{}, "no head"},
		"a layer behind no head":    {stateDict(t, 5, 0), network.Spec{Classes: 5, UpTo: "layer2", Head: network.AppendHead}, "cannot be added behind a head that is not loaded"},
		"no layer of that name":     {stateDict(t, 5, 0), network.Spec{Classes: 5, UpTo: "layer9"}, "there are conv1, bn1, layer1"},
		"a layer is missing":        {without(stateDict(t, 5, 0), "layer2."), network.Spec{Classes: 5}, "layer2"},
	} {
		c.spec.Arch = "resnet18"
		if net, err := network.Load(&weights.File{Name: "a.pth", StateDict: c.sd}, c.spec); net != nil || err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

func TestOpenFile(t *testing.T) {
	sd := stateDict(t, 2, 0)
	path := write(t, sd)
	net, err := network.Open(path, network.Arch("resnet18"), network.Classes("cat", "dog"), network.ImageSize(64))
	if err != nil {
		t.Fatal(err)
	}
	same(t, net.ResNet, sd, func(string) bool { return true })
	if net.Arch != "resnet18" || !slices.Equal(net.Classes, []string{"cat", "dog"}) || net.Preset != transforms.EvalPreset(64) || net.Source.Path != path {
		t.Errorf("%s, classes %v, %+v, from %s", net.Arch, net.Classes, net.Preset, net.Source)
	}
}

func TestOpenRunBringsEverything(t *testing.T) {
	preset := transforms.EvalPreset(32)
	preset.Mean[0] = 0.25
	run, err := runs.Create(runs.Settings{Arch: "resnet18", Out: filepath.Join(t.TempDir(), "run")}, runs.Info{Classes: []string{"a", "b"}, Preset: preset},
		&runs.Checkpoint{Model: weights.NewStateDict(), Optimizer: weights.NewStateDict()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := network.OpenRun(run.Dir); err == nil || !strings.Contains(err.Error(), "has no weights yet") {
		t.Errorf("a run that has just begun: %v", err)
	}
	if err := run.WriteBest(stateDict(t, 2, 0)); err != nil {
		t.Fatal(err)
	}
	for _, open := range []func(string, ...network.Option) (*network.Network, error){network.OpenRun, network.Open, network.OpenBackbone} {
		net, err := open(run.Dir)
		if err != nil {
			t.Fatal(err)
		}
		if net.Arch != "resnet18" || net.Preset != preset || net.Source.Run.Dir != run.Dir || net.NumClasses() != 2 {
			t.Errorf("%s, %+v, from %s, %d classes", net.Arch, net.Preset, net.Source, net.NumClasses())
		}
	}
	if _, err := network.OpenRun(run.Dir, network.Arch("resnet50")); !errors.Is(err, network.ErrOptions) {
		t.Errorf("another architecture: %v", err)
	}
	if _, err := network.OpenRun(run.Dir, network.Classes("a", "b", "c")); err == nil || !strings.Contains(err.Error(), "3 class names") {
		t.Errorf("three names for two classes: %v", err)
	}
}

// A network opened from bytes in memory is the one of the run's folder, and what does not fit gives the same errors.
func TestOpenFileFromMemoryIsTheNetworkOfTheFolder(t *testing.T) {
	preset := transforms.EvalPreset(32)
	preset.Std[1] = 0.5
	run, err := runs.Create(runs.Settings{Arch: "resnet18", Out: filepath.Join(t.TempDir(), "run")}, runs.Info{Classes: []string{"a", "b"}, Preset: preset},
		&runs.Checkpoint{Model: weights.NewStateDict(), Optimizer: weights.NewStateDict()})
	if err != nil {
		t.Fatal(err)
	}
	sd := stateDict(t, 2, 0)
	if err := run.WriteBest(sd); err != nil {
		t.Fatal(err)
	}
	content := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(run.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	described, err := runs.OpenBytes("folder", content("run.json"))
	if err != nil {
		t.Fatal(err)
	}
	file, err := weights.ReadBytes("best.safetensors", content("best.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	net, err := network.OpenFile(file, runs.SourceOf(described))
	if err != nil {
		t.Fatal(err)
	}
	same(t, net.ResNet, sd, func(string) bool { return true })
	if net.Arch != "resnet18" || net.Preset != preset || !slices.Equal(net.Classes, []string{"a", "b"}) {
		t.Errorf("%s, %+v, %v", net.Arch, net.Preset, net.Classes)
	}
	if net, err := network.OpenFile(file, runs.SourceOf(described), network.Arch("resnet50")); net != nil || !errors.Is(err, network.ErrOptions) {
		t.Errorf("another architecture: %v", err)
	}
	if net, err := network.OpenFile(file, runs.Source{}, network.Arch("resnet34"), network.Classes("a", "b")); net != nil || err == nil {
		t.Errorf("weights of another network: %v", err)
	}
}

func TestOpenBackboneNeedsNoHead(t *testing.T) {
	sd := without(stateDict(t, 5, 0), "fc.")
	path := write(t, sd)
	net, err := network.OpenBackbone(path, network.Arch("resnet18"))
	if err != nil {
		t.Fatal(err)
	}
	same(t, net.ResNet, sd, func(key string) bool { return !strings.HasPrefix(key, "fc.") })
	if err := net.CheckClasses(); net.Classes != nil || err == nil {
		t.Errorf("classes %v, %v", net.Classes, err)
	}
	if _, err := network.Open(path, network.Arch("resnet18"), network.Classes("a")); err == nil {
		t.Error("a network without a head was opened to predict with")
	}
}

func TestOptionsThatDoNotSuitAreErrOptions(t *testing.T) {
	path := write(t, stateDict(t, 2, 0))
	for name, options := range map[string][]network.Option{
		"no class names":       {network.Arch("resnet18")},
		"unknown architecture": {network.Arch("resnet19"), network.Classes("a", "b")},
		"negative size":        {network.Arch("resnet18"), network.Classes("a", "b"), network.ImageSize(-1)},
	} {
		if net, err := network.Open(path, options...); net != nil || !errors.Is(err, network.ErrOptions) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDigestTellsNetworksApart(t *testing.T) {
	path := write(t, stateDict(t, 2, 0))
	digest := func(options ...network.Option) string {
		net, err := network.Open(path, append(options, network.Classes("a", "b"))...)
		if err != nil {
			t.Fatal(err)
		}
		d, err := net.Digest()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	one, again, small := digest(network.Arch("resnet18")), digest(network.Arch("resnet18")), digest(network.Arch("resnet18"), network.ImageSize(64))
	if one != again || one == small || len(one) != 64 {
		t.Errorf("%s, again %s, at another size %s", one, again, small)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-1] ^= 1
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	if changed := digest(network.Arch("resnet18")); changed == one {
		t.Error("another value, the same digest")
	}
}
