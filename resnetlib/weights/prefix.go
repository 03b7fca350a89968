package weights

import (
	"fmt"
	"slices"
	"strings"

	"resnetlab/internal/printable"
)

// wrapperPrefixes are what PyTorch's wrappers of a network put before every key.
var wrapperPrefixes = []string{
	"module.",    // DataParallel, DistributedDataParallel, AveragedModel
	"_orig_mod.", // torch.compile
}

// averaged is the counter that torch.optim.swa_utils.AveragedModel keeps beside the network.
const averaged = "n_averaged"

// copies are the modules that hold a moving average of the network that is trained beside it: MoCo's key encoder (its own
// evaluation in main_lincls.py takes encoder_q), solo-learn's and lightly's momentum backbones.
var copies = []string{"encoder_k.", "momentum_backbone.", "backbone_momentum."}

// AsStored returns all tensors of the file under the names that they have in it: with StrippedPrefix, and with those that
// Outside lists.
func (f *File) AsStored() *StateDict {
	if f.stored == nil {
		return f.StateDict
	}
	return f.stored
}

// stripPrefix removes what stands before the keys of the network: first what every key begins with, as often as it is
// there, as PyTorch's consume_prefix_in_state_dict_if_present does; then what stands before the only ResNet in the file.
func (f *File) stripPrefix() {
	f.stored = f.StateDict
	for {
		i := slices.IndexFunc(wrapperPrefixes, f.StateDict.allHave)
		if i < 0 {
			break
		}
		f.StateDict = f.StateDict.without(wrapperPrefixes[i])
		f.StrippedPrefix += wrapperPrefixes[i]
	}
	f.findNetwork()
}

// findNetwork takes the ResNet out of a larger model, where there is one and it is the only one: "backbone.conv1.weight",
// "encoder_q.conv1.weight". Averaged copies of it do not count. Where there are several, all stay as they are.
func (f *File) findNetwork() {
	found := f.StateDict.networks()
	if len(found) > 1 {
		found = slices.DeleteFunc(found, func(prefix string) bool {
			return slices.ContainsFunc(copies, func(name string) bool { return prefix == name || strings.HasSuffix(prefix, "."+name) })
		})
	}
	if len(found) != 1 || found[0] == "" {
		f.networks = found
		return
	}
	prefix := found[0]
	for _, key := range f.StateDict.keys {
		if !strings.HasPrefix(key, prefix) {
			f.Outside = append(f.Outside, key)
		}
	}
	f.StateDict = f.StateDict.without(prefix)
	f.StrippedPrefix += prefix
}

// networks lists the prefixes behind which lies a ResNet with torchvision's names. The running mean tells a network from
// the moments that an optimiser keeps of its parameters.
func (s *StateDict) networks() (prefixes []string) {
	for _, key := range s.keys {
		prefix, ok := strings.CutSuffix(key, "conv1.weight")
		if ok && (prefix == "" || strings.HasSuffix(prefix, ".")) &&
			s.tensors[prefix+"bn1.running_mean"] != nil && s.tensors[prefix+"layer1.0.conv1.weight"] != nil {
			prefixes = append(prefixes, prefix)
		}
	}
	return prefixes
}

// several says how to keep one of several networks in the file, "" where there are not several.
func (f *File) several() string {
	if len(f.networks) < 2 {
		return ""
	}
	shown := make([]string, len(f.networks))
	for i, prefix := range f.networks {
		shown[i] = "`" + printable.Short(prefix) + "`"
	}
	return fmt.Sprintf("the file holds %d networks, whose keys begin with %s: %s", len(shown), printable.Join(shown, maxListed), keepPrefix(f.networks[0]))
}

// keepPrefix says how to write a file with the tensors behind a prefix alone.
func keepPrefix(prefix string) string {
	return fmt.Sprintf("keep one in PyTorch, {k[%d:]: v for k, v in sd.items() if k.startswith(%.80q)}, and save it", len(prefix), prefix)
}

// allHave reports whether every key begins with prefix.
func (s *StateDict) allHave(prefix string) bool {
	some := false
	for _, key := range s.keys {
		has := strings.HasPrefix(key, prefix)
		if !has && key != averaged {
			return false
		}
		some = some || has
	}
	return some
}

// without returns the tensors behind prefix, with their modules' versions, under names without it.
func (s *StateDict) without(prefix string) *StateDict {
	inner := NewStateDict()
	for key, tensor := range s.All() {
		if rest, ok := strings.CutPrefix(key, prefix); ok {
			inner.Set(rest, tensor)
		}
	}
	if s.ModuleVersions != nil {
		inner.ModuleVersions = map[string]int{}
	}
	for module, version := range s.ModuleVersions {
		if rest, ok := strings.CutPrefix(module+".", prefix); ok {
			inner.ModuleVersions[strings.TrimSuffix(rest, ".")] = version
		}
	}
	return inner
}

// sharedPrefix finds what stands before every one of the longer keys that ends in one of the shorter: "backbone." where
// the file has "backbone.conv1.weight" and the network "conv1.weight". It is "" unless most of the longer keys have it.
func sharedPrefix(longer, shorter []string) string {
	known := map[string]bool{}
	for _, key := range shorter {
		known[key] = true
	}
	count := map[string]int{}
	for _, key := range longer {
		for at, c := range key {
			if c == '.' && known[key[at+1:]] {
				count[key[:at+1]]++
			}
		}
	}
	prefixes := make([]string, 0, len(count))
	for prefix, n := range count {
		if 2*n > len(longer) {
			prefixes = append(prefixes, prefix)
		}
	}
	if len(prefixes) == 0 {
		return ""
	}
	return slices.Min(prefixes)
}
