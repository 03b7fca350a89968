package train

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/weights"
)

// loadUpTo loads the layers up to s.WeightsUpTo and leaves the rest at random, to see which layers are worth having (Yosinski et al. 2014,
// arXiv:1411.1792). What it loads is as strict as a whole file.
func loadUpTo(s runs.Settings, classes int, file *weights.File) (*models.ResNet, string, error) {
	if Strategy(s.Strategy) == New {
		return nil, "", fmt.Errorf("strategy new keeps the whole loaded network: weights up to %s alone do not go with it", s.WeightsUpTo)
	}
	net, err := models.New(model.NewStore(), s.Arch, classes, nn.Seed(s.Seed))
	if err != nil {
		return nil, "", err
	}
	modules, last, err := modulesUpTo(net, s.WeightsUpTo)
	if err != nil {
		return nil, "", err
	}
	mixed, err := net.StateDict()
	if err != nil {
		return nil, "", err
	}
	for key := range mixed.All() {
		if module, _, _ := strings.Cut(key, "."); slices.Index(modules, module) > last {
			continue
		}
		value, ok := file.StateDict.Get(key)
		if !ok {
			return nil, "", fmt.Errorf("loading %s up to %s: there is no %s in it", file.Name, s.WeightsUpTo, key)
		}
		mixed.Set(key, value)
	}
	if _, err := weights.LoadStateDict(mixed, net); err != nil {
		return nil, "", fmt.Errorf("loading %s into %s up to %s: %w", file.Name, s.Arch, s.WeightsUpTo, err)
	}
	return net, fmt.Sprintf("starting from %s up to %s; the rest from random weights", file.Name, s.WeightsUpTo), nil
}

// modulesUpTo are the names of the network's modules, and the place of layer among them.
func modulesUpTo(net *models.ResNet, layer string) (modules []string, last int, err error) {
	modules = topModules(net)
	if last = slices.Index(modules, layer); last < 0 {
		return nil, 0, fmt.Errorf("weights up to %q: the network has no such layer; there are %s", layer, strings.Join(modules, ", "))
	}
	return modules, last, nil
}
