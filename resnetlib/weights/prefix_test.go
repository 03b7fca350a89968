package weights

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// behind returns the state dict with a prefix before every key.
func behind(prefix string, sd *StateDict) *StateDict {
	return renamed(sd, func(key string) string { return prefix + key })
}

// headless returns the state dict without fc.
func headless(sd *StateDict) *StateDict {
	return renamed(sd, func(key string) string {
		if strings.HasPrefix(key, "fc.") {
			return ""
		}
		return key
	})
}

// joinedDicts returns the tensors of all.
func joinedDicts(all ...*StateDict) *StateDict {
	sd := NewStateDict()
	for _, one := range all {
		for key, t := range one.All() {
			sd.Set(key, t)
		}
	}
	return sd
}

// written writes a state dict and reads the file.
func written(t *testing.T, sd *StateDict) *File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "written.pth")
	if err := Write(path, sd); err != nil {
		t.Fatal(err)
	}
	file, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func one() *Tensor { return FromFloat32s([]int{1}, []float32{1}) }

// A backbone without a head is found behind whatever prefix, and loads with WithoutHead alone.
func TestBackboneWithoutHead(t *testing.T) {
	for _, prefix := range []string{"", "module.", "model.", "backbone.", "encoder.", "module.backbone.", "module.encoder.", "net.model.backbone."} {
		file := written(t, behind(prefix, headless(resnet50(5).stateDict())))
		if file.StrippedPrefix != prefix || len(file.Outside) != 0 || file.Architecture() != "ResNet-50" {
			t.Errorf("%q: prefix %q, outside %q, %q", prefix, file.StrippedPrefix, file.Outside, file.Architecture())
		}
		if n, err := file.HeadClasses(); n != 0 || err != nil {
			t.Errorf("%q: %d classes (%v), want none", prefix, n, err)
		}
		net := resnet50(7)
		report, err := LoadFile(file, net, WithoutHead())
		if err != nil {
			t.Fatalf("%q: %v", prefix, err)
		}
		if report.Loaded != len(net.spec)-2 || !slices.Equal(report.MissingKeys, []string{"fc.weight", "fc.bias"}) || len(report.LeftOut) != 0 ||
			!strings.Contains(strings.Join(report.Diagnosis, "\n"), "the file has no fc; the network's keeps") {
			t.Errorf("%q: %+v", prefix, report)
		}
		if _, err := LoadFile(file, resnet50(7)); err == nil || !strings.Contains(err.Error(), "the file has no fc") {
			t.Errorf("%q was loaded with the head, which it does not have: %v", prefix, err)
		}
		if _, err := LoadFile(written(t, behind(prefix, headless(resnet18(5).stateDict()))), resnet50(7), WithoutHead()); err == nil {
			t.Errorf("%q: a ResNet-18 was loaded into a ResNet-50", prefix)
		}
	}
}

// What MoCo, SimSiam and solo-learn keep beside the network is left out, and said.
func TestNetworkBesideOthers(t *testing.T) {
	net := func() *StateDict { return headless(resnet18(5).stateDict()) }
	queue := NewStateDict()
	queue.Set("module.queue", one())
	mlp := NewStateDict()
	mlp.Set("module.encoder.fc.0.weight", one())
	mlp.Set("module.predictor.0.weight", one())
	for name, c := range map[string]struct {
		sd      *StateDict
		prefix  string
		outside int
	}{
		"MoCo":       {joinedDicts(behind("module.encoder_k.", resnet18(128).stateDict()), behind("module.encoder_q.", resnet18(128).stateDict()), queue), "module.encoder_q.", 123},
		"SimSiam":    {joinedDicts(behind("module.encoder.", net()), mlp), "module.encoder.", 1},
		"solo-learn": {joinedDicts(behind("momentum_backbone.", net()), behind("backbone.", net())), "backbone.", 120},
	} {
		file := written(t, c.sd)
		if file.StrippedPrefix != c.prefix || len(file.Outside) != c.outside || file.AsStored().Len() != c.sd.Len() {
			t.Errorf("%s: prefix %q, %d outside, %d in all", name, file.StrippedPrefix, len(file.Outside), file.AsStored().Len())
		}
		report, err := LoadFile(file, resnet18(5), WithoutHead())
		if err != nil || !strings.Contains(strings.Join(report.Diagnosis, "\n"), fmt.Sprintf("behind `%s` in the file, beside %d other tensors", c.prefix, c.outside)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Of several networks none is taken: the error names them and says how to keep one.
func TestSeveralNetworks(t *testing.T) {
	sd := joinedDicts(behind("student.", resnet18(5).stateDict()), behind("teacher.", resnet18(5).stateDict()))
	file := written(t, sd)
	const want = "2 networks, whose keys begin with `student.`, `teacher.`: " +
		`keep one in PyTorch, {k[8:]: v for k, v in sd.items() if k.startswith("student.")}`
	if _, err := LoadFile(file, resnet18(5)); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("loading: %v", err)
	}
	if _, err := file.HeadClasses(); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("classes: %v", err)
	}
	if file.StateDict.Len() != sd.Len() || file.StrippedPrefix != "" {
		t.Errorf("%q was stripped", file.StrippedPrefix)
	}
}

// The moments of an optimiser, which have a network's names, are no second network; a plain network comes first.
func TestNetworksOfACheckpoint(t *testing.T) {
	moments := renamed(headless(resnet18(5).stateDict()), without("running_mean"))
	file := written(t, joinedDicts(behind("model.", resnet18(5).stateDict()), behind("optimizer.", moments)))
	if file.StrippedPrefix != "model." || len(file.Outside) != moments.Len() {
		t.Errorf("prefix %q, %d outside", file.StrippedPrefix, len(file.Outside))
	}
	file = written(t, joinedDicts(resnet18(5).stateDict(), behind("ema.", resnet18(5).stateDict())))
	if file.StrippedPrefix != "" || len(file.Outside) != 0 {
		t.Errorf("prefix %q, %d outside", file.StrippedPrefix, len(file.Outside))
	}
}

// A prefix behind module. that only the network's keys tell is named with the way to strip it.
func TestPrefixBehindModule(t *testing.T) {
	small := &network{}
	small.conv("conv", 4, 3, 3)
	small.batchNorm("bn", 4)
	file := written(t, behind("module.trunk.", small.stateDict()))
	_, err := LoadFile(file, small)
	for _, want := range []string{"strip `trunk.`", `{k[13:]: v for k, v in sd.items() if k.startswith("module.trunk.")}`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %s", err, want)
		}
	}
}

// A checkpoint with state dicts under names that say nothing lists them.
func TestUnwrapNamesStateDicts(t *testing.T) {
	_, err := fileFrom(checkpoint("student", "teacher"), newBudget(0))
	if err == nil || !strings.Contains(err.Error(), `(student, teacher): save one in PyTorch, torch.save(torch.load(f)["student"]`) {
		t.Error(err)
	}
}
