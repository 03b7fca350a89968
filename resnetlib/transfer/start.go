package transfer

import (
	"cmp"
	"fmt"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/network"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/weights"
)

// Start makes the network that a training with these settings begins with, for so many classes, from the weights of source; the zero source stands for
// random weights. note says, in one line, what was loaded and what starts from random weights.
//
// Strategy "new" keeps the loaded head and adds a layer behind it. The others keep the head where it has as many classes as the data, and else
// replace it by a new one. A layer that an earlier training with "new" has added counts as the head.
func Start(source runs.Source, s runs.Settings, classes int) (net *models.ResNet, note string, err error) {
	if source.Path == "" {
		return startRandom(s, classes)
	}
	file, err := weights.Read(source.Path)
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	head, note, err := headOf(s, classes, file)
	if err != nil {
		return nil, "", err
	}
	net, err = network.Load(file, network.Spec{Arch: s.Arch, Classes: classes, Head: head, UpTo: s.WeightsUpTo, Seed: s.Seed})
	if err != nil {
		return nil, "", fmt.Errorf("starting a %s: %w", s.Arch, err)
	}
	return net, note, nil
}

func startRandom(s runs.Settings, classes int) (*models.ResNet, string, error) {
	if s.WeightsUpTo != "" {
		return nil, "", fmt.Errorf("weights up to %s: there are no weights to start from", s.WeightsUpTo)
	}
	if Strategy(s.Strategy) == NewLayer {
		return nil, "", fmt.Errorf("strategy new keeps a trained head and adds a layer behind it: it needs weights to start from")
	}
	net, err := models.New(model.NewStore(), s.Arch, classes, nn.Seed(s.Seed))
	if err != nil {
		return nil, "", err
	}
	return net, "starting from random weights", nil
}

// headOf decides what becomes of the file's head.
func headOf(s runs.Settings, classes int, file *weights.File) (head network.Head, note string, err error) {
	loaded, err := file.HeadClasses()
	if err != nil {
		return 0, "", err
	}
	note, isNew := fmt.Sprintf("starting from %s", file.Name), Strategy(s.Strategy) == NewLayer
	switch last := cmp.Or(file.AddedClasses(), loaded); {
	case s.WeightsUpTo != "" && isNew:
		return 0, "", fmt.Errorf("strategy new keeps the whole loaded network: it cannot be combined with weights up to %s", s.WeightsUpTo)
	case s.WeightsUpTo != "":
		return network.ReplaceHead, note + fmt.Sprintf(" up to %s; the rest from random weights", s.WeightsUpTo), nil
	case isNew:
		return network.AppendHead, note + fmt.Sprintf("; its head of %d classes stays, and a new layer of %d classes is added behind it", loaded, classes), nil
	case last == 0:
		return network.ReplaceHead, note + fmt.Sprintf("; it has no head, and a new one of %d classes starts from random weights", classes), nil
	case last != classes:
		return network.ReplaceHead, note + fmt.Sprintf("; its head of %d classes is left out, and a new one of %d classes starts from random weights", last, classes), nil
	}
	return network.KeepHead, note, nil
}
