package weights

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// ErrExtension matches, with errors.Is, the error of [Write] for a name whose extension is not that of a known format.
var ErrExtension = errors.New("extension says the format")

// Write writes a state dict to path in the format that its extension asks for: .safetensors, or .pth (.pt, .th) as plain
// tensors.
func Write(path string, sd *StateDict) error {
	switch extension := strings.ToLower(filepath.Ext(path)); extension {
	case ".safetensors":
		return WriteSafetensors(path, sd, map[string]string{"format": "pt"})
	case ".pth", ".pt", ".th":
		return WritePth(path, sd)
	default:
		return fmt.Errorf("writing %s: the %w: it is %q, and .safetensors and .pth can be written", path, ErrExtension, extension)
	}
}
