//go:build !linux

package compilecache

import "os"

func checkFolder(string) error { return ErrUnsupported }

func openOwn(string) (*os.File, int64, error) { return nil, 0, ErrUnsupported }

func openLocked(string) (*os.File, bool, error) { return nil, false, ErrUnsupported }

// Processor returns ErrUnsupported.
func Processor() (string, error) { return "", ErrUnsupported }
