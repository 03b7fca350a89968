//go:build !unix

package weights

import "os"

// contents gives a file's bytes; there is no memory map here.
func contents(file *os.File, size int) (data []byte, unmap func() error, err error) {
	return readWhole(file, size)
}
