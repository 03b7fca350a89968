package nn

import (
	"slices"
	"strings"
)

// TopModules lists the modules right below the network that have parameters, in the network's order: conv1, bn1, layer1, ..., fc.
func (n *Net) TopModules() (names []string) {
	for _, p := range n.parameters {
		name, _, _ := strings.Cut(p.Key, ".")
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
