package weights

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Write writes a state dict to path in the format that its extension asks for: .safetensors, or .pth (.pt, .th) as plain
// tensors.
func Write(path string, sd *StateDict) error {
	switch extension := strings.ToLower(filepath.Ext(path)); extension {
	case ".safetensors":
		return WriteSafetensors(path, sd, map[string]string{"format": "pt"})
	case ".pth", ".pt", ".th":
		return WritePth(path, sd)
	default:
		return fmt.Errorf("writing %s: the extension %q is neither .safetensors nor .pth", path, extension)
	}
}
