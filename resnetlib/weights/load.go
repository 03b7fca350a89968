package weights

import (
	"fmt"
	"slices"
	"strings"

	"resnetlab/internal/printable"
)

// Spec describes one entry of a network's state dict.
type Spec struct {
	Key   string // "layer1.0.bn1.weight"
	Shape []int  // in PyTorch's layout
	DType DType  // Float32 or Int64
}

// Target is a network whose tensors can be set.
type Target interface {
	// Spec lists the network's parameters and buffers in the order of PyTorch's state dict.
	Spec() []Spec
	// SetTensor sets one of them. The tensor has the type and shape of the Spec; its Data must be copied.
	SetTensor(key string, t *Tensor) error
}

// Option changes what [Load], [LoadFile] and [LoadStateDict] accept.
type Option func(*options)

type options struct{ withoutHead, nonStrict bool }

// WithoutHead skips the last module of the network (fc), which keeps its values: a network of 5 classes can so load the weights of
// a network of 1000, or of one without a head. Loading stays strict for all other modules. The report lists the network's head
// keys under MissingKeys, and the file's under LeftOut.
func WithoutHead() Option { return func(o *options) { o.withoutHead = true } }

// NonStrict allows missing and unexpected keys, as strict=False does in PyTorch. Shapes must still be equal.
func NonStrict() Option { return func(o *options) { o.nonStrict = true } }

// Load reads a file and sets the network's tensors from it, with the semantics of PyTorch's load_state_dict: by default
// (strict) keys and shapes must be equal; types are converted. If keys or shapes differ, or a value is NaN or infinite, no tensor
// is set, and Load returns the report with a [*LoadError] that holds it too. The report is nil if the file cannot be read.
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

// LoadStateDict loads from a state dict in memory, as [Load] does from a file. It strips no prefix.
func LoadStateDict(sd *StateDict, net Target, opts ...Option) (*Report, error) {
	return LoadFile(&File{StateDict: sd}, net, opts...)
}

// LoadError is the error for a file that does not fit a network: keys or shapes differ, or values are NaN or infinite (errors.Is
// finds [ErrNotFinite] then). No tensor was set.
type LoadError struct{ Report *Report }

// Error says in one line what does not fit, and what to do.
func (e *LoadError) Error() string { return e.Report.failure() }

// Is reports whether target is [ErrNotFinite] and values were NaN or infinite.
func (e *LoadError) Is(target error) bool {
	return target == ErrNotFinite && len(e.Report.NotFinite) > 0
}

// LoadFile loads from a file that [Read] has returned, as [Load] does. It does not close the file.
//
// An error of net.SetTensor ends the loading: the tensors before it are set, those after it are not.
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
			return report, fmt.Errorf("loading %s: setting %s: %w", report.source(), printable.Short(s.Key), err)
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
	pairs  []Spec // the network's entries that the file has, in the same shape
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

// isOldScalar reports whether t is a scalar of PyTorch 0.3, which has one dimension; load_state_dict takes its first element.
func isOldScalar(t *Tensor, s Spec) bool {
	return len(s.Shape) == 0 && len(t.Shape) == 1 && t.Shape[0] > 0
}

// skipped reports whether a key belongs to the head and WithoutHead was given.
func (m *match) skipped(key string) bool {
	return m.withoutHead && strings.HasPrefix(key, m.head()+".")
}

// head returns the name of the network's last module, "" if that is not a linear layer.
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

// forgiven reports whether a key may be missing: num_batches_tracked, unless the file's _metadata says that its batch norm
// had one. See _NormBase._load_from_state_dict in torch/nn/modules/batchnorm.py.
func (m *match) forgiven(key string) bool {
	const since = 2
	return nameOf(key) == "num_batches_tracked" && m.file.StateDict.ModuleVersions[moduleOf(key)] < since
}

// accepted reports whether the tensors may be set. A head that is left out counts as missing, but not as a fault.
func (m *match) accepted() bool {
	if len(m.report.Mismatched) > 0 {
		return false
	}
	missing := slices.ContainsFunc(m.report.MissingKeys, func(key string) bool { return !m.skipped(key) })
	return m.nonStrict || !missing && len(m.report.UnexpectedKeys) == 0
}

// converted returns the tensors of m.pairs in the types of the network.
func (m *match) converted() ([]*Tensor, error) {
	tensors := make([]*Tensor, len(m.pairs))
	for i, s := range m.pairs {
		t, _ := m.file.StateDict.Get(s.Key)
		if isOldScalar(t, s) {
			t = &Tensor{DType: t.DType, Shape: s.Shape, Data: t.Data[:t.DType.Size()]}
		}
		converted, err := t.as(s.DType)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", printable.Short(s.Key), err)
		}
		tensors[i] = converted
	}
	return tensors, nil
}

// as returns the tensor converted to another type.
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

// moduleOf returns the path of the module that a key belongs to: "layer1.0.bn1" of "layer1.0.bn1.weight".
func moduleOf(key string) string { return key[:max(0, strings.LastIndexByte(key, '.'))] }

// nameOf returns the last part of a key.
func nameOf(key string) string { return key[strings.LastIndexByte(key, '.')+1:] }

// sortByModule sorts unexpected keys as PyTorch lists them: module by module of the network, parents before children. A key
// belongs to the deepest module of the network whose name it begins with.
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
