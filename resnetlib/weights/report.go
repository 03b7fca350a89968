package weights

import (
	"fmt"
	"path/filepath"
	"strings"

	"resnetlab/internal/printable"
)

// Report says what loading did, or why nothing was loaded. MissingKeys and UnexpectedKeys equal what PyTorch's load_state_dict
// returns for the same file without the keys in LeftOut.
type Report struct {
	Schema         int          `json:"schema"`
	File           string       `json:"file,omitempty"`
	Fits           bool         `json:"fits"`            // nothing prevents loading
	Tensors        int          `json:"tensors"`         // number of the network's
	Loaded         int          `json:"loaded"`          // number of those that were set
	MissingKeys    []string     `json:"missing_keys"`    // in the network, not in the file
	UnexpectedKeys []string     `json:"unexpected_keys"` // in the file, not in the network
	LeftOut        []string     `json:"left_out"`        // in the file, not loaded because of WithoutHead
	Mismatched     []Mismatch   `json:"mismatched"`      // shapes differ
	Converted      []Conversion `json:"converted"`       // types differ, which does not prevent loading
	NotFinite      []NotFinite  `json:"not_finite,omitempty"`
	Diagnosis      []string     `json:"diagnosis"` // what the findings mean and what to do, in sentences
}

// Mismatch is a tensor that has one shape in the file and another in the network.
type Mismatch struct {
	Key     string `json:"key"`
	File    []int  `json:"file"`
	Network []int  `json:"network"`
}

// Conversion is a tensor that has one type in the file and another in the network.
type Conversion struct {
	Key     string `json:"key"`
	File    DType  `json:"file"`
	Network DType  `json:"network"`
}

// newReport makes an empty report; lists are never null in JSON.
func newReport(file string, tensors int) *Report {
	return &Report{
		Schema: 1, File: file, Tensors: tensors,
		MissingKeys: []string{}, UnexpectedKeys: []string{}, LeftOut: []string{},
		Mismatched: []Mismatch{}, Converted: []Conversion{}, Diagnosis: []string{},
	}
}

// source names the file in a sentence.
func (r *Report) source() string {
	if r.File == "" {
		return "the state dict"
	}
	return r.File
}

// failure returns the text of a LoadError, in one line.
func (r *Report) failure() string {
	if len(r.NotFinite) > 0 {
		return fmt.Sprintf("%s cannot be used, and nothing was loaded: %s", r.source(), r.notFinite())
	}
	var parts []string
	for _, s := range r.sections() {
		if s.fault && len(s.keys) > 0 {
			parts = append(parts, fmt.Sprintf("%d %s (%s)", len(s.keys), s.name, printable.List(s.keys, maxListed)))
		}
	}
	text := fmt.Sprintf("%s does not fit the network, and nothing was loaded: %s", r.source(), strings.Join(parts, "; "))
	for _, sentence := range r.Diagnosis {
		text += "; " + sentence
	}
	return text
}

// section is one kind of finding.
type section struct {
	name   string
	fault  bool
	keys   []string
	detail func(i int) string // of keys[i]
}

func (r *Report) sections() []section {
	none := func(int) string { return "" }
	mismatched := section{name: "of other shape", fault: true, detail: func(i int) string {
		return fmt.Sprintf("file %s, network %s", shapeString(r.Mismatched[i].File), shapeString(r.Mismatched[i].Network))
	}}
	for _, m := range r.Mismatched {
		mismatched.keys = append(mismatched.keys, m.Key)
	}
	converted := section{name: "of other type", detail: func(i int) string {
		return fmt.Sprintf("%s to %s", r.Converted[i].File, r.Converted[i].Network)
	}}
	for _, c := range r.Converted {
		converted.keys = append(converted.keys, c.Key)
	}
	notFinite := section{name: "not finite", fault: true, detail: func(i int) string {
		return fmt.Sprintf("%d of %d values", r.NotFinite[i].Values, r.NotFinite[i].Of)
	}}
	for _, n := range r.NotFinite {
		notFinite.keys = append(notFinite.keys, n.Key)
	}
	return []section{
		{name: "missing", fault: true, keys: r.MissingKeys, detail: none},
		{name: "unexpected", fault: true, keys: r.UnexpectedKeys, detail: none},
		mismatched,
		notFinite,
		{name: "left out", keys: r.LeftOut, detail: none},
		converted,
	}
}

// row holds the findings of one kind in one layer.
type row struct {
	layer  string
	names  []string // of the tensors, without the layer
	detail string
}

// rows groups the keys of a section by layer, in order.
func (s section) rows() []row {
	var rows []row
	at := map[string]int{}
	for i, key := range s.keys {
		layer, name := splitLayer(key)
		group, ok := at[layer]
		if !ok {
			group = len(rows)
			at[layer] = group
			rows = append(rows, row{layer: layer, detail: s.detail(i)})
		}
		rows[group].names = append(rows[group].names, name)
		if rows[group].detail != s.detail(i) {
			rows[group].detail += " ..."
			rows[group].detail = strings.TrimSuffix(rows[group].detail, " ... ...")
		}
	}
	return rows
}

// splitLayer cuts a key behind its layer or block: "layer1.0" and "bn1.weight", "fc" and "weight".
func splitLayer(key string) (layer, name string) {
	parts := strings.Split(key, ".")
	n := 1
	if len(parts) > 2 && parts[1] != "" && strings.Trim(parts[1], "0123456789") == "" {
		n = 2
	}
	if len(parts) <= n {
		return key, ""
	}
	return strings.Join(parts[:n], "."), strings.Join(parts[n:], ".")
}

// maxListed is how many names an error or a report lists.
const maxListed = 5

// maxRows is how many layers a table shows of each kind of finding; the counts are always of all.
const maxRows = 6

// Table returns the findings for a notebook cell: a row for each kind and layer, then the diagnosis.
func (r *Report) Table() (header []string, rows [][]string) {
	header = []string{"", "count", "layer", "tensors", ""}
	rows = append(rows, []string{"loaded", fmt.Sprintf("%d of %d", r.Loaded, r.Tensors), "", "", filepath.Base(r.source())})
	for _, s := range r.sections() {
		groups := s.rows()
		for i, g := range groups[:min(len(groups), maxRows)] {
			name, count := "", ""
			if i == 0 {
				name, count = s.name, fmt.Sprint(len(s.keys))
			}
			rows = append(rows, []string{name, count, printable.Short(g.layer), printable.List(g.names, maxListed), g.detail})
		}
		if rest := len(groups) - maxRows; rest > 0 {
			rows = append(rows, []string{"", "", fmt.Sprintf("and %d more layers", rest), "", ""})
		}
	}
	for _, sentence := range r.Diagnosis {
		rows = append(rows, []string{"diagnosis", "", "", "", sentence})
	}
	return header, rows
}

// String returns the findings as lines for a terminal.
func (r *Report) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s: loaded %d of the network's %d tensors\n", r.source(), r.Loaded, r.Tensors)
	for _, s := range r.sections() {
		if len(s.keys) == 0 {
			continue
		}
		fmt.Fprintf(&text, "%d %s\n", len(s.keys), s.name)
		groups := s.rows()
		for _, g := range groups[:min(len(groups), maxRows)] {
			line := fmt.Sprintf("    %-10s %s  %s", printable.Short(g.layer), printable.List(g.names, maxListed), g.detail)
			text.WriteString(strings.TrimRight(line, " ") + "\n")
		}
		if rest := len(groups) - maxRows; rest > 0 {
			fmt.Fprintf(&text, "    and %d more layers\n", rest)
		}
	}
	for _, sentence := range r.Diagnosis {
		fmt.Fprintf(&text, "=> %s\n", sentence)
	}
	return text.String()
}
