//go:build linux || darwin

package bench

import (
	"runtime"
	"syscall"
)

// PeakRSS returns the largest resident size of this process so far, in bytes; 0 where the system does not report it.
func PeakRSS() int64 {
	u := usage()
	if runtime.GOOS == "darwin" {
		return int64(u.Maxrss) // bytes there, kilobytes on Linux
	}
	return int64(u.Maxrss) * 1024
}

// ProcessorSeconds returns the processor time that all threads of this process have used so far, in seconds; 0 where the system does not report it.
func ProcessorSeconds() float64 {
	u := usage()
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// usage returns what the system has counted for this process; zeros where it does not.
func usage() (u syscall.Rusage) {
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return syscall.Rusage{}
	}
	return u
}
