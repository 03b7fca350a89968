//go:build unix

package atomicfile

import (
	"errors"
	"os"
	"syscall"
)

// SyncFolder flushes a folder's entries, so that a rename in it outlives a power cut. File systems that cannot
// do it (some network ones answer EINVAL or ENOTSUP) are left to their own guarantees.
func SyncFolder(folder string) error {
	handle, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer handle.Close()
	if err := handle.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, syscall.ENOTSUP) {
		return err
	}
	return nil
}
