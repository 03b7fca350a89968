package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"resnetlab/datasets/sketch"
	"resnetlab/internal/testbackend"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/weights"
)

// folder is the published network.
var folder = filepath.Join("..", "..", "..", "notebooks", "network")

func open(t *testing.T) *network.Network {
	t.Helper()
	net, err := network.OpenRun(folder)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// The network tells apart drawings of a seed that nothing else uses.
func TestNetworkKnowsDrawingsOfAnotherSeed(t *testing.T) {
	testbackend.Each(t, func(t *testing.T, b compute.Backend) {
		r, err := evaluateOn(t.Context(), b, open(t), sketch.Config{Task: "many", Seed: 20261201, Test: 400})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d pictures: loss %.4f, accuracy %.4f", r.Pictures, r.Loss, r.Accuracy)
		if r.Pictures != 400 || r.Accuracy < 0.95 {
			t.Errorf("accuracy %.4f on %d pictures, want at least 0.95 on 400", r.Accuracy, r.Pictures)
		}
	})
}

// All floating-point tensors are float16, and the folder is of a size that a page can load.
func TestNetworkIsSmall(t *testing.T) {
	file, err := weights.Read(filepath.Join(folder, "best.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for key, tensor := range file.StateDict.All() {
		if tensor.DType.IsFloat() && tensor.DType != weights.Float16 {
			t.Errorf("%s is %s, want float16", key, tensor.DType)
		}
	}
	total := int64(0)
	err = filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	if err != nil || total > 6_000_000 {
		t.Errorf("the folder has %d bytes, want at most 6000000 (error %v)", total, err)
	}
}

// The maps of the last stage are large enough for a heat map that shows where.
func TestLastStageHasMapsOfSixBySix(t *testing.T) {
	net := open(t)
	s, err := models.Summarize(net.ResNet, 1, net.Preset.Crop, net.Preset.Crop, 3)
	if err != nil {
		t.Fatal(err)
	}
	stage := net.ResNet.Layers[len(net.ResNet.Layers)-1].Name()
	i := slices.IndexFunc(s.Modules, func(l models.Layer) bool { return l.Name == stage })
	if i < 0 {
		t.Fatalf("the summary has no %s", stage)
	}
	if out := s.Modules[i].Output; len(out) != 4 || out[1] < 6 || out[2] < 6 {
		t.Errorf("the output of %s is %v, want maps of at least 6x6", stage, out)
	}
}

// What lies in the folder is what "make course-network" would make now: settings and drawings are those of the program.
func TestNetworkIsOfTheseSettings(t *testing.T) {
	run, err := runs.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	if want := settings.WithDefaults(); !reflect.DeepEqual(run.Settings, want) {
		t.Errorf("run.json has the settings %+v, and the program %+v: run make course-network", run.Settings, want)
	}
	fingerprint, err := sketch.All(pictures).Fingerprint()
	if err != nil || run.DataFingerprint != fingerprint || run.TrainPictures != pictures.Train || run.ValPictures != pictures.Val {
		t.Errorf("run.json is of other drawings than the program's (error %v): run make course-network", err)
	}
	if !strings.Contains(run.PyTorchRecipe, "torchvision.models.ResNet(") {
		t.Errorf("run.json does not say how PyTorch loads the network: %q", run.PyTorchRecipe)
	}
	if got := len(run.Metrics()); got != settings.Epochs {
		t.Errorf("metrics.csv has %d epochs, want %d", got, settings.Epochs)
	}
	if _, err := os.Stat(filepath.Join(folder, runs.TestFile)); err != nil {
		t.Error(err)
	}
}
