package predict

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"resnetlab/resnetlib/transforms"
	"resnetlab/resnetlib/weights"
)

// Digest returns the sha256, in hex, of what a prediction depends on beside the pictures: the weights, the architecture's name and the
// preprocessing. The format of the weights' file and the order of its tensors do not matter.
func Digest(sd *weights.StateDict, arch string, preset transforms.Preset) (string, error) {
	hash := sha256.New()
	head := json.NewEncoder(hash)
	if err := head.Encode([]any{arch, preset, sd.Len()}); err != nil {
		return "", fmt.Errorf("digest of the network: %w", err)
	}
	for _, key := range slices.Sorted(slices.Values(sd.Keys())) {
		t, _ := sd.Get(key)
		if err := head.Encode([]any{key, t.DType, t.Shape}); err != nil { // dtype and shape say where the data end
			return "", fmt.Errorf("digest of the network: %s: %w", key, err)
		}
		_, _ = hash.Write(t.Data) // a hash cannot fail
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
