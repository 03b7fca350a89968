package weights

import "fmt"

// Limits for hostile files, which claim more than they hold. What torch.save and safetensors write stays far below them.
const (
	maxSafetensorsHeader = 100_000_000 // the format's own limit, in bytes
	maxPickleSteps       = 2 << 20     // opcodes; the checkpoint of a ResNet-152 with Adam's moments has about 100,000
	maxIntegerBytes      = 16          // of a long integer; the legacy magic number has 10
	maxRank              = 64          // dimensions of a tensor, as in NumPy
	maxKeyLength         = 1 << 12     // bytes; deep networks' keys have about 100
	maxWrapperDepth      = 4           // dicts around a state dict
)

// budget is the number of bytes that a file's tensors may have together, and that may be unpacked from it: four times
// its size and 64 MiB. Tensors that share a storage or are expanded can be larger than their file, within reason.
type budget int64

func newBudget(fileSize int) *budget {
	b := budget(4*int64(fileSize) + 64<<20)
	return &b
}

func (b *budget) spend(bytes int) error {
	if budget(bytes) > *b {
		return fmt.Errorf("its tensors are much larger than the file itself")
	}
	*b -= budget(bytes)
	return nil
}
