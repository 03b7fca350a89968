package runs

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strings"

	"resnetlab/resnetlib/weights"
)

// schemaError is the error of a file that another version of this program wrote.
type schemaError struct{ found int }

// Error names both versions and says what to do.
func (e *schemaError) Error() string {
	return fmt.Sprintf("it has schema %d, and this program reads schema %d: use the version of resnetlab that wrote it", e.found, Schema)
}

// encode returns the tensors and the metadata of the checkpoint's file. The checksum covers progress, keys, types, shapes and values.
func (c *Checkpoint) encode() (*weights.StateDict, map[string]string, error) {
	if c.Model == nil || c.Optimizer == nil {
		return nil, nil, errors.New("a checkpoint needs the state dicts of both the model and the optimizer")
	}
	c.Progress.Schema = Schema
	progress, err := json.Marshal(c.Progress)
	if err != nil {
		return nil, nil, err
	}
	all := weights.NewStateDict()
	for key, tensor := range c.Model.All() {
		all.Set(modelPrefix+key, tensor)
	}
	for key, tensor := range c.Optimizer.All() {
		all.Set(optimizerPrefix+key, tensor)
	}
	return all, map[string]string{progressKey: string(progress), checksumKey: checksum(string(progress), all)}, nil
}

// decodeCheckpoint checks the checksum of a checkpoint's file and returns its parts.
func decodeCheckpoint(file *weights.File) (*Checkpoint, error) {
	progress, ok := file.Metadata[progressKey]
	if !ok {
		return nil, errors.New("these are weights, not a checkpoint: the metadata has no progress")
	}
	if got, want := checksum(progress, file.AsStored()), file.Metadata[checksumKey]; got != want {
		return nil, fmt.Errorf("it is damaged: its content has the sha256 %s, and its metadata say %s", got, want)
	}
	c := &Checkpoint{Model: weights.NewStateDict(), Optimizer: weights.NewStateDict()}
	if err := json.Unmarshal([]byte(progress), &c.Progress); err != nil {
		return nil, err
	}
	if c.Progress.Schema != Schema {
		return nil, &schemaError{c.Progress.Schema}
	}
	for key, tensor := range file.AsStored().All() {
		if name, ok := strings.CutPrefix(key, modelPrefix); ok {
			c.Model.Set(name, tensor)
		} else if name, ok := strings.CutPrefix(key, optimizerPrefix); ok {
			c.Optimizer.Set(name, tensor)
		} else {
			return nil, fmt.Errorf("unexpected tensor %q", key)
		}
	}
	return c, nil
}

// checksum returns the sha256, in hexadecimal, of progress and of every tensor, sorted by key. The length of each part precedes it, so that
// different contents never give the same stream of bytes.
func checksum(progress string, all *weights.StateDict) string {
	sum := sha256.New()
	put(sum, []byte(progress))
	for _, key := range slices.Sorted(slices.Values(all.Keys())) {
		tensor, _ := all.Get(key)
		put(sum, []byte(key))
		put(sum, fmt.Append(nil, tensor.DType, tensor.Shape))
		put(sum, tensor.Data)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// put adds a part to the hash, after its length in 8 bytes.
func put(sum hash.Hash, part []byte) {
	sum.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(part))))
	sum.Write(part)
}
