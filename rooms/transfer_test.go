package rooms

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// withCourse has the site's network open.
func withCourse(t *testing.T) *Session {
	t.Helper()
	var files []File
	for _, name := range []string{"run.json", "best.safetensors"} {
		content, err := os.ReadFile(filepath.Join("..", "notebooks", "network", name))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, File{name, content})
	}
	s := newSession(t)
	if _, _, err := ask[NetworkAnswer](t, s, "network", NetworkArguments{Kind: "course"}, files...); err != nil {
		t.Fatal(err)
	}
	return s
}

// A frozen layer keeps every bit, and what is trained moves.
func TestTransferMovesWhatItTrainsAlone(t *testing.T) {
	s := withCourse(t)
	for strategy, moving := range map[string][]string{"last:fc": {"fc"}, "new": {"head"}, "last:layer4": {"layer4", "fc"}, "all": {"conv1", "layer1", "layer4", "fc"}} {
		answer, _, err := ask[TransferAnswer](t, s, "transfer", TransferArguments{Strategy: strategy, PerClass: 4, Epochs: 1, Seed: 1})
		if err != nil {
			t.Fatalf("%s: %v", strategy, err)
		}
		moved := map[string]bool{}
		for _, m := range answer.Moved {
			moved[m.Part] = m.Relative > 0
		}
		for _, part := range moving {
			if !moved[part] {
				t.Errorf("%s: %s did not move: %v", strategy, part, answer.Moved)
			}
		}
		if frozen := len(answer.Plan.Frozen) > 0; frozen && moved["conv1"] || frozen != (answer.Fixed > answer.Tensors/2) {
			t.Errorf("%s: %d of %d tensors are as before, %v", strategy, answer.Fixed, answer.Tensors, answer.Moved)
		}
		if len(answer.Loss) != 1 || len(answer.Accuracy) != 2 {
			t.Errorf("%s: %d losses and %d accuracies after one epoch", strategy, len(answer.Loss), len(answer.Accuracy))
		}
	}
}

// Learnt features beat random ones where pictures are few: the lesson of the room.
func TestTransferBeatsScratchOnFewPictures(t *testing.T) {
	s := withCourse(t)
	last := map[string]float64{}
	for _, strategy := range []string{"last:fc", scratch} {
		answer, _, err := ask[TransferAnswer](t, s, "transfer", TransferArguments{Strategy: strategy, PerClass: 6, Epochs: 8, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		last[strategy] = answer.Accuracy[8]
	}
	if last["last:fc"] < last[scratch]+0.1 {
		t.Errorf("accuracies %v: want 0.1 more with learnt features", last)
	}
}

func TestTransferMistakes(t *testing.T) {
	for want, a := range map[string]TransferArguments{
		"choose 1 to 40 pictures": {Strategy: "all", PerClass: 0, Epochs: 1},
		"no network is open":      {Strategy: "all", PerClass: 1, Epochs: 1},
	} {
		if _, _, err := ask[TransferAnswer](t, newSession(t), "transfer", a); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", a, err, want)
		}
	}
	if _, _, err := ask[TransferAnswer](t, withCourse(t), "transfer", TransferArguments{Strategy: "last:nowhere", PerClass: 1, Epochs: 1}); err == nil {
		t.Error("an unknown layer is not refused")
	}
}
