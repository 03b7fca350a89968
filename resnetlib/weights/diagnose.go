package weights

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"resnetlab/internal/printable"
)

// diagnose says in words what the findings mean. Each rule gives a sentence, or "" where it does not apply.
func (m *match) diagnose() {
	names := []func() string{m.file.several, m.prefix, m.otherNetwork}
	if slip := cmp.Or(m.otherLayout(), m.misspelt()); slip != "" { // either explains all names
		names = []func() string{func() string { return slip }}
	}
	m.report.Diagnosis = append(m.report.Diagnosis, m.file.Notes()...)
	for _, rule := range slices.Concat(names, []func() string{m.otherHead, m.headLeftOut, m.missingHead,
		m.renamedHead, m.transposed, m.uncounted, m.nothingInCommon, m.converts}) {
		if sentence := rule(); sentence != "" {
			m.report.Diagnosis = append(m.report.Diagnosis, sentence)
		}
	}
}

// misspelt finds a few keys that are the network's but for their names: each is the only one left over with its shape.
func (m *match) misspelt() string {
	missing, unexpected := m.report.MissingKeys, m.report.UnexpectedKeys
	if len(missing) == 0 || len(missing) > 4 || len(missing) != len(unexpected) || slices.Contains(missing, m.head()+".weight") {
		return ""
	}
	network, pairs := specShapes(m.spec), []string{}
	for _, want := range missing {
		var found []string
		for _, key := range unexpected {
			if t, _ := m.file.StateDict.Get(key); slices.Equal(t.Shape, network[want]) {
				found = append(found, key)
			}
		}
		if len(found) != 1 {
			return ""
		}
		pairs = append(pairs, fmt.Sprintf("`%s` for `%s`", printable.Short(found[0]), printable.Short(want)))
	}
	return "the file seems to misspell " + strings.Join(pairs, ", ")
}

func (m *match) prefix() string {
	missing, unexpected := m.report.MissingKeys, m.report.UnexpectedKeys
	if p := sharedPrefix(unexpected, m.keys()); p != "" {
		sentence := fmt.Sprintf("the file's keys begin with `%s` and the network's do not: strip `%s`", printable.Short(p), printable.Short(p))
		if !slices.Contains(wrapperPrefixes, p) { // Read strips these
			sentence += " (" + keepPrefix(m.file.StrippedPrefix+p) + ")"
		}
		return sentence
	}
	if p := sharedPrefix(missing, m.file.StateDict.keys); p != "" && m.file.StrippedPrefix == "" {
		return fmt.Sprintf("the network's keys begin with `%s` and the file's do not: add `%s`", printable.Short(p), printable.Short(p))
	}
	return ""
}

// otherLayout names a layout that is not torchvision's, where the network's own names do not match.
func (m *match) otherLayout() string {
	if 2*len(m.pairs) > len(m.spec) {
		return ""
	}
	return m.file.StateDict.foreignLayout()
}

func (m *match) keys() []string {
	keys := make([]string, len(m.spec))
	for i, s := range m.spec {
		keys[i] = s.Key
	}
	return keys
}

func (m *match) otherNetwork() string {
	file, network := architecture(m.file.StateDict.shapes()), architecture(specShapes(m.spec))
	if file == "" || network == "" || file == network {
		return ""
	}
	return fmt.Sprintf("these are %s keys and the network is %s", file, network)
}

func (m *match) otherHead() string {
	weight := m.head() + ".weight"
	for _, x := range m.report.Mismatched {
		if x.Key == weight && len(x.File) == 2 && len(x.Network) == 2 && x.File[0] != x.Network[0] {
			return fmt.Sprintf("the head has %d classes and the network %d: use WithoutHead, "+
				"or load into a network of %d classes and replace %s", x.File[0], x.Network[0], x.File[0], m.head())
		}
	}
	return ""
}

func (m *match) headLeftOut() string {
	if !m.withoutHead || m.head() == "" {
		return ""
	}
	if t, ok := m.file.StateDict.Get(m.head() + ".weight"); ok && len(t.Shape) == 2 {
		return fmt.Sprintf("the file's head of %d classes was left out; %s keeps the values that it has", t.Shape[0], m.head())
	}
	if left := m.report.LeftOut; len(left) > 0 {
		return fmt.Sprintf("the file's %s (%s) was left out; the network's keeps the values that it has", m.head(), printable.List(left, maxListed))
	}
	return fmt.Sprintf("the file has no %s; the network's keeps the values that it has", m.head())
}

func (m *match) missingHead() string {
	missing := m.report.MissingKeys
	inHead := func(key string) bool { return moduleOf(key) == m.head() }
	if m.withoutHead || len(missing) == 0 || slices.ContainsFunc(missing, func(key string) bool { return !inHead(key) }) ||
		len(m.report.UnexpectedKeys) > 0 {
		return ""
	}
	return fmt.Sprintf("the file has no %s: use WithoutHead to keep the network's own", m.head())
}

// renamedHead finds a matrix that would do as the head under another name, in a file most of whose keys are the
// network's.
func (m *match) renamedHead() string {
	if !slices.Contains(m.report.MissingKeys, m.head()+".weight") || 2*len(m.pairs) < len(m.spec) {
		return ""
	}
	for _, key := range m.report.UnexpectedKeys {
		t, _ := m.file.StateDict.Get(key)
		if module := moduleOf(key); nameOf(key) == "weight" && len(t.Shape) == 2 && !strings.HasSuffix(module, "."+m.head()) {
			return fmt.Sprintf("the head seems to be called `%s` in the file and `%s` in the network", printable.Short(module), m.head())
		}
	}
	return ""
}

// transposed finds kernels whose dimensions are the network's in another order, as TensorFlow and JAX keep them.
func (m *match) transposed() string {
	n := 0
	for _, x := range m.report.Mismatched {
		file, network := slices.Sorted(slices.Values(x.File)), slices.Sorted(slices.Values(x.Network))
		if slices.Equal(file, network) {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d tensors have the network's dimensions in another order: "+
		"the file was not written with PyTorch's layout (out, in, height, width)", n)
}

func (m *match) uncounted() string {
	missing := slices.DeleteFunc(slices.Clone(m.report.MissingKeys), m.skipped)
	counters := 0
	for _, key := range missing {
		if nameOf(key) == "num_batches_tracked" {
			counters++
		}
	}
	if counters == 0 || counters < len(missing) {
		return ""
	}
	return "only num_batches_tracked is missing, and the file's _metadata says that its batch norms (version 2) have it: " +
		"NonStrict loads the rest"
}

func (m *match) nothingInCommon() string {
	explained := len(m.report.Diagnosis) > 0
	if explained || len(m.pairs) > 0 || len(m.report.Mismatched) > 0 || m.file.StateDict.Len() == 0 {
		return ""
	}
	return "the file and the network have no key in common"
}

func (m *match) converts() string {
	count := map[DType]int{}
	for _, c := range m.report.Converted {
		count[c.File]++
	}
	for _, dtype := range []DType{Float16, BFloat16, Float64} {
		if n := count[dtype]; n > 0 {
			return fmt.Sprintf("%d tensors are %s in the file and are converted to the network's type", n, dtype)
		}
	}
	return ""
}
