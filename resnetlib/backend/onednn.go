package backend

import (
	"errors"
	"os"
	"path/filepath"

	"resnetlab/resnetlib/backend/onednn"
)

// findOneDNN looks for the library that computes the convolutions of XLA on the processor, where plugins lie.
func findOneDNN() (onednn.Found, error) {
	var p onednn.Places
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		p.Executable = filepath.Dir(exe)
	}
	if root, ok := moduleRoot(); ok {
		p.Venv = filepath.Join(root, ".venv")
	}
	for _, dir := range filepath.SplitList(os.Getenv("PJRT_PLUGIN_LIBRARY_PATH")) {
		if filepath.IsAbs(dir) {
			p.Others = append(p.Others, dir)
		}
	}
	p.Others = append(p.Others, goXLAFolders()...)
	return onednn.Find(p)
}

// withoutOneDNN reports whether err says that there is no oneDNN to use, which is no fault.
func withoutOneDNN(err error) bool {
	return errors.Is(err, onednn.ErrMissing) || errors.Is(err, onednn.ErrOff) || errors.Is(err, onednn.ErrUnsupported)
}

// nameOneDNN adds oneDNN to the version of XLA on the processor, where it is used.
func nameOneDNN(f Found) Found {
	if f.OK && f.Name == XLACPU {
		if _, err := findOneDNN(); err == nil {
			f.Version += ", oneDNN " + onednn.Version
		}
	}
	return f
}

// checkOneDNN checks whether oneDNN computes XLA's convolutions. That it is missing is no fault.
func checkOneDNN() Check {
	c := Check{Name: "oneDNN"}
	found, err := findOneDNN()
	switch {
	case errors.Is(err, onednn.ErrMissing):
		c.OK, c.Detail = true, "not installed; XLA's own convolutions are used"
		return c
	case withoutOneDNN(err):
		c.OK, c.Detail = true, err.Error()+"; XLA's own convolutions are used"
		return c
	}
	if err == nil {
		_, err = onednn.Open(found.Path)
	}
	if err != nil {
		c.Detail, c.Fix = oneLine(err.Error()), "put that of the wheel in its place, or set "+onednn.Env+"=off: until then XLA's own convolutions are used"
		return c
	}
	c.OK, c.Detail = true, found.Path+" ("+found.Where+"): version "+onednn.Version
	return c
}
