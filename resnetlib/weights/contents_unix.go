//go:build unix

package weights

import (
	"os"
	"syscall"
)

// mapFrom is the size from which on a file is mapped; a smaller one is read, which is as fast and has no strings.
const mapFrom = 1 << 20

// contents gives a file's bytes and what takes them out of memory again. Some file systems cannot map; there it is read.
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
