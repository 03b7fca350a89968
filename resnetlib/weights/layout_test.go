package weights

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// huggingFace returns the key of transformers' ResNetForImageClassification.
func huggingFace(key string) string {
	block := regexp.MustCompile(`^layer(\d)\.(\d+)\.`)
	if m := block.FindStringSubmatch(key); m != nil {
		rest := strings.NewReplacer("downsample.0", "shortcut.convolution", "downsample.1", "shortcut.normalization").Replace(key[len(m[0]):])
		rest = regexp.MustCompile(`^(conv|bn)(\d)`).ReplaceAllStringFunc(rest, func(s string) string {
			kind := map[byte]string{'c': "convolution", 'b': "normalization"}[s[0]]
			return fmt.Sprintf("layer.%d.%s", s[len(s)-1]-'1', kind)
		})
		return fmt.Sprintf("resnet.encoder.stages.%d.layers.%s.%s", m[1][0]-'1', m[2], rest)
	}
	return strings.NewReplacer("conv1.", "resnet.embedder.embedder.convolution.", "bn1.", "resnet.embedder.embedder.normalization.",
		"fc.", "classifier.1.").Replace(key)
}

// numbered returns the key of a torch.nn.Sequential of the network's children behind prefix.
func numbered(prefix string) func(key string) string {
	children := []string{"conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4", "avgpool"}
	return func(key string) string {
		child, rest, _ := strings.Cut(key, ".")
		for i, name := range children {
			if name == child {
				return fmt.Sprintf("%s%d.%s", prefix, i, rest)
			}
		}
		return "1.8." + rest // the last layer of fastai's head
	}
}

// Names of other programs are named, with the way to torchvision's, and no head is guessed.
func TestForeignLayout(t *testing.T) {
	sequential := func(key string) string { return without("fc.weight")(without("fc.bias")(key)) }
	for _, c := range []struct {
		name string
		sd   *StateDict
		want []string
	}{
		{"Hugging Face", renamed(resnet18(5).stateDict(), huggingFace), []string{"these are Hugging Face's names", "classifier.1 is fc"}},
		{"Hugging Face's backbone", renamed(headless(resnet18(5).stateDict()), func(key string) string {
			return strings.TrimPrefix(huggingFace(key), "resnet.")
		}), []string{"these are Hugging Face's names", "embedder.embedder.convolution is conv1"}},
		{"fastai", renamed(resnet18(5).stateDict(), numbered("0.")), []string{"these are fastai's names", `{k[2:]: v for k, v in sd.items() if k.startswith("0.")}`}},
		{"Sequential", renamed(renamed(resnet18(5).stateDict(), sequential), numbered("")), []string{"these are a torch.nn.Sequential's names", ".load_state_dict(sd)"}},
		{"fastai behind module.", behind("module.", renamed(resnet18(5).stateDict(), numbered("0."))), []string{"these are fastai's names"}},
	} {
		file := written(t, c.sd)
		_, loading := LoadFile(file, resnet18(5))
		_, classes := file.HeadClasses()
		for _, err := range []error{loading, classes} {
			for _, want := range c.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%s: %v lacks %q", c.name, err, want)
				}
			}
		}
		if loading != nil && strings.Contains(loading.Error(), "the head seems") {
			t.Errorf("%s: a head is guessed: %v", c.name, loading)
		}
	}
	if got := resnet18(5).stateDict().foreignLayout(); got != "" {
		t.Errorf("torchvision's names are %q", got)
	}
}

// A head of another name is suggested where the rest is the network's, with WithoutHead too.
func TestRenamedHeadWithoutHead(t *testing.T) {
	sd := renamed(resnet18(5).stateDict(), func(key string) string { return strings.Replace(key, "fc.", "classifier.1.", 1) })
	_, err := LoadStateDict(sd, resnet18(7), WithoutHead())
	if err == nil || !strings.Contains(err.Error(), "the head seems to be called `classifier.1` in the file") {
		t.Error(err)
	}
	other := NewStateDict()
	other.Set("classifier.1.weight", FromFloat32s([]int{5, 128}, make([]float32, 640)))
	if _, err := LoadStateDict(other, resnet18(5)); err == nil || strings.Contains(err.Error(), "the head seems") {
		t.Error(err)
	}
}
