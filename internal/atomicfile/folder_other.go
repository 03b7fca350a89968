//go:build !unix

package atomicfile

// SyncFolder does nothing where a folder cannot be opened for flushing (Windows, a browser).
func SyncFolder(string) error { return nil }
