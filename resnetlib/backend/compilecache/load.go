package compilecache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// ErrCrashed matches errors about a program that is not loaded or stored because loading it has ended the process before.
var ErrCrashed = errors.New("loading it has ended a process")

// errRefused matches errors about a program that the caller could not load.
var errRefused = errors.New("it cannot be loaded")

// maxCrashes is the number of crashes after which a program is not stored again. A single one may be a Ctrl-C or a kill in the wrong moment.
const maxCrashes = 2

// Load calls use with the stored program and reports whether use succeeded. A program that is not stored is no error. Damaged files, files that
// belong to another user or that others can write, and files whose load has crashed before are not used: the error says so, and the caller
// compiles. Files that use refuses are removed, as damaged ones are.
func (e *Entry) Load(use func(payload []byte) error) (loaded bool, err error) {
	path := e.path(compiledEnd)
	payload, err := e.read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = e.loadMarked(func() error {
			if err := use(payload); err != nil {
				return fmt.Errorf("%w: %w", errRefused, err)
			}
			return nil
		})
	}
	if err == nil {
		e.touch()
		return true, nil
	}
	for _, spoiled := range []error{ErrDamaged, ErrCrashed, errRefused} {
		if errors.Is(err, spoiled) {
			_ = os.Remove(path) // if it stays, the next load fails in the same way
		}
	}
	return false, fmt.Errorf("loading the compiled program %s: %w", path, err)
}

// read returns the payload of the entry's file.
func (e *Entry) read(path string) ([]byte, error) {
	f, size, err := openOwn(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size > e.cache.Limit {
		return nil, fmt.Errorf("%w: %d bytes, more than the whole cache may have", ErrDamaged, size)
	}
	return readPayload(f, size, e.key)
}

// loadMarked calls load while a marker file says that a load has begun. The marker holds one byte and is locked meanwhile. If the process dies,
// the byte stays and the lock does not: whoever finds that notes one crash more and does not load.
func (e *Entry) loadMarked(load func() error) error {
	path := e.path(loadingEnd)
	marker, locked, err := openLocked(path)
	if err != nil {
		return err
	}
	defer marker.Close()
	if !locked { // another process loads it at this moment; its marker serves
		return load()
	}
	info, err := marker.Stat()
	if err != nil {
		return err
	}
	if info.Size() > 0 {
		e.noteCrash()
		_ = os.Remove(path)
		return ErrCrashed
	}
	if _, err := marker.Write([]byte{1}); err != nil {
		return err
	}
	err = load()
	_ = marker.Truncate(0) // before the lock is released: a process that has the marker open must not find the byte
	_ = os.Remove(path)
	if err == nil {
		_ = os.Remove(e.path(crashedEnd))
	}
	return err
}

// noteCrash adds a byte to the file whose length is the number of crashes.
func (e *Entry) noteCrash() {
	f, err := os.OpenFile(e.path(crashedEnd), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return
	}
	_, _ = f.Write([]byte{1})
	_ = f.Close()
}

// crashes returns the number of loads that have crashed since the last one that did not.
func (e *Entry) crashes() int64 {
	info, err := os.Stat(e.path(crashedEnd))
	if err != nil {
		return 0
	}
	return info.Size()
}
