package backend

import (
	"os"
	"testing"
)

// TestMain takes the surrounding choice of a backend away; tests that need a plugin find the project's own, or are given one by
// GOMLX_BACKEND=xla:/path (kept in envPlugin).
func TestMain(m *testing.M) {
	if r, err := parse(os.Getenv("GOMLX_BACKEND")); err == nil && r.kind == pathKind {
		envPlugin = r.path
	}
	os.Unsetenv("GOMLX_BACKEND")
	os.Exit(m.Run())
}

var envPlugin string
