// Package network opens networks that are ready to use: a [models.ResNet] with its weights, the names of its classes and the preprocessing that
// belongs to it.
//
// A network is opened by the folder of a run, by a weight file (.pth or .safetensors), or by the name of weights that torchvision publishes:
//
//	net, err := network.Open("runs/flowers")
//	net, err := network.Open("resnet50")
//	net, err := network.Open("mine.pth", network.Arch("resnet18"), network.Classes("daisy", "rose"))
//
// Prediction, evaluation and explanation all begin here, and none of them knows of training.
package network

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"resnetlab/internal/mark"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/transforms"
	"resnetlab/resnetlib/weights"
)

// Network is a network that is ready to use.
type Network struct {
	*models.ResNet
	Arch    string            // one of models.Names
	Classes []string          // in label order; nil of a backbone
	Preset  transforms.Preset // from a picture to what the network sees
	Source  runs.Source       // where the weights came from
}

// ErrOptions is the kind of an error of the options: [Arch] or [ImageSize] contradicts the weights, or [Classes] is missing. That there are more or
// fewer names in Classes than the weights have classes is not of this kind, as names come from files.
var ErrOptions = errors.New("the options do not suit the weights")

// Option is an option of [Open], [OpenRun], [OpenFile] and [OpenBackbone], and tells of a network what its weights do not; see [ErrOptions].
type Option func(*options)

type options struct {
	arch      string
	classes   []string
	imageSize int
}

// Arch names the architecture. Without it, it is the one that belongs to the weights, or resnet34 where they do not say.
func Arch(name string) Option { return func(o *options) { o.arch = name } }

// Classes names the classes in label order, in place of those that belong to the weights.
func Classes(names ...string) Option { return func(o *options) { o.classes = names } }

// ImageSize sets the side, in pixels, of what the network sees. Without it, it is the one that belongs to the weights, or 224.
func ImageSize(side int) Option { return func(o *options) { o.imageSize = side } }

// Open opens the network that name stands for: a run's folder, a weight file, or published weights ("resnet50", "resnet50/IMAGENET1K_V1") whose
// file lies in PyTorch's folder.
func Open(name string, opts ...Option) (*Network, error) {
	o := optionsOf(opts)
	source, err := runs.FindWeights(name, o.arch)
	if err != nil {
		return nil, err
	}
	return openSource(source, o)
}

// OpenRun opens the network of a run by the run's folder.
func OpenRun(dir string, opts ...Option) (*Network, error) {
	run, err := runs.Open(dir)
	if err != nil {
		return nil, err
	}
	return openSource(runs.SourceOf(run), optionsOf(opts))
}

// OpenBackbone opens a network for its features alone: as [Open] does, but neither the names of its classes nor a head (fc) are needed.
func OpenBackbone(name string, opts ...Option) (*Network, error) {
	o := optionsOf(opts)
	source, err := runs.FindWeights(name, o.arch)
	if err != nil {
		return nil, err
	}
	n, err := o.network(source)
	if err != nil {
		return nil, err
	}
	return n.load(func(file *weights.File) (Spec, error) {
		s := Spec{Arch: n.Arch}
		classes, err := file.HeadClasses()
		if err == nil && classes == 0 {
			s.Head, s.Classes = ReplaceHead, 1 // fc is not computed
		}
		return s, err
	})
}

func optionsOf(opts []Option) (o options) {
	for _, option := range opts {
		option(&o)
	}
	return o
}

// OpenFile opens the network of a weight file that is open already, for instance from memory ([weights.ReadBytes]). The source says what is known
// about the file beside its content; its zero value says nothing. The tensors are copied: the file may be closed afterwards.
func OpenFile(file *weights.File, source runs.Source, opts ...Option) (*Network, error) {
	n, err := optionsOf(opts).named(source)
	if err != nil {
		return nil, err
	}
	return n.loadFile(file, n.whole())
}

func openSource(source runs.Source, o options) (*Network, error) {
	n, err := o.named(source)
	if err != nil {
		return nil, err
	}
	return n.load(func(*weights.File) (Spec, error) { return n.whole(), nil })
}

// whole asks for all layers, with a class for each name.
func (n *Network) whole() Spec { return Spec{Arch: n.Arch, Classes: len(n.Classes)} }

// named is what is known of the network before its weights are read, with the names of its classes.
func (o options) named(source runs.Source) (*Network, error) {
	n, err := o.network(source)
	if err != nil {
		return nil, err
	}
	if n.Classes, err = o.classNames(source); err != nil {
		return nil, err
	}
	return n, nil
}

// network returns what is known of the network before its weights are read.
func (o options) network(source runs.Source) (*Network, error) {
	if o.arch != "" {
		if _, err := models.Variant(o.arch); err != nil {
			return nil, mark.As(ErrOptions, err)
		}
	}
	if o.imageSize < 0 {
		return nil, mark.As(ErrOptions, fmt.Errorf("image size %d: it must be at least 1", o.imageSize))
	}
	preset, err := source.PresetFor(o.imageSize)
	if err != nil {
		return nil, mark.As(ErrOptions, err)
	}
	if o.arch != "" && source.Arch != "" && o.arch != source.Arch {
		return nil, mark.As(ErrOptions, fmt.Errorf("architecture %s: the weights of %s are of %s", o.arch, source, source.Arch))
	}
	return &Network{Arch: cmp.Or(source.Arch, o.arch, runs.Defaults().Arch), Preset: preset, Source: source}, nil
}

// classNames are those of the options, or those that belong to the weights.
func (o options) classNames(source runs.Source) ([]string, error) {
	switch {
	case o.classes == nil && source.Classes == nil:
		return nil, mark.As(ErrOptions, fmt.Errorf("the weights of %s do not name their classes: give the names (class_indices.json)", source))
	case o.classes == nil:
		return source.Classes, nil
	case source.Run != nil && len(o.classes) != len(source.Classes):
		return nil, fmt.Errorf("%d class names are given, and the run %s has %d classes", len(o.classes), source, len(source.Classes))
	}
	return o.classes, nil
}

// load reads the weights into the network.
func (n *Network) load(spec func(*weights.File) (Spec, error)) (*Network, error) {
	file, err := weights.Read(n.Source.Path)
	if n.Source.Run != nil && errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("run %s has no weights yet: %w", n.Source, err)
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	s, err := spec(file)
	if err != nil {
		return nil, err
	}
	return n.loadFile(file, s)
}

// loadFile copies the weights of an open file into the network.
func (n *Network) loadFile(file *weights.File, s Spec) (_ *Network, err error) {
	if n.ResNet, err = Load(file, s); err != nil {
		if n.Source.Run != nil {
			return nil, fmt.Errorf("loading the weights of run %s: %w", n.Source, err)
		}
		return nil, err
	}
	return n, nil
}

// CheckClasses returns an error unless there is a name for each class of the network.
func (n *Network) CheckClasses() error {
	if len(n.Classes) != n.NumClasses() {
		return fmt.Errorf("%d class names for a network of %d classes", len(n.Classes), n.NumClasses())
	}
	return nil
}

// Digest identifies the network: the sha256, in hexadecimal, of the weight file, the architecture and the preprocessing.
func (n *Network) Digest() (string, error) {
	file, err := os.Open(n.Source.Path)
	if err != nil {
		return "", fmt.Errorf("digest of a network: %w", err)
	}
	defer file.Close()
	hash, arch := sha256.New(), n.Arch
	if arch == cmp.Or(n.Source.Arch, runs.Defaults().Arch) { // named or left out: the same network, the same digest
		arch = ""
	}
	if err := json.NewEncoder(hash).Encode([]any{n.Source.Arch, arch, n.Preset}); err != nil {
		return "", err
	}
	if _, err := io.Copy(hash, file); err != nil {
		return "", fmt.Errorf("digest of a network: reading %s: %w", n.Source.Path, err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
