//go:build goexperiment.simd && amd64

package transforms

import (
	"bytes"
	"testing"
)

func TestVectorsEqualPlainCode(t *testing.T) {
	if !hasAVX2 {
		t.Skip("this processor has no AVX2")
	}
	defer func() { hasAVX2 = true }()
	for _, size := range [][2]int{{1, 1}, {3, 9}, {40, 31}, {97, 200}, {333, 251}} {
		p := drawn(size[0], size[1])
		for _, to := range [][2]int{{1, 1}, {5, 300}, {64, 64}, {224, 17}} {
			for _, f := range []Filter{Bilinear, Bicubic} {
				hasAVX2 = true
				fast := ResizeTo(p, to[0], to[1], f)
				hasAVX2 = false
				if plain := ResizeTo(p, to[0], to[1], f); !bytes.Equal(fast.Pix, plain.Pix) {
					t.Errorf("%v of width x height %v to height x width %v differs", f, size, to)
				}
			}
		}
	}
}
