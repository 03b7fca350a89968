package backend

import (
	"errors"
	"os"
	"path/filepath"

	"resnetlab/resnetlib/backend/onednn"
)

// OneDNN describes the library that computes the convolutions of XLA on the processor.
type OneDNN struct {
	On      bool   `json:"on"`      // whether it computes them
	Path    string `json:"path"`    // absolute; empty where none was found
	Version string `json:"version"` // empty where none was found
	Why     string `json:"why"`     // why XLA computes them itself, in one line, or where the library was found
	fault   bool   // something is wrong, as opposed to switched off or not installed
	missing bool   // it is not installed
}

// FindOneDNN looks for the library and opens it, as opening XLA on the processor does.
func FindOneDNN() OneDNN { return oneDNNFor(find(request{kind: cpuKind})) }

// oneDNNFor is [FindOneDNN] for a plugin that [find] has returned.
func oneDNNFor(plugin Found) OneDNN {
	found, err := findOneDNN(plugin.Plugin)
	if err != nil {
		return OneDNN{Why: oneLine(err.Error()), fault: !withoutOneDNN(err), missing: errors.Is(err, onednn.ErrMissing)}
	}
	o := OneDNN{Path: found.Path, Version: onednn.Version}
	switch table, err := tryOnce(plugin.Plugin, true); {
	case !plugin.OK:
		o.Why = "XLA on the processor cannot be used: " + plugin.Why
		return o
	case err == nil && !table.customCalls:
		o.Why, o.fault = "the plugin "+plugin.Plugin+" has no extension for custom calls", true
		return o
	}
	library, err := onednn.Open(found.Path)
	if err != nil {
		o.Why, o.fault = oneLine(err.Error()), true
		return o
	}
	o.On, o.Version, o.Why = true, library.Version, found.Where
	return o
}

// findOneDNN looks for the library where plugins lie, and first beside the plugin that it is for.
func findOneDNN(plugin string) (onednn.Found, error) { return onednn.Find(placesOfOneDNN(plugin)) }

// placesOfOneDNN lists where the library may be, best first.
func placesOfOneDNN(plugin string) []onednn.Place {
	var places []onednn.Place
	if plugin != "" {
		places = append(places, onednn.Place{Dir: filepath.Dir(plugin), Where: "beside the plugin"})
		if lib, ok := environmentOf(plugin); ok {
			places = append(places, onednn.Place{Dir: lib, Where: "in the plugin's Python environment"})
		}
	}
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		places = append(places, onednn.Place{Dir: filepath.Dir(exe), Where: "beside the executable"})
	}
	if root, ok := moduleRoot(); ok {
		places = append(places, onednn.Place{Dir: libraryFolder(filepath.Join(root, ".venv")), Where: "the project's .venv"})
	}
	for _, dir := range filepath.SplitList(os.Getenv("PJRT_PLUGIN_LIBRARY_PATH")) {
		if filepath.IsAbs(dir) {
			places = append(places, onednn.Place{Dir: dir, Where: "in PJRT_PLUGIN_LIBRARY_PATH"})
		}
	}
	for _, dir := range goXLAFolders() {
		places = append(places, onednn.Place{Dir: dir, Where: "go-xla's folder"})
	}
	return places
}

// libraryFolder returns the folder of a Python environment into which pip puts the wheel's library.
func libraryFolder(venv string) string { return filepath.Join(venv, "lib") }

// environmentOf returns the library folder of the Python environment that a plugin lies in, if it does.
func environmentOf(plugin string) (lib string, ok bool) {
	if real, err := filepath.EvalSymlinks(plugin); err == nil {
		plugin = real
	}
	site, ok := sitePackagesOf(plugin)
	return filepath.Dir(filepath.Dir(site)), ok // lib/python3.12/site-packages
}

// withoutOneDNN reports whether err says that there is no oneDNN to use, which is no fault.
func withoutOneDNN(err error) bool {
	return errors.Is(err, onednn.ErrMissing) || errors.Is(err, onednn.ErrOff) || errors.Is(err, onednn.ErrUnsupported)
}

// checkOneDNN checks whether oneDNN computes XLA's convolutions, with the library's whole content. That it is missing is no fault.
func checkOneDNN(o OneDNN) Check {
	if o.On {
		if err := onednn.Verify(o.Path); err != nil {
			o.On, o.Why, o.fault = false, o.Path+" ("+o.Why+"): "+err.Error(), true
		}
	}
	c := Check{Name: "oneDNN", OK: !o.fault}
	if o.On {
		c.Detail = o.Path + " (" + o.Why + "): version " + o.Version
		return c
	}
	c.Detail = o.Why + "; XLA's own convolutions are used"
	switch {
	case o.fault:
		c.Fix = "install it again: resnetlab backend install cpu; or switch it off: " + onednn.Env + "=off"
	case o.missing:
		c.Fix = "resnetlab backend install cpu brings it: XLA's convolutions and their gradients are then faster"
	}
	return c
}
