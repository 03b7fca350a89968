package weights

import (
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"resnetlab/internal/filehash"
)

// IdentifyPublished returns the entry of torchvision's table whose file is at path. It is recognised by its name, or, if it was
// renamed, by its content, which is read only if the size is that of a published file.
func IdentifyPublished(path string) (p Published, ok bool, err error) {
	if p, ok := FindPublished(filepath.Base(path)); ok && strings.HasSuffix(strings.ToLower(path), ".pth") {
		return p, true, nil
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return Published{}, false, err
	}
	if !anyOfSize(info.Size()) {
		return Published{}, false, nil
	}
	hash, err := filehash.SHA256(path)
	if err != nil {
		return Published{}, false, fmt.Errorf("identifying weights: %w", err)
	}
	sum := hex.EncodeToString(hash[:])
	for _, p := range published {
		if strings.HasPrefix(sum, p.SHA256) || p.Older != "" && strings.HasPrefix(sum, p.Older) {
			return p, true, nil
		}
	}
	return Published{}, false, nil
}

// anyOfSize reports whether a file of so many bytes may be one of the table. The older files are up to 0.06 MiB smaller.
func anyOfSize(bytes int64) bool {
	for _, p := range published {
		if math.Abs(float64(bytes)/(1<<20)-p.SizeMiB) < 0.1 {
			return true
		}
	}
	return false
}

// CheckpointsFolder returns PyTorch's folder of downloaded weights, which this library shares: $TORCH_HOME/hub/checkpoints. The
// default of TORCH_HOME is $XDG_CACHE_HOME/torch, that of XDG_CACHE_HOME is ~/.cache (torch/hub.py).
func CheckpointsFolder() (string, error) {
	home := os.Getenv("TORCH_HOME")
	if home == "" {
		cache := os.Getenv("XDG_CACHE_HOME")
		if cache == "" {
			user, err := os.UserHomeDir()
			if err != nil {
				return "", fmt.Errorf("finding PyTorch's folder (TORCH_HOME names it): %w", err)
			}
			cache = filepath.Join(user, ".cache")
		}
		home = filepath.Join(cache, "torch")
	}
	if rest, ok := strings.CutPrefix(home, "~/"); ok { // as os.path.expanduser in Python
		if user, err := os.UserHomeDir(); err == nil {
			home = filepath.Join(user, rest)
		}
	}
	return filepath.Join(home, "hub", "checkpoints"), nil
}

// LocalPath returns the path of the entry's file in [CheckpointsFolder], under its newer or older name; "" if it is not there.
func (p Published) LocalPath() (string, error) {
	folder, err := CheckpointsFolder()
	if err != nil {
		return "", err
	}
	for _, name := range []string{p.File(), p.OlderFile()} {
		path := filepath.Join(folder, name)
		if info, err := os.Stat(path); name != "" && err == nil && info.Mode().IsRegular() {
			return path, nil
		}
	}
	return "", nil
}
