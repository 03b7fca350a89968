package weights

import (
	"errors"
	"fmt"
	"math/bits"

	"resnetlab/internal/printable"
)

// ErrNotFinite matches, with errors.Is, the error of [Load], [LoadFile] and [LoadStateDict] where a tensor that would be
// loaded holds a NaN or an infinity.
var ErrNotFinite = errors.New("weights are not finite")

// NotFinite counts the values of a tensor that are NaN or infinite.
type NotFinite struct {
	Key    string `json:"key"`
	Values int    `json:"values"` // NaN or infinite as float32, the network's type
	Of     int    `json:"of"`     // elements of the tensor
}

// String returns the count in words: "bn1.running_var (2 of 64 values)".
func (n NotFinite) String() string {
	return fmt.Sprintf("%s (%d of %d values)", printable.Short(n.Key), n.Values, n.Of)
}

// findNotFinite notes in the report which of the converted tensors hold a NaN or an infinity. One such value makes every
// output of the network NaN, and training cannot remove it.
func (m *match) findNotFinite(tensors []*Tensor) {
	for i, s := range m.pairs {
		if t := tensors[i]; t.DType == Float32 {
			if n := countNotFinite(t.Data); n > 0 {
				m.report.NotFinite = append(m.report.NotFinite, NotFinite{Key: s.Key, Values: n, Of: t.Size()})
			}
		}
	}
	if len(m.report.NotFinite) > 0 {
		m.report.Diagnosis = append(m.report.Diagnosis, m.report.notFinite())
	}
}

// notFinite says which tensors hold a NaN or an infinity, and what to do.
func (r *Report) notFinite() string {
	names := make([]string, len(r.NotFinite))
	for i, n := range r.NotFinite {
		names[i] = n.String()
	}
	return fmt.Sprintf("NaN or infinite values in %s: use an earlier checkpoint of that training, or fetch the file again", printable.Join(names, maxListed))
}

// countNotFinite counts the float32 values in data whose exponent bits are all set, which are the NaNs and infinities. It
// looks at two values at a time: adding one to the exponent carries into the sign bit, which was cleared, for these only.
// 100 MB take about 15 ms.
func countNotFinite(data []byte) (n int) {
	const exponents, one, signs = 0x7f800000_7f800000, 0x00800000_00800000, 0x80000000_80000000
	for ; len(data) >= 8; data = data[8:] {
		if flags := (little.Uint64(data)&exponents + one) & signs; flags != 0 {
			n += bits.OnesCount64(flags)
		}
	}
	if len(data) >= 4 && little.Uint32(data)&(exponents>>32) == exponents>>32 {
		n++
	}
	return n
}
