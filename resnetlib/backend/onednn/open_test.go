//go:build linux && amd64 && cgo && !noxla

package onednn

import (
	"path/filepath"
	"strings"
	"testing"
	"unsafe"
)

func TestOpenSaysWhyAFileIsNoLibrary(t *testing.T) {
	opening.Lock()
	opened := only
	only = nil
	opening.Unlock()
	defer func() { only = opened }()
	for path, want := range map[string]string{
		filepath.Join(t.TempDir(), "absent.so"):        "cannot open shared object file",
		write(t, filepath.Join(t.TempDir(), "x"), "x"): "file too short",
		"libm.so.6": "it has no function dnnl_",
	} {
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "opening oneDNN "+path+": ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestOneLibraryIsOpenedInAProcess(t *testing.T) {
	lib := library(t)
	if again, err := Open(lib.Path); err != nil || again != lib {
		t.Errorf("the same again: %v, %v", again, err)
	}
	if _, err := Open("libm.so.6"); err == nil || !strings.Contains(err.Error(), lib.Path+" has been opened in this process") {
		t.Errorf("another: %v", err)
	}
	if lib.Version != Version {
		t.Errorf("version %s", lib.Version)
	}
}

func TestPluginWithoutCustomCallsIsRefused(t *testing.T) {
	var table [16]uintptr // a PJRT_Api without extensions
	err := library(t).Register(unsafe.Pointer(&table))
	if err == nil || !strings.Contains(err.Error(), "the plugin has no extension for custom calls") {
		t.Errorf("%v", err)
	}
}
