package network

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/weights"
)

// Head says what becomes of the head of a weight file: of fc, or of the layer that strategy "new" has added behind fc.
type Head int

const (
	KeepHead    Head = iota // loaded like the rest
	ReplaceHead             // left out: a new one of Spec.Classes starts from random weights
	AppendHead              // loaded, and a new layer of Spec.Classes is added behind it
)

// Spec says which network [Load] makes of a weight file.
type Spec struct {
	Arch    string // one of models.Names
	Classes int    // logits of the network; 0 with KeepHead: as many as the file has
	Head    Head   // has no meaning with UpTo, where it must not be AppendHead
	UpTo    string // last of the network's modules that is loaded (conv1, ..., layer4); what follows starts from random weights. "": all
	Seed    uint64 // of what starts from random weights
}

// Load makes a network and loads a file into it, strictly but for the head that Spec.Head leaves out. The tensors are copied: the file may be
// closed afterwards. The error names the file and what does not fit.
func Load(file *weights.File, s Spec) (*models.ResNet, error) {
	if s.UpTo != "" {
		return loadUpTo(file, s)
	}
	net, err := s.build(file)
	if err != nil {
		return nil, err
	}
	var options []weights.Option
	if s.Head == ReplaceHead {
		options = append(options, weights.WithoutHead())
	}
	if _, err = weights.LoadFile(file, net, options...); err != nil {
		return nil, err
	}
	if s.Head == AppendHead {
		if err := net.AddHead(s.Classes); err != nil {
			return nil, err
		}
	}
	return net, nil
}

// build makes the network that the file is loaded into.
func (s Spec) build(file *weights.File) (*models.ResNet, error) {
	added := file.AddedClasses()
	if s.Head == AppendHead && added > 0 {
		return nil, fmt.Errorf("%s has an added layer already: strategy last:head trains it alone, and all trains the whole network", file.Name)
	}
	fc, err := s.fcClasses(file, added)
	if err != nil {
		return nil, err
	}
	loaded := func(key string) bool { return s.Head == KeepHead || !models.IsHead(key) } // drawing weights takes as long as loading them
	net, err := models.New(model.NewStore(), s.Arch, fc, nn.Seed(s.Seed), nn.SkipInitOf(loaded))
	if err == nil && added > 0 {
		err = net.AddHead(cmp.Or(s.Classes, added))
	}
	if err != nil {
		return nil, err
	}
	return net, nil
}

// fcClasses returns the outputs of fc: the file's where fc is loaded as it is, and else those that are asked for.
func (s Spec) fcClasses(file *weights.File, added int) (int, error) {
	if added == 0 && s.Head == ReplaceHead {
		return s.Classes, nil
	}
	n, err := file.HeadClasses()
	switch {
	case err == nil && n == 0:
		return 0, fmt.Errorf("%s has no head (fc), so it tells no classes apart: compute its features, or train it, which makes a head", file.Name)
	case added == 0 && s.Head == KeepHead && s.Classes > 0:
		return s.Classes, nil // where the file has others, or is another network, loading says what does not fit
	}
	return n, err
}

// loadUpTo loads the layers up to s.UpTo and leaves the rest at random, to see which layers are worth having (Yosinski et al. 2014,
// arXiv:1411.1792). What it loads is as strict as a whole file.
func loadUpTo(file *weights.File, s Spec) (*models.ResNet, error) {
	if s.Head == AppendHead {
		return nil, fmt.Errorf("weights up to %s: a layer cannot be added behind a head that is not loaded", s.UpTo)
	}
	net, err := models.New(model.NewStore(), s.Arch, s.Classes, nn.Seed(s.Seed))
	if err != nil {
		return nil, err
	}
	modules := net.TopModules()
	last := slices.Index(modules, s.UpTo)
	if last < 0 {
		return nil, fmt.Errorf("weights up to %q: the network has no such layer; there are %s", s.UpTo, strings.Join(modules, ", "))
	}
	mixed, err := net.StateDict()
	if err != nil {
		return nil, err
	}
	for key := range mixed.All() {
		if module, _, _ := strings.Cut(key, "."); slices.Index(modules, module) > last {
			continue
		}
		value, ok := file.StateDict.Get(key)
		if !ok {
			return nil, fmt.Errorf("loading %s up to %s: there is no %s in it", file.Name, s.UpTo, key)
		}
		mixed.Set(key, value)
	}
	if _, err := weights.LoadStateDict(mixed, net); err != nil {
		return nil, fmt.Errorf("loading %s into %s up to %s: %w", file.Name, s.Arch, s.UpTo, err)
	}
	return net, nil
}
