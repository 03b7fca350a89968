package transfer_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/transfer"
	"resnetlab/resnetlib/weights"
)

func resnet18(t *testing.T, classes int) *models.ResNet {
	t.Helper()
	net, err := models.New(model.NewStore(), "resnet18", classes, nn.Seed(1))
	if err != nil {
		t.Fatal(err)
	}
	return net
}

func TestApplyRefusesLayersThatAreNotThere(t *testing.T) {
	for s, says := range map[transfer.Strategy]string{"last:layer9": "there are conv1, bn1", "some": "unknown strategy", transfer.NewLayer: "no module"} {
		if _, err := s.Apply(resnet18(t, 5)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", s, err, says)
		}
	}
}

func TestFrozenBatchNormsUpdateOnlyWhereAskedFor(t *testing.T) {
	for freeze, says := range map[bool]string{true: "use and keep", false: "keep updating"} {
		net := resnet18(t, 5)
		plan, err := transfer.LastLayers("fc").Apply(net, transfer.FreezeBN(freeze))
		if err != nil || !strings.HasPrefix(plan.FrozenBN, says) || net.BN1.(*nn.BatchNorm2D).Eval != freeze {
			t.Errorf("freezing %v: %q, %v", freeze, plan.FrozenBN, err)
		}
	}
}

// A backbone without fc gets a head of the data's classes; there is none that strategy new could keep.
func TestStartFromABackboneMakesAHead(t *testing.T) {
	sd, err := resnet18(t, 5).StateDict()
	if err != nil {
		t.Fatal(err)
	}
	backbone := weights.NewStateDict()
	for key, tensor := range sd.All() {
		if !strings.HasPrefix(key, "fc.") {
			backbone.Set(key, tensor)
		}
	}
	source := runs.Source{Path: filepath.Join(t.TempDir(), "backbone.safetensors")}
	if err := weights.WriteSafetensors(source.Path, backbone, nil); err != nil {
		t.Fatal(err)
	}
	settings := runs.Settings{Arch: "resnet18", Weights: source.Path}.WithDefaults()
	net, note, err := transfer.Start(source, settings, 3)
	if err != nil || net.NumClasses() != 3 || !strings.Contains(note, "it has no head, and a new one of 3 classes") {
		t.Errorf("%q, %v", note, err)
	}
	settings.Strategy = string(transfer.NewLayer)
	if _, _, err := transfer.Start(source, settings, 3); err == nil || !strings.Contains(err.Error(), "no head") {
		t.Errorf("strategy new: %v", err)
	}
}
