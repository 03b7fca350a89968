//go:build !linux || !cgo || noxla

package backend

import (
	"errors"

	"github.com/gomlx/compute"
)

// xlaMissing is the reason why this build has no XLA.
const xlaMissing = "this program was built without XLA (it needs Linux and cgo)"

// probe is never reached: [find] stops at xlaMissing.
func probe(string, bool) (api, error) { return api{}, errors.New(xlaMissing) }

func openXLA(f Found, _ []string, _ string, _ Options) (compute.Backend, Choice, error) {
	return nil, Choice{}, unavailable(f.Name, xlaMissing)
}
