package weights

import (
	"fmt"
	"slices"
	"strings"

	"resnetlab/internal/printable"
)

// wrappers are the keys under which training programs put the state dict, in the order in which they are tried. The
// averaged weights of an EMA come last: who has both asks for "the weights".
var wrappers = []string{
	"state_dict", "model_state_dict", "model", "net", "module",
	"state_dict_ema", "model_ema", "ema_state_dict", "ema",
}

// fileFrom makes tensors of the state dict that a pickle has built.
func fileFrom(root any, b *budget) (*File, error) {
	top, ok := root.(*dict)
	if !ok {
		return nil, fmt.Errorf("the file holds %s, not a state dict", kindOf(root))
	}
	search := search{visited: map[*dict]bool{}, isStateDict: map[*dict]bool{}}
	path, found := search.locate(top, 0)
	if found == nil {
		return nil, search.whyNot(top)
	}
	sd, err := found.stateDict(b)
	if err != nil {
		return nil, err
	}
	file := &File{Wrapper: strings.Join(path, "."), StateDict: sd}
	if len(path) > 0 {
		file.Beside = slices.DeleteFunc(top.names(), func(name string) bool { return name == path[0] })
	}
	return file, nil
}

// search looks at every dict once: in a hostile file they may refer to each other in every way.
type search struct {
	visited     map[*dict]bool
	isStateDict map[*dict]bool
}

// locate finds the state dict in a checkpoint: the dict itself, what lies under a known key, or the only one there is.
func (s *search) locate(d *dict, depth int) (path []string, found *dict) {
	if s.visited[d] || depth > maxWrapperDepth {
		return nil, nil
	}
	s.visited[d] = true
	if s.check(d) {
		return nil, d
	}
	for _, name := range append(slices.Clip(wrappers), s.only(d)...) {
		value, _ := d.get(name)
		inner, ok := value.(*dict)
		if !ok {
			continue
		}
		if path, found := s.locate(inner, depth+1); found != nil {
			return append([]string{name}, path...), found
		}
	}
	return nil, nil
}

// check reports whether a dict has only string keys and tensors.
func (s *search) check(d *dict) bool {
	if is, known := s.isStateDict[d]; known {
		return is
	}
	is := true
	for i, key := range d.keys {
		_, isString := key.(string)
		_, isTensor := d.values[i].(*view)
		if is = isString && isTensor; !is {
			break
		}
	}
	s.isStateDict[d] = is
	return is
}

// only returns the key of the one state dict with tensors in d, if there is just one.
func (s *search) only(d *dict) []string {
	if found := s.stateDicts(d); len(found) == 1 {
		return found
	}
	return nil
}

// stateDicts returns the keys under which d has state dicts with tensors.
func (s *search) stateDicts(d *dict) (found []string) {
	for _, name := range d.names() {
		value, _ := d.get(name)
		if inner, ok := value.(*dict); ok && len(inner.keys) > 0 && s.check(inner) {
			found = append(found, name)
		}
	}
	return found
}

func (d *dict) names() []string {
	names := []string{}
	for _, key := range d.keys {
		if name, ok := key.(string); ok {
			names = append(names, name)
		}
	}
	return names
}

// whyNot says what a dict is that holds no state dict.
func (s *search) whyNot(d *dict) error {
	if _, ok := d.get("param_groups"); ok {
		return fmt.Errorf("this is the state of an optimiser, not a state dict of a network")
	}
	for i, key := range d.keys {
		if v, ok := d.values[i].(*view); ok && v.refused != nil {
			return fmt.Errorf("tensor %s: %w", printable.Short(fmt.Sprint(key)), v.refused)
		}
	}
	for i, key := range d.keys {
		if _, ok := key.(string); !ok {
			return fmt.Errorf("a key is %s: not a state dict", kindOf(key))
		}
		if _, ok := d.values[i].(*view); ok {
			return fmt.Errorf("tensors and other things lie side by side: not a state dict (keys: %s)", printable.List(d.names(), maxListed))
		}
	}
	if inner := s.stateDicts(d); len(inner) > 1 {
		return fmt.Errorf("no state dict in it but those under several keys (%s): save one in PyTorch, torch.save(torch.load(f)[%.80q], ...)",
			printable.List(inner, maxListed), inner[0])
	}
	return fmt.Errorf("no state dict in it (keys: %s)", printable.List(d.names(), maxListed))
}

// stateDict makes the tensors, and takes the versions of the modules from _metadata.
func (d *dict) stateDict(b *budget) (*StateDict, error) {
	sd := NewStateDict()
	for i, key := range d.keys {
		tensor, err := d.values[i].(*view).tensor(b)
		if err != nil {
			return nil, fmt.Errorf("tensor %.80q: %w", key, err)
		}
		sd.Set(key.(string), tensor)
	}
	value, _ := d.attributes.get("_metadata")
	metadata, ok := value.(*dict)
	if !ok {
		return sd, nil
	}
	sd.ModuleVersions = map[string]int{}
	for _, module := range metadata.names() {
		facts, _ := metadata.get(module)
		inner, _ := facts.(*dict)
		if version, ok := inner.get("version"); ok {
			if n, err := integer(version); err == nil {
				sd.ModuleVersions[module] = n
			}
		}
	}
	return sd, nil
}
