package weights

import (
	"strings"

	"resnetlab/internal/printable"
)

// layout is a way to name the tensors of a ResNet that is not torchvision's.
type layout struct {
	name string
	keys []string // that only such a file has, behind a prefix or none
	cure string
}

// byPosition is a cure in PyTorch: a Sequential of torchvision's children has their parameters, so that loading it sets
// the network too.
const byPosition = "in PyTorch, net = torchvision.models.resnet34() (or what it is); net.fc = torch.nn.Identity(); " +
	"torch.nn.Sequential(*list(net.children())[:-2]).load_state_dict("

var layouts = []layout{
	{"Hugging Face's", []string{"embedder.embedder.convolution.weight", "encoder.stages.0.layers.0.layer.0.convolution.weight"},
		"rename them in PyTorch to torchvision's: embedder.embedder.convolution is conv1 and .normalization is bn1; " +
			"encoder.stages.S.layers.L.layer.K.convolution is layer(S+1).L.conv(K+1) and .normalization is bn(K+1); " +
			".shortcut.convolution is .downsample.0 and .shortcut.normalization is .downsample.1; classifier.1 is fc"},
	{"fastai's", []string{"0.4.0.conv1.weight", "0.1.running_mean", "0.0.weight"},
		byPosition + `{k[2:]: v for k, v in sd.items() if k.startswith("0.")}); torch.save(net.state_dict(), ...) ` +
			"has torchvision's, without the head 1.*, which is none of torchvision's"},
	{"a torch.nn.Sequential's", []string{"4.0.conv1.weight", "1.running_mean", "0.weight"},
		byPosition + "sd); torch.save(net.state_dict(), ...) has torchvision's"},
	{"Detectron2's", []string{"stem.conv1.weight", "res2.0.conv1.weight"},
		"rename them in PyTorch to torchvision's: stem.conv1 is conv1, its norm bn1; res2 to res5 are layer1 to layer4, " +
			"convN.norm is bnN, shortcut is downsample.0 and shortcut.norm downsample.1"},
}

// foreignLayout names the layout of a ResNet whose keys are not torchvision's, with the cure; "" where it is none of those
// that are known.
func (s *StateDict) foreignLayout() string {
	for _, l := range layouts {
		for _, key := range s.keys {
			prefix, ok := strings.CutSuffix(key, l.keys[0])
			if ok && (prefix == "" || strings.HasSuffix(prefix, ".")) && s.hasAll(prefix, l.keys[1:]) {
				return "these are " + l.name + " names for a ResNet (" + printable.Short(key) + "): " + l.cure
			}
		}
	}
	return ""
}

// hasAll reports whether all keys are there behind prefix.
func (s *StateDict) hasAll(prefix string, keys []string) bool {
	for _, key := range keys {
		if s.tensors[prefix+key] == nil {
			return false
		}
	}
	return true
}
