//go:build !linux || !amd64 || !cgo || noxla

package onednn

import (
	"unsafe"

	"resnetlab/resnetlib/backend/onednn/rewrite"
)

// Supported tells whether this build can open the library.
const Supported = false

// Open returns [ErrUnsupported] in this build.
func Open(string) (*Library, error) { return nil, ErrUnsupported }

// Register returns [ErrUnsupported] in this build.
func (*Library) Register(unsafe.Pointer) error { return ErrUnsupported }

// Run returns [ErrUnsupported] in this build.
func (*Library) Run(rewrite.Conv, []float32, []float32, []float32, int) error { return ErrUnsupported }
