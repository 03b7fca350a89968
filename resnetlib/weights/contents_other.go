//go:build !unix

package weights

import "os"

// contents returns a file's bytes. On this system no file is mapped into memory.
func contents(file *os.File, size int) (data []byte, unmap func() error, err error) {
	return readWhole(file, size)
}
