package onednn

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"resnetlab/internal/filehash"
	"slices"
)

// Env names the environment variable that says which library to use: a path, "off" for none, or nothing for the first that is found.
const Env = "RESNETLAB_ONEDNN"

// Errors of [Find] that are no fault: nothing was found, or nothing was asked for.
var (
	ErrMissing = errors.New("no oneDNN library found: RESNETLAB_ONEDNN can name the libdnnl.so.3 of the wheel onednn-cpu-gomp 2023.2.0")
	ErrOff     = errors.New("oneDNN is switched off by " + Env + "=off")
)

// Found is a library whose bytes are those of the wheel.
type Found struct {
	Path  string `json:"path"`
	Where string `json:"where"` // "the project's .venv"
}

// Places are the folders where the library may lie, each best first. Any may be empty.
type Places struct {
	Executable string   // the program's own folder
	Venv       string   // the project's virtual environment
	Others     []string // where plugins lie
}

// pin is what a file must be.
type pin struct {
	size   int64
	sha256 string
}

// Version is that of the library that [Find] accepts.
const Version = "3.2.0"

// pinned is libdnnl.so.3 of the wheel onednn-cpu-gomp 2023.2.0, which holds oneDNN of [Version].
var pinned = pin{54569528, "e6376208cf6bacb041c346b504207e3aa1189a13f941c92a4383a55ac27058ae"}

// names are the library's names in the wheel, all of the same bytes.
var names = []string{"libdnnl.so.3", "libdnnl.so.3.2", "libdnnl.so"}

// Find returns the library to open. It looks at what [Env] names alone, or else beside the executable, in the virtual environment, and in the other
// places, and returns the first with the right bytes; without one, the error of the first with wrong ones. Nothing is loaded.
func Find(p Places) (Found, error) {
	if !Supported {
		return Found{}, ErrUnsupported
	}
	return find(os.Getenv(Env), p, pinned)
}

func find(given string, p Places, want pin) (Found, error) {
	if given == "off" {
		return Found{}, ErrOff
	}
	list := candidates(p)
	if given != "" {
		list = []Found{{given, "named by " + Env}}
	}
	var broken error
	for _, f := range list {
		err := want.check(f.Path, p.Venv)
		if err == nil {
			return f, nil
		}
		if given == "" && errors.Is(err, os.ErrNotExist) {
			continue
		}
		if broken == nil {
			broken = fmt.Errorf("oneDNN %s (%s): %w", f.Path, f.Where, err)
		}
	}
	if broken == nil {
		broken = ErrMissing
	}
	return Found{}, broken
}

// candidates lists the files that may be the library. They need not exist.
func candidates(p Places) []Found {
	var list []Found
	add := func(dir, where string) {
		for _, name := range names {
			if dir != "" {
				list = append(list, Found{filepath.Join(dir, name), where})
			}
		}
	}
	add(p.Executable, "beside the executable")
	if p.Venv != "" {
		add(filepath.Join(p.Venv, "lib"), "the project's .venv")
	}
	for _, dir := range p.Others {
		add(dir, "in "+dir)
	}
	return list
}

// check returns an error for a file that is not the pinned one. Hashing it takes 0.05 to 0.2 s, so the content of a file in the virtual environment
// is read only where it is newer than the wheel's RECORD, which pip writes last.
func (want pin) check(path, venv string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("not a regular file")
	}
	if info.Size() != want.size {
		return fmt.Errorf("damaged, or another version: %d bytes, that of the wheel onednn-cpu-gomp 2023.2.0 has %d", info.Size(), want.size)
	}
	if venv != "" && filepath.Dir(path) == filepath.Join(venv, "lib") && olderThanRecord(info, venv) {
		return nil
	}
	sum, err := filehash.SHA256(path)
	if err != nil {
		return err
	}
	if hex.EncodeToString(sum[:]) != want.sha256 {
		return errors.New("damaged, or another version: its bytes are not those of the wheel onednn-cpu-gomp 2023.2.0")
	}
	return nil
}

// olderThanRecord reports whether the file has not been written since its wheel was installed.
func olderThanRecord(file os.FileInfo, venv string) bool {
	records, _ := filepath.Glob(filepath.Join(venv, "lib", "python3*", "site-packages", "onednn_cpu_gomp-2023.2.0.dist-info", "RECORD"))
	return slices.ContainsFunc(records, func(path string) bool {
		record, err := os.Stat(path)
		return err == nil && !file.ModTime().After(record.ModTime())
	})
}
