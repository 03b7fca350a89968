package weights

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// ErrExtension matches, with errors.Is, the error of [Write] for a name whose extension is not that of a known format.
var ErrExtension = errors.New("unknown extension")

// Write writes a state dict to path in the format of the extension: .safetensors as [WriteSafetensors], or .pth, .pt and .th as
// [WritePth].
func Write(path string, sd *StateDict) error {
	switch extension := strings.ToLower(filepath.Ext(path)); extension {
	case ".safetensors":
		return WriteSafetensors(path, sd, map[string]string{"format": "pt"})
	case ".pth", ".pt", ".th":
		return WritePth(path, sd)
	default:
		return fmt.Errorf("writing %s: %w %q: name the file .safetensors or .pth", path, ErrExtension, extension)
	}
}
