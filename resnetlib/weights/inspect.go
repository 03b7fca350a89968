package weights

import (
	"encoding/json"
	"fmt"
	"math"

	"resnetlab/internal/printable"
)

// Inspection says what a weights file holds. Its JSON form is what `weights inspect --json` prints.
type Inspection struct {
	Schema         int               `json:"schema"`
	Format         string            `json:"format"`
	Wrapper        string            `json:"wrapper"`
	StrippedPrefix string            `json:"stripped_prefix"`
	Beside         []string          `json:"beside,omitempty"`
	Outside        []string          `json:"outside,omitempty"`
	Metadata       map[string]string `json:"metadata,omitempty"`
	Architecture   string            `json:"architecture,omitempty"` // "ResNet-50", where the keys tell
	Elements       int               `json:"elements"`
	Keys           []string          `json:"keys"` // in the file's order
	Tensors        map[string]Stats  `json:"tensors"`
}

// Stats describes a tensor. Sums are accumulated in float64 over the values as stored.
type Stats struct {
	DType DType  `json:"dtype"`
	Shape []int  `json:"shape"`
	Sum   Number `json:"sum"`
	L2    Number `json:"l2"`
	Min   Number `json:"min"` // of the values that are not NaN
	Max   Number `json:"max"`
	NaNs  int    `json:"nans"`

	NonFinite int `json:"non_finite,omitempty"` // values that are NaN or infinite
}

// Number is a float64 that is null in JSON where it is NaN or infinite, for which JSON has no number.
type Number float64

// MarshalJSON returns the number, or null.
func (n Number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// Inspect describes every tensor of the file.
func (f *File) Inspect() *Inspection {
	in := &Inspection{
		Schema: 1, Format: f.Format, Wrapper: f.Wrapper, StrippedPrefix: f.StrippedPrefix, Beside: f.Beside,
		Outside: f.Outside, Metadata: f.Metadata, Architecture: f.Architecture(), Keys: f.StateDict.Keys(),
		Tensors: map[string]Stats{},
	}
	for key, t := range f.StateDict.All() {
		in.Tensors[key] = t.Stats()
		in.Elements += t.Size()
	}
	return in
}

// Stats computes sum, norm and extremes of the values in one pass.
func (t *Tensor) Stats() Stats {
	var sum, squares float64
	least, most := math.Inf(1), math.Inf(-1)
	nans, nonFinite := 0, 0
	for i := range t.Size() {
		v := t.At(i)
		sum += v
		squares += v * v
		if v-v != 0 {
			nonFinite++
		}
		if v != v {
			nans++
			continue
		}
		least, most = min(least, v), max(most, v)
	}
	return Stats{
		DType: t.DType, Shape: append([]int{}, t.Shape...), Sum: Number(sum), L2: Number(math.Sqrt(squares)),
		Min: Number(least), Max: Number(most), NaNs: nans, NonFinite: nonFinite,
	}
}

// Table lists the tensors in the file's order, with sum and L2 norm.
func (in *Inspection) Table() (header []string, rows [][]string) {
	for _, key := range in.Keys {
		s := in.Tensors[key]
		l2 := fmt.Sprintf("%.6g", s.L2)
		if s.NonFinite > 0 {
			l2 += fmt.Sprintf(" (%d values NaN or infinite)", s.NonFinite)
		}
		rows = append(rows, []string{printable.Short(key), string(s.DType), shapeString(s.Shape), fmt.Sprintf("%.6g", s.Sum), l2})
	}
	return []string{"key", "dtype", "shape", "sum", "l2"}, rows
}
