package weights

import (
	"fmt"
	"math/big"
)

// Before PyTorch 1.6 (and with _use_new_zipfile_serialization=False) a .pth is five pickles, the magic number, the
// protocol, facts about the machine, the object, the keys of its storages, and then for each key the number of elements
// (8 bytes) and the elements. See _legacy_save and _legacy_load in torch/serialization.py.
var legacyMagic, _ = new(big.Int).SetString("1950a86a20f9469cfc6c", 16)

const legacyProtocol = 1001

func readPthLegacy(data []byte) (*File, error) {
	found := legacyStorages{}
	machine := &unpickler{data: data, persistentLoad: found.declare}
	if err := checkLegacyHeader(machine); err != nil {
		return nil, err
	}
	root, err := machine.load()
	if err != nil {
		return nil, err
	}
	keys, err := machine.load()
	if err != nil {
		return nil, fmt.Errorf("keys of the storages: %w", err)
	}
	if err := found.bind(keys, machine); err != nil {
		return nil, err
	}
	if rest := len(data) - machine.pos; rest != 0 {
		return nil, fmt.Errorf("%d bytes follow the last storage", rest)
	}
	file, err := fileFrom(root, newBudget(len(data)))
	if err != nil {
		return nil, err
	}
	file.Format = FormatPthLegacy
	return file, nil
}

// checkLegacyHeader reads the first three pickles.
func checkLegacyHeader(machine *unpickler) error {
	magic, err := machine.load()
	if err != nil {
		return err
	}
	if n, ok := magic.(*big.Int); !ok || n.Cmp(legacyMagic) != 0 {
		return fmt.Errorf("this is a pickle, but not one of torch.save: PyTorch's magic number is missing")
	}
	protocol, err := machine.load()
	if err != nil {
		return err
	}
	if n, ok := protocol.(int64); !ok || n != legacyProtocol { // printed as a number alone: a tuple of tuples may be endless
		return fmt.Errorf("legacy format %d (%s), and %d is known", n, kindOf(protocol), legacyProtocol)
	}
	facts, err := machine.load()
	if err != nil {
		return err
	}
	d, _ := facts.(*dict)
	if order, ok := d.get("little_endian"); !ok || order != true {
		return fmt.Errorf("its numbers are not in little-endian order")
	}
	return nil
}

// legacyStorages are the storages of a legacy file and those that are parts of them.
type legacyStorages struct {
	roots, parts storages
}

// declare notes ("storage", class, key, device, length, part): part is None, or (key, offset, length) where the tensor
// lies over a part of the storage.
func (l *legacyStorages) declare(id tuple) (*storage, error) {
	if len(id) != 6 {
		return nil, fmt.Errorf("a persistent value that is not a storage")
	}
	root, err := l.roots.declare(id[:5])
	if err != nil || id[5] == nil {
		return root, err
	}
	part, ok := id[5].(tuple)
	if !ok || len(part) != 3 {
		return nil, fmt.Errorf("storage %.80q: its part is %s", root.key, kindOf(id[5]))
	}
	key, ok := part[0].(string)
	if !ok {
		return nil, fmt.Errorf("the key of a storage is %s", kindOf(part[0]))
	}
	offset, err := integer(part[1])
	if err != nil {
		return nil, fmt.Errorf("storage %.80q: %w", key, err)
	}
	length, err := integer(part[2])
	if err != nil {
		return nil, fmt.Errorf("storage %.80q: %w", key, err)
	}
	if offset > root.length || length > root.length-offset {
		return nil, fmt.Errorf("storage %.80q leaves storage %.80q, of which it is a part", key, root.key)
	}
	return l.parts.add(&storage{key: key, element: root.element, length: length, root: root, offset: offset})
}

// bind finds the bytes of the storages, which follow the pickles in the order of keys.
func (l *legacyStorages) bind(keys any, machine *unpickler) error {
	bound := 0
	for _, key := range elements(keys) {
		name, _ := key.(string)
		s := l.roots.byKey[name]
		if s == nil || s.data != nil {
			return fmt.Errorf("the list of storages names %.40q (%s), which no tensor uses, or twice", name, kindOf(key))
		}
		length := machine.uint64()
		if machine.err == nil && length != uint64(s.length) {
			return fmt.Errorf("storage %.80q has %d elements, and its tensors need %d", s.key, int64(length), s.length)
		}
		s.data = machine.read(uint64(s.length * s.size))
		if machine.err != nil {
			return fmt.Errorf("storage %.80q: %w", s.key, machine.err)
		}
		bound++
	}
	if bound != len(l.roots.order) {
		return fmt.Errorf("%d storages are in use, and the file lists %d", len(l.roots.order), bound)
	}
	for _, part := range l.parts.order {
		size := part.size
		part.data = part.root.data[part.offset*size : (part.offset+part.length)*size]
	}
	return nil
}
