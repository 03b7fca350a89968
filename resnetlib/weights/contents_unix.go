//go:build unix

package weights

import (
	"os"
	"syscall"
)

// mapFrom is the size in bytes from which a file is mapped into memory. A smaller one is read, which is as fast, and the file
// may then change afterwards.
const mapFrom = 1 << 20

// contents returns a file's bytes, mapped into memory where file system and size allow it, and the function that unmaps them.
func contents(file *os.File, size int) (data []byte, unmap func() error, err error) {
	if size < mapFrom {
		return readWhole(file, size)
	}
	data, err = syscall.Mmap(int(file.Fd()), 0, size, syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		return readWhole(file, size)
	}
	return data, func() error { return syscall.Munmap(data) }, nil
}
