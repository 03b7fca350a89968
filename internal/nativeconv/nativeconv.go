// Package nativeconv notes the backends whose own convolutions are fast. It stands between package nn, which decides how convolutions are computed,
// and package backend, which knows what a backend was opened with: neither imports the other.
package nativeconv

import "sync"

// backends are values of type compute.Backend, compared by ==.
var backends sync.Map

// Use makes package nn leave every convolution of the backend's graphs to the backend, each as one operation: forward, and the gradients by input
// and kernel, also of grouped ones. Call it before a graph is built. The setting belongs to this instance of the backend.
func Use(backend any) { backends.Store(backend, true) }

// Used reports whether [Use] was called for the backend.
func Used(backend any) bool {
	_, ok := backends.Load(backend)
	return ok
}
