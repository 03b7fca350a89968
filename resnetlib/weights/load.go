package weights

import (
	"fmt"
	"slices"
	"strings"
)

// Spec is one entry of a network's state dict.
type Spec struct {
	Key   string // "layer1.0.bn1.weight"
	Shape []int  // in PyTorch's layout
	DType DType  // Float32 or Int64
}

// Target is a network into which tensors go.
type Target interface {
	// Spec lists the network's parameters and buffers in the order of PyTorch's state dict.
	Spec() []Spec
	// SetTensor sets one of them. The tensor has the type and shape of the Spec; its Data must be copied.
	SetTensor(key string, t *Tensor) error
}

// Option changes what Load accepts.
type Option func(*options)

type options struct{ withoutHead, nonStrict bool }

// WithoutHead leaves the last module of the network (fc) as it is, whatever the file has under its name: a network of 5
// classes takes the weights of one of 1000. Everything else stays strict.
func WithoutHead() Option { return func(o *options) { o.withoutHead = true } }

// NonStrict accepts missing and unexpected keys, as strict=False does in PyTorch. Shapes must agree all the same.
func NonStrict() Option { return func(o *options) { o.nonStrict = true } }

// Load reads a file and sets the network's tensors from it, with the semantics of PyTorch's load_state_dict: by default
// (strict) the keys must be the same and the shapes equal, and other types are converted. It is all or nothing: where
// something does not fit, nothing is set, and the error is a [*LoadError] whose Report, which is also returned, says what.
func Load(path string, net Target, opts ...Option) (*Report, error) {
	file, err := Read(path)
	if err != nil {
		return nil, err
	}
	report, err := LoadFile(file, net, opts...)
	if err != nil {
		return report, joinClose(err, file.Close)
	}
	return report, file.Close()
}

// LoadStateDict is Load for a state dict that is in memory.
func LoadStateDict(sd *StateDict, net Target, opts ...Option) (*Report, error) {
	return LoadFile(&File{StateDict: sd}, net, opts...)
}

// LoadError is the error for a file that cannot be loaded into a network: keys or shapes differ, or, where it is
// [ErrNotFinite], values are NaN or infinite. No tensor has been set.
type LoadError struct{ Report *Report }

// Error says in one line what does not fit, and what to do.
func (e *LoadError) Error() string { return e.Report.failure() }

// Is reports whether target is [ErrNotFinite] and values were NaN or infinite.
func (e *LoadError) Is(target error) bool {
	return target == ErrNotFinite && len(e.Report.NotFinite) > 0
}

// LoadFile is Load for a file that has been read.
func LoadFile(file *File, net Target, opts ...Option) (*Report, error) {
	m := match{file: file, spec: net.Spec()}
	for _, opt := range opts {
		opt(&m.options)
	}
	report := m.run()
	if !m.accepted() {
		return report, &LoadError{Report: report}
	}
	tensors, err := m.converted()
	if err != nil {
		return report, fmt.Errorf("loading %s: %w", report.source(), err)
	}
	if m.findNotFinite(tensors); len(report.NotFinite) > 0 {
		return report, &LoadError{Report: report}
	}
	report.Fits = true
	for i, s := range m.pairs {
		if err := net.SetTensor(s.Key, tensors[i]); err != nil {
			return report, fmt.Errorf("loading %s: setting %s: %w", report.source(), printable(s.Key), err)
		}
	}
	report.Loaded = len(m.pairs)
	return report, nil
}

// match compares a file with a network.
type match struct {
	options
	file   *File
	spec   []Spec
	pairs  []Spec // what the file has for the network
	report *Report
}

func (m *match) run() *Report {
	m.report = newReport(m.file.Name, len(m.spec))
	wanted := map[string]bool{}
	for _, s := range m.spec {
		wanted[s.Key] = true
		m.compare(s)
	}
	for _, key := range m.file.StateDict.keys {
		switch {
		case m.skipped(key):
			m.report.LeftOut = append(m.report.LeftOut, key)
		case !wanted[key]:
			m.report.UnexpectedKeys = append(m.report.UnexpectedKeys, key)
		}
	}
	sortByModule(m.report.UnexpectedKeys, m.spec)
	m.diagnose()
	return m.report
}

// compare looks for one of the network's entries in the file.
func (m *match) compare(s Spec) {
	t, ok := m.file.StateDict.Get(s.Key)
	switch {
	case m.skipped(s.Key):
		m.report.MissingKeys = append(m.report.MissingKeys, s.Key)
	case !ok && !m.forgiven(s.Key):
		m.report.MissingKeys = append(m.report.MissingKeys, s.Key)
	case !ok:
	case !slices.Equal(t.Shape, s.Shape) && !isOldScalar(t, s):
		m.report.Mismatched = append(m.report.Mismatched, Mismatch{Key: s.Key, File: t.Shape, Network: s.Shape})
	default:
		m.pairs = append(m.pairs, s)
		if t.DType != s.DType {
			m.report.Converted = append(m.report.Converted, Conversion{Key: s.Key, File: t.DType, Network: s.DType})
		}
	}
}

// isOldScalar: PyTorch 0.3 wrote scalars with one dimension, and load_state_dict takes their first element.
func isOldScalar(t *Tensor, s Spec) bool {
	return len(s.Shape) == 0 && len(t.Shape) == 1 && t.Shape[0] > 0
}

// skipped tells whether a key belongs to the head and the head is to be left as it is.
func (m *match) skipped(key string) bool {
	return m.withoutHead && strings.HasPrefix(key, m.head()+".")
}

// head is the name of the network's last module.
func (m *match) head() string {
	if len(m.spec) == 0 {
		return ""
	}
	module := moduleOf(m.spec[len(m.spec)-1].Key)
	if !slices.ContainsFunc(m.spec, func(s Spec) bool { return s.Key == module+".weight" && len(s.Shape) == 2 }) {
		return "" // a network without fc ends in a batch norm
	}
	return module
}

// forgiven tells whether a key may be missing: num_batches_tracked, unless the file's _metadata says that its batch norm
// had one. See _NormBase._load_from_state_dict in torch/nn/modules/batchnorm.py.
func (m *match) forgiven(key string) bool {
	const since = 2
	return nameOf(key) == "num_batches_tracked" && m.file.StateDict.ModuleVersions[moduleOf(key)] < since
}

// accepted tells whether the tensors may be set. The head that is left out counts as missing but is no fault.
func (m *match) accepted() bool {
	if len(m.report.Mismatched) > 0 {
		return false
	}
	missing := slices.ContainsFunc(m.report.MissingKeys, func(key string) bool { return !m.skipped(key) })
	return m.nonStrict || !missing && len(m.report.UnexpectedKeys) == 0
}

// converted gives the tensors of m.pairs in the types of the network.
func (m *match) converted() ([]*Tensor, error) {
	tensors := make([]*Tensor, len(m.pairs))
	for i, s := range m.pairs {
		t, _ := m.file.StateDict.Get(s.Key)
		if isOldScalar(t, s) {
			t = &Tensor{DType: t.DType, Shape: s.Shape, Data: t.Data[:t.DType.Size()]}
		}
		converted, err := t.as(s.DType)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", printable(s.Key), err)
		}
		tensors[i] = converted
	}
	return tensors, nil
}

// as gives the tensor in another type.
func (t *Tensor) as(dtype DType) (*Tensor, error) {
	switch dtype {
	case t.DType:
		if err := t.check(); err != nil {
			return nil, err
		}
		return t, nil
	case Float32:
		values, err := t.Float32s()
		if err != nil {
			return nil, err
		}
		return FromFloat32s(t.Shape, values), nil
	case Int64:
		values, err := t.Int64s()
		if err != nil {
			return nil, err
		}
		return FromInt64s(t.Shape, values), nil
	}
	return nil, fmt.Errorf("cannot convert %s to %s", t.DType, dtype)
}

// moduleOf is the path of the module that a key belongs to: "layer1.0.bn1" of "layer1.0.bn1.weight".
func moduleOf(key string) string { return key[:max(0, strings.LastIndexByte(key, '.'))] }

// nameOf is a key's last part.
func nameOf(key string) string { return key[strings.LastIndexByte(key, '.')+1:] }

// sortByModule brings unexpected keys into the order in which PyTorch finds them: it goes through the network's modules,
// parents before children, and lists at each the keys that begin with its name and lead to none of its children.
func sortByModule(keys []string, spec []Spec) {
	rank := map[string]int{}
	for _, s := range spec {
		for at, c := range s.Key {
			if _, ok := rank[s.Key[:at]]; c == '.' && !ok {
				rank[s.Key[:at]] = len(rank) + 1
			}
		}
	}
	owner := func(key string) int {
		for module := moduleOf(key); module != ""; module = moduleOf(module) {
			if r, ok := rank[module]; ok {
				return r
			}
		}
		return 0 // the network itself
	}
	slices.SortStableFunc(keys, func(a, b string) int { return owner(a) - owner(b) })
}
