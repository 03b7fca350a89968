package testbackend

import (
	"os"
	"testing"

	"github.com/gomlx/compute"

	"resnetlab/resnetlib/backend"
)

// Quick runs f as a subtest on the Go backend, and on every backend with RESNETLAB_ALL=1: for tests of whole trainings, whose graphs XLA compiles
// for half a minute.
func Quick(t *testing.T, f func(t *testing.T, b compute.Backend)) {
	t.Helper()
	if os.Getenv("RESNETLAB_ALL") != "" {
		Each(t, f)
		return
	}
	t.Run(backend.Go, func(t *testing.T) { f(t, Open(t, backend.Go)) })
}
