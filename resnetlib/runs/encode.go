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

// schemaError names both versions.
type schemaError struct{ found int }

func (e *schemaError) Error() string {
	return fmt.Sprintf("it has schema %d, and this program reads schema %d", e.found, Schema)
}

// encode joins the parts. The checksum covers progress, keys, types, shapes and values.
func (c *Checkpoint) encode() (*weights.StateDict, map[string]string, error) {
	if c.Model == nil || c.Optimizer == nil {
		return nil, nil, errors.New("a checkpoint needs the state dicts of both model and optimiser")
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

func decodeCheckpoint(file *weights.File) (*Checkpoint, error) {
	progress, ok := file.Metadata[progressKey]
	if !ok {
		return nil, errors.New("these are weights, not a checkpoint: the metadata has no progress")
	}
	if got, want := checksum(progress, file.AsStored()), file.Metadata[checksumKey]; got != want {
		return nil, fmt.Errorf("it is damaged: its sha256 is %s, and it says %s", got, want)
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

// checksum is the sha256 of progress and, sorted by key, of every tensor. Each part is preceded by its length, so that no
// two contents give the same stream.
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

func put(sum hash.Hash, part []byte) {
	sum.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(part))))
	sum.Write(part)
}
