//go:build linux && cgo && !noxla

package backend

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"

	"github.com/gomlx/go-xla/compute/xla"

	"resnetlab/internal/filehash"
	"resnetlab/internal/nativeconv"
	"resnetlab/resnetlib/backend/aliasing"
	"resnetlab/resnetlib/backend/compilecache"
	"resnetlab/resnetlib/backend/largeblocks"
	"resnetlab/resnetlib/backend/onednn"
	"resnetlab/resnetlib/backend/pjrttable"
	"resnetlab/resnetlib/backend/stablehlo"
)

// withHooks calls open, which makes a client under the plugin's name, such that its programs come from the cache, oneDNN computes their
// convolutions, and they need less memory (packages aliasing and largeblocks). Only XLA on the processor has these. Where one cannot be used, the
// client is made without it. version is that of oneDNN, empty where it is not used.
func withHooks(f Found, name string, o Options, open func() (*xla.Backend, error)) (b *xla.Backend, version string, err error) {
	h := hooking{program: o.Work.Program, cacheProblem: onceOnly(o.Log, "compile cache: %s; XLA compiles as usual"),
		oneDNNProblem: onceOnly(o.Log, "oneDNN: %s; XLA computes these convolutions itself")}
	if f.Name != XLACPU || !h.load(f.Plugin) {
		b, err = open()
		return b, "", err
	}
	err = h.plugin.NewClient(name, h.hooks(f.Plugin), func() (err error) {
		b, err = open()
		return err
	})
	if err == nil && h.oneDNN != nil {
		nativeconv.Use(b)
		version = h.oneDNN.Version
	}
	return b, version, err
}

// onceOnly returns a function that passes the first error on as one line: a folder that cannot be written would give one for each program.
func onceOnly(log func(string), format string) func(error) {
	var once sync.Once
	return func(err error) {
		if log != nil {
			once.Do(func() { log(fmt.Sprintf(format, oneLine(err.Error()))) })
		}
	}
}

// hooking is what stands between go-xla and the plugin while a client is made.
type hooking struct {
	program                     string              // name of the client's program; empty for none
	cache                       *compilecache.Cache // nil for none
	library                     string              // path of oneDNN; empty for none
	plugin                      *pjrttable.Plugin
	oneDNN                      *onednn.Library // registered with the plugin; nil for none
	cacheProblem, oneDNNProblem func(error)
}

// find looks for the cache, and for oneDNN for the plugin at path.
func (h *hooking) find(path string) {
	dir, err := cacheFolder()
	if err == nil {
		h.cache, err = compilecache.Open(dir)
	}
	if err != nil && !errors.Is(err, errCacheOff) {
		h.cacheProblem(err)
	}
	found, err := findOneDNN(path)
	if err != nil && !withoutOneDNN(err) {
		h.oneDNNProblem(err)
	}
	h.library = found.Path
}

// load loads the plugin, takes over its large blocks of memory and registers oneDNN with it. It reports whether the client can have hooks.
func (h *hooking) load(path string) bool {
	h.find(path)
	var err error
	if h.plugin, err = pjrttable.Load(path); err != nil {
		if h.cache != nil {
			h.cacheProblem(err)
		}
		if h.library != "" {
			h.oneDNNProblem(err)
		}
		return false
	}
	_ = largeblocks.Install(path) // without it XLA needs more memory, no more
	if h.library != "" {
		library, err := onednn.Open(h.library)
		if err == nil {
			err = library.Register(h.plugin.Table())
		}
		if err == nil {
			h.oneDNN = library
		} else {
			h.oneDNNProblem(err)
		}
	}
	return true
}

// hooks returns the hooks of the client of the plugin at path.
func (h *hooking) hooks(path string) pjrttable.Hooks {
	hooks := pjrttable.Hooks{Log: func(err error) {
		if errors.Is(err, pjrttable.ErrRewrite) {
			h.oneDNNProblem(err)
		} else {
			h.cacheProblem(err)
		}
	}}
	var passes []stablehlo.Pass
	rewriter := ""
	if h.oneDNN != nil {
		passes = append(passes, onednn.Rewrite)
		rewriter = fmt.Sprint("oneDNN ", h.oneDNN.Version, " ", onednn.Handlers)
	}
	passes = append(passes, aliasing.Program)
	hooks.Rewrite = func(program []byte) ([]byte, error) { return stablehlo.Rewrite(program, passes...) }
	if h.cache == nil {
		return hooks
	}
	maker := newMaker(path, h.plugin, rewriter)
	hooks.Cache = func(p pjrttable.Program) pjrttable.Entry {
		m, err := maker()
		if err != nil {
			h.cacheProblem(err)
			return nil
		}
		return namedEntry{h.cache.Entry(m.key(p)), h.program}
	}
	return hooks
}

// namedEntry gives the programs that it loads or stores the name of the work, if that has one.
type namedEntry struct {
	*compilecache.Entry
	name string
}

// Load loads the program.
func (e namedEntry) Load(use func(payload []byte) error) (loaded bool, err error) {
	if loaded, err = e.Entry.Load(use); loaded {
		e.note()
	}
	return loaded, err
}

// Store stores the program.
func (e namedEntry) Store(serialize func() ([]byte, error)) error {
	err := e.Entry.Store(serialize)
	if err == nil {
		e.note()
	}
	return err
}

// note writes the name down. Without it a later process takes the program for one that must be compiled, no more.
func (e namedEntry) note() {
	if e.name != "" {
		_ = e.Name(e.name)
	}
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
	sum, err := filehash.SHA256(plugin)
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(sum[:]), nil
}

// key returns the key under which a program is kept.
func (m maker) key(p pjrttable.Program) compilecache.Key {
	return compilecache.NewKey(p.Code, []byte(p.Format), p.Options, []byte(strconv.Itoa(p.Devices)),
		[]byte(m.Plugin), []byte(m.API), []byte(m.Rewriter), []byte(m.Flags), []byte(m.PJRTNProc), []byte(m.NProc),
		[]byte(strconv.Itoa(m.CPUs)), []byte(m.Processor))
}
