package models

import (
	"fmt"
	"strings"

	"resnetlab/resnetlib/nn"
)

// ReplaceFC puts a new fc with numClasses outputs in place of the loaded one, as net.fc = nn.Linear(net.fc.in_features, numClasses) does in
// PyTorch: the first of two ways to use the weights of 1000 classes for other classes. It is an error where there is no fc, or a head behind it.
func (r *ResNet) ReplaceFC(numClasses int) error {
	scope, err := r.renew("replacing fc by one", "fc", numClasses)
	if err != nil {
		return err
	}
	r.FC = nn.NewLinear(scope, r.FC.In, numClasses)
	r.Config.NumClasses = numClasses
	return nil
}

// AddHead adds a layer behind fc: strategy "new" keeps the loaded fc and trains this layer alone. Like ReplaceFC's, it starts with random weights.
// It is an error where there is no fc, or a head behind it.
func (r *ResNet) AddHead(numClasses int) error {
	scope, err := r.renew("a head", "head", numClasses)
	if err != nil {
		return err
	}
	r.Head = nn.NewLinear(scope, r.FC.Out, numClasses)
	return nil
}

// renew returns the scope of a new layer of logits.
func (r *ResNet) renew(what, name string, numClasses int) (*nn.Scope, error) {
	if r.FC == nil || r.Head != nil || numClasses < 1 {
		return nil, fmt.Errorf("%s of %d classes: the network needs an fc and nothing behind it, and at least one class", what, numClasses)
	}
	return r.scope.In("%s", name).Renew()
}

// NumClasses returns the number of logits; 0 with NoTop.
func (r *ResNet) NumClasses() int {
	switch {
	case r.Head != nil:
		return r.Head.Out
	case r.FC != nil:
		return r.FC.Out
	}
	return 0
}

// IsHead reports whether a key of the state dict is of fc, or of the layer that [ResNet.AddHead] adds behind it.
func IsHead(key string) bool { return strings.HasPrefix(key, "fc.") || strings.HasPrefix(key, "head.") }
