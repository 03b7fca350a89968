package backend

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"resnetlab/resnetlib/backend/compilecache"
)

// CacheVariable is the environment variable that names the folder for compiled programs, or says "off".
const CacheVariable = "RESNETLAB_COMPILE_CACHE"

// errCacheOff matches errors about a cache that is switched off, as opposed to one that cannot be used.
var errCacheOff = errors.New("off")

// CompileCache describes the folder in which XLA's compiled programs are kept.
type CompileCache struct {
	Dir                   string `json:"dir,omitempty"`     // absolute
	Off                   bool   `json:"off"`               // it is not to be used; Problem says why
	Problem               string `json:"problem,omitempty"` // why programs are neither stored nor loaded
	compilecache.Contents        // what it holds
	Limit                 int64  `json:"limit"` // of the bytes; the least recently used programs are removed
}

// String returns the state in one line.
func (c CompileCache) String() string {
	if c.Problem != "" {
		return c.Problem
	}
	return fmt.Sprintf("%s: %d programs, %.1f of %d MB", c.Dir, c.Programs, float64(c.Bytes)/(1<<20), c.Limit>>20)
}

// FindCompileCache returns the state of the cache. It changes nothing.
func FindCompileCache() CompileCache {
	c := CompileCache{Limit: compilecache.Limit}
	dir, err := cacheFolder()
	if err == nil {
		c.Dir = dir
		if err = compilecache.Check(dir); err == nil {
			c.Contents, err = compilecache.Inspect(dir)
		}
	}
	if err != nil {
		c.Off, c.Problem = errors.Is(err, errCacheOff), oneLine(err.Error())
	}
	return c
}

// ClearCompileCache removes all compiled programs of the cache and returns how many these were. It removes nothing else from the folder.
func ClearCompileCache() (compilecache.Contents, error) {
	dir, err := cacheFolder()
	if err == nil {
		err = compilecache.Check(dir)
	}
	if err != nil {
		return compilecache.Contents{}, fmt.Errorf("emptying the compile cache: %w", err)
	}
	return compilecache.Clear(dir)
}

// cacheFolder returns the folder for compiled programs: the one that the environment names, else one in the user's cache folder.
func cacheFolder() (string, error) {
	dir := strings.TrimSpace(os.Getenv(CacheVariable))
	if xlaMissing != "" {
		return "", fmt.Errorf("%w: %s", errCacheOff, xlaMissing)
	}
	if dir == "off" {
		return "", fmt.Errorf("%w: %s says so", errCacheOff, CacheVariable)
	}
	if strings.Contains(xlaFlags(), "xla_dump") {
		return "", fmt.Errorf("%w: XLA_FLAGS asks for dumps, which are made only while a program is compiled", errCacheOff)
	}
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("no folder for compiled programs: %w; name one in %s", err, CacheVariable)
		}
		dir = filepath.Join(base, "resnetlab", "compiled")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("no folder for compiled programs: %s=%s: %w", CacheVariable, dir, err)
	}
	return abs, nil
}

// xlaFlags returns XLA_FLAGS, and the flags of the file that it names where it does not begin with "-" (xla/parse_flags_from_env.cc).
func xlaFlags() string {
	flags := os.Getenv("XLA_FLAGS")
	if path := strings.TrimSpace(flags); path != "" && !strings.HasPrefix(path, "-") {
		text, _ := os.ReadFile(path) // XLA itself reports a file that cannot be read
		return path + "\n" + string(text)
	}
	return flags
}
