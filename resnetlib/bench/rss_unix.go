//go:build linux || darwin

package bench

import (
	"runtime"
	"syscall"
)

// PeakRSS returns the largest resident size of this process so far, in bytes; 0 where the system does not report it.
func PeakRSS() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int64(u.Maxrss) // bytes there, kilobytes on Linux
	}
	return int64(u.Maxrss) * 1024
}
