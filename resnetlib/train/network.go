package train

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/transforms"
	"resnetlab/resnetlib/weights"
)

// build makes the network that the settings describe, with its starting weights. note says what a person should know of how they were loaded.
func build(s runs.Settings, classes int) (net *models.ResNet, note string, err error) {
	if s.Weights == "" {
		if s.WeightsUpTo != "" {
			return nil, "", fmt.Errorf("weights up to %s: there are no weights to start from", s.WeightsUpTo)
		}
		if Strategy(s.Strategy) == New {
			return nil, "", fmt.Errorf("strategy new keeps a trained head and adds a layer behind it: it needs weights to start from")
		}
		net, err = models.New(model.NewStore(), s.Arch, classes, nn.Seed(s.Seed))
		return net, "starting from random weights", err
	}
	source, err := startingWeights(s)
	if err != nil {
		return nil, "", err
	}
	file, err := weights.Read(source.Path)
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	loaded, err := file.HeadClasses()
	if err != nil {
		return nil, "", err
	}
	return load(s, classes, file, loaded)
}

// startingWeights finds the weights that the settings name; random ones are the zero Source.
func startingWeights(s runs.Settings) (runs.Source, error) {
	if s.Weights == "" {
		return runs.Source{}, nil
	}
	return runs.FindWeights(s.Weights, s.Arch)
}

// complete fills in what the settings leave out: what the weights to start from say, and then the defaults.
func complete(c Config) (Config, error) {
	source, err := startingWeights(c)
	return c.StartFrom(source), err
}

// preprocessing is what belongs to the weights that the run starts from; a run that goes on has its own.
func (s *session) preprocessing() (transforms.Preset, error) {
	if s.run != nil {
		return s.run.Preset, nil
	}
	source, err := startingWeights(s.config)
	preset := source.TrainingPreset(s.config.ImageSize)
	preset.Exif = s.config.Exif
	return preset, err
}

// load applies the rule for heads: "new" keeps the loaded head and adds a layer; the others keep it where its classes are as many as the data's,
// and else start a new one. Where a run of "new" has added a layer, that is the head, and what lies before it stays. All else is strict.
func load(s runs.Settings, classes int, file *weights.File, fc int) (net *models.ResNet, note string, err error) {
	var options []weights.Option
	added, isNew := file.AddedClasses(), Strategy(s.Strategy) == New
	note = fmt.Sprintf("starting from %s", file.Name)
	switch head := cmp.Or(added, fc); {
	case s.WeightsUpTo != "":
		return loadUpTo(s, classes, file)
	case isNew && added > 0:
		return nil, "", fmt.Errorf("%s has an added layer already: strategy last:head trains it alone, and all trains the whole network", file.Name)
	case isNew:
		note += fmt.Sprintf("; its head of %d classes stays, and a new layer of %d classes is added behind it", fc, classes)
	case head != classes:
		options = append(options, weights.WithoutHead())
		note += fmt.Sprintf("; its head of %d classes is left out, and a new one of %d classes starts from random weights", head, classes)
		if added == 0 {
			fc = classes
		}
	}
	if net, err = models.New(model.NewStore(), s.Arch, fc, nn.Seed(s.Seed)); err != nil {
		return nil, "", err
	}
	if added > 0 {
		err = net.AddHead(classes)
	}
	if err == nil {
		_, err = weights.LoadFile(file, net, options...)
	}
	if err != nil {
		return nil, "", fmt.Errorf("starting a %s: %w", s.Arch, err)
	}
	if isNew {
		err = net.AddHead(classes)
	}
	return net, note, err
}

// Load makes the network of a run, with its best weights, and returns the run too.
func Load(dir string) (*models.ResNet, *runs.Run, error) {
	run, err := runs.Open(dir)
	if err != nil {
		return nil, nil, err
	}
	file, err := weights.Read(run.BestPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("run %s has no weights yet: %w", dir, err)
	}
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	net, err := restore(run, file.StateDict)
	return net, run, err
}

// restore makes a run's network with the given weights of it.
func restore(run *runs.Run, sd *weights.StateDict) (*models.ResNet, error) {
	net, err := Restore(run.Settings.Arch, len(run.Classes), &weights.File{StateDict: sd})
	if err != nil {
		return nil, fmt.Errorf("loading the weights of run %s: %w", run.Dir, err)
	}
	return net, nil
}

// Restore makes the network whose weights a file holds, for so many classes (0: as many as the file has), with the layer behind fc that a run
// of strategy new has added.
func Restore(arch string, classes int, file *weights.File) (*models.ResNet, error) {
	fc, added := classes, file.AddedClasses()
	if added > 0 || classes == 0 {
		var err error
		if fc, err = file.HeadClasses(); err != nil {
			return nil, err
		}
	}
	net, err := models.New(model.NewStore(), arch, fc, nn.SkipInit())
	if err == nil && added > 0 {
		err = net.AddHead(cmp.Or(classes, added))
	}
	if err == nil {
		_, err = weights.LoadFile(file, net)
	}
	return net, err
}
