//go:build linux && cgo && !noxla

package backend

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"sync"

	"github.com/gomlx/go-xla/compute/xla"

	"resnetlab/resnetlib/backend/compilecache"
	"resnetlab/resnetlib/backend/pjrttable"
)

// leastCompile is how long compiling must take for a program to be stored; tests lower it.
var leastCompile = compilecache.Least

// withHooks calls open, which makes a client under the plugin's name, such that its programs come from the cache. Only XLA on the processor has
// one. Where the cache cannot be used, the client is made without.
func withHooks(f Found, name string, log func(string), open func() (*xla.Backend, error)) (*xla.Backend, error) {
	if f.Name != XLACPU {
		return open()
	}
	tell := onceOnly(log)
	plugin, hooks, err := cacheHooks(f, tell)
	if err != nil {
		if !errors.Is(err, errCacheOff) {
			tell(err)
		}
		return open()
	}
	var b *xla.Backend
	err = plugin.NewClient(name, hooks, func() (err error) {
		b, err = open()
		return err
	})
	return b, err
}

// onceOnly returns a function that passes the first error on as one line: a folder that cannot be written would give one for each program.
func onceOnly(log func(string)) func(error) {
	var once sync.Once
	return func(err error) {
		if log != nil {
			once.Do(func() { log("compile cache: " + oneLine(err.Error()) + "; XLA compiles as usual") })
		}
	}
}

// cacheHooks loads the plugin and opens the cache.
func cacheHooks(f Found, tell func(error)) (*pjrttable.Plugin, pjrttable.Hooks, error) {
	dir, err := cacheFolder()
	if err != nil {
		return nil, pjrttable.Hooks{}, err
	}
	cache, err := compilecache.Open(dir)
	if err != nil {
		return nil, pjrttable.Hooks{}, err
	}
	cache.Least = leastCompile
	plugin, err := pjrttable.Load(f.Plugin)
	if err != nil {
		return nil, pjrttable.Hooks{}, err
	}
	maker := newMaker(f.Plugin, plugin, "")
	find := func(p pjrttable.Program) pjrttable.Entry {
		m, err := maker()
		if err != nil {
			tell(err)
			return nil
		}
		return cache.Entry(m.key(p))
	}
	return plugin, pjrttable.Hooks{Cache: find, Log: tell}, nil
}

// maker is everything but the program that decides what a compiled program looks like. Each field is part of a program's key.
type maker struct {
	Plugin    string // SHA-256 of the plugin's file
	API       string // version of its PJRT API
	Rewriter  string // what rewrites programs before they are compiled, with its version; empty for nothing
	Flags     string // XLA_FLAGS
	PJRTNProc string // the variables for the number of threads, as they were when the client was made
	NProc     string
	CPUs      int    // that the process may use
	Processor string // model and features
}

// newMaker returns a function that returns the maker of a client's programs. The environment is read now, while the client is made; the plugin's
// hash and the processor when the first program comes, once.
func newMaker(path string, plugin *pjrttable.Plugin, rewriter string) func() (maker, error) {
	major, minor := plugin.Version()
	m := maker{API: api{major: major, minor: minor}.String(), Rewriter: rewriter, Flags: xlaFlags(),
		PJRTNProc: os.Getenv("PJRT_NPROC"), NProc: os.Getenv("NPROC"), CPUs: runtime.NumCPU()}
	return sync.OnceValues(func() (maker, error) {
		var err error
		if m.Plugin, err = hashOf(path); err != nil {
			return maker{}, fmt.Errorf("reading the plugin %s for its hash: %w", path, err)
		}
		m.Processor, err = compilecache.Processor()
		return m, err
	})
}

// hashOf returns the SHA-256 of a plugin: what its wheel says, which [checkUnchanged] has compared, or what its bytes give (200 MB take 0.2 s).
func hashOf(plugin string) (string, error) {
	if r, ok := recordOf(plugin); ok {
		return r.sha256, nil
	}
	f, err := os.Open(plugin)
	if err != nil {
		return "", err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// key returns the key under which a program is kept.
func (m maker) key(p pjrttable.Program) compilecache.Key {
	return compilecache.NewKey(p.Code, []byte(p.Format), p.Options, []byte(strconv.Itoa(p.Devices)),
		[]byte(m.Plugin), []byte(m.API), []byte(m.Rewriter), []byte(m.Flags), []byte(m.PJRTNProc), []byte(m.NProc),
		[]byte(strconv.Itoa(m.CPUs)), []byte(m.Processor))
}
