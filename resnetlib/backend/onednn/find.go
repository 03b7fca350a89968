package onednn

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"resnetlab/internal/filehash"
	"resnetlab/resnetlib/backend/internal/sharedlib"
)

// Env names the environment variable that says which library to use: a path, "off" for none, or nothing for the first that is found.
const Env = "RESNETLAB_ONEDNN"

// Errors of [Find] that are no fault: nothing was found, or nothing was asked for.
var (
	ErrMissing = errors.New("oneDNN is not installed")
	ErrOff     = errors.New("oneDNN is switched off by " + Env + "=off")
)

// Version is that of the library that [Find] accepts.
const Version = "3.2.0"

// Wheel is the name and version of the Python wheel that holds the library.
const Wheel = "onednn-cpu-gomp 2023.2.0"

// FileName is the library's name. The wheel holds the same bytes under the names of [Duplicates] as well.
const FileName = "libdnnl.so.3"

// Duplicates are the other names of the library's bytes in its wheel.
var Duplicates = []string{"libdnnl.so.3.2", "libdnnl.so"}

// Found is a library whose bytes are those of the wheel.
type Found struct {
	Path  string
	Where string // "the project's .venv"
}

// Place is a folder where the library may lie.
type Place struct {
	Dir   string
	Where string // what the folder is: "beside the plugin"
}

// pin is what a file must be.
type pin struct {
	size   int64
	sha256 string
}

// pinned is the library of [Wheel], which holds oneDNN of [Version].
var pinned = pin{54569528, "e6376208cf6bacb041c346b504207e3aa1189a13f941c92a4383a55ac27058ae"}

// Find returns the library to open: the file that [Env] names, or else the first in the places that has the wheel's bytes. Where none has, the
// error is that of the first file with other bytes. Nothing is loaded.
func Find(places []Place) (Found, error) {
	if !Supported {
		return Found{}, ErrUnsupported
	}
	return find(os.Getenv(Env), places, pinned)
}

// Verify returns an error for a file that has not the wheel's bytes. It reads the whole file, which takes 0.05 to 0.2 s.
func Verify(path string) error {
	if err := pinned.checkSize(path); err != nil {
		return err
	}
	return pinned.checkContent(path)
}

func find(given string, places []Place, want pin) (Found, error) {
	if given == "off" {
		return Found{}, ErrOff
	}
	var list []Found
	if given != "" {
		if abs, err := filepath.Abs(given); err == nil { // the dynamic loader would look for a bare name elsewhere
			given = abs
		}
		list = []Found{{given, "named by " + Env}}
	} else {
		list = candidates(places)
	}
	var broken error
	for _, f := range list {
		err := want.check(f.Path)
		if err == nil {
			return f, nil
		}
		if given == "" && errors.Is(err, os.ErrNotExist) {
			continue
		}
		if broken == nil {
			broken = fmt.Errorf("%s (%s): %w", f.Path, f.Where, err)
		}
	}
	if broken == nil {
		broken = ErrMissing
	}
	return Found{}, broken
}

// candidates lists the files that may be the library. They need not exist.
func candidates(places []Place) []Found {
	var list []Found
	for _, p := range places {
		for _, name := range append([]string{FileName}, Duplicates...) {
			list = append(list, Found{filepath.Join(p.Dir, name), p.Where})
		}
	}
	return list
}

// check returns an error for a file that is not the pinned one. The content is read only where pip may not have written it.
func (want pin) check(path string) error {
	if err := want.checkSize(path); err != nil {
		return err
	}
	if olderThanRecord(path) {
		return nil
	}
	return want.checkContent(path)
}

// checkSize returns an error for a file that the headers or the size show to be another one.
func (want pin) checkSize(path string) error {
	if err := sharedlib.Check(path); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Size() != want.size {
		return fmt.Errorf("another version, or damaged: %d bytes, that of the wheel %s has %d", info.Size(), Wheel, want.size)
	}
	return nil
}

// checkContent compares the bytes with the pinned hash.
func (want pin) checkContent(path string) error {
	sum, err := filehash.SHA256(path)
	if err != nil {
		return err
	}
	if hex.EncodeToString(sum[:]) != want.sha256 {
		return errors.New("another version, or damaged: its bytes are not those of the wheel " + Wheel)
	}
	return nil
}

// olderThanRecord reports whether a file in the folder lib of a Python environment has not been written since its wheel was installed: pip writes
// the wheel's RECORD last.
func olderThanRecord(path string) bool {
	file, err := os.Stat(path)
	if err != nil {
		return false
	}
	records, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "python3*", "site-packages", "onednn_cpu_gomp-2023.2.0.dist-info", "RECORD"))
	for _, path := range records {
		if record, err := os.Stat(path); err == nil && !file.ModTime().After(record.ModTime()) {
			return true
		}
	}
	return false
}
