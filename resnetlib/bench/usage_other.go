//go:build !linux && !darwin

package bench

// PeakRSS returns the largest resident size of this process so far, in bytes; 0 where the system does not report it.
func PeakRSS() int64 { return 0 }

// ProcessorSeconds returns the processor time that all threads of this process have used so far, in seconds; 0 where the system does not report it.
func ProcessorSeconds() float64 { return 0 }
