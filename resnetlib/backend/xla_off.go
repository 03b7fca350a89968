//go:build !linux || !cgo || noxla

package backend

import (
	"fmt"

	"github.com/gomlx/compute"
)

// xlaMissing says why this build has no XLA.
const xlaMissing = "this program was built without XLA (it needs Linux and cgo)"

// probe is never reached: [find] stops at xlaMissing.
func probe(string) (api, error) { return api{}, fmt.Errorf("%s", xlaMissing) }

func openXLA(f Found, _ []string, _ string, _ Options) (compute.Backend, Choice, error) {
	return nil, Choice{}, fmt.Errorf("opening backend %s: %w: %s", f.Name, ErrUnavailable, xlaMissing)
}
