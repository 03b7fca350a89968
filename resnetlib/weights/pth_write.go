package weights

import (
	"archive/zip"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"

	"resnetlab/internal/atomicfile"
)

// WritePth writes a state dict to path as torch.save(net.state_dict()) would, as plain tensors that
// torch.load(weights_only=True) reads; the file appears only when it is complete.
func WritePth(path string, sd *StateDict) error {
	return atomicfile.Write(path, func(w io.Writer) error { return EncodePth(w, sd) })
}

// EncodePth writes a state dict as a .pth file in the zip container.
func EncodePth(w io.Writer, sd *StateDict) error {
	if err := sd.check(); err != nil {
		return fmt.Errorf("pth: %w", err)
	}
	out := archiveWriter{zip: zip.NewWriter(w)}
	out.entry(pickleEntry, pickleStateDict(sd))
	out.entry(byteOrderEntry, []byte("little"))
	for i, key := range sd.keys {
		out.entry(storageFolder+strconv.Itoa(i), sd.tensors[key].Data)
	}
	out.entry("version", []byte("3\n"))
	if out.err != nil {
		return out.err
	}
	return out.zip.Close()
}

// archiveWriter writes stored entries, and keeps the first error.
type archiveWriter struct {
	zip     *zip.Writer
	written int // bytes so far
	err     error
}

// Sizes of a local file header of a zip archive, and what PyTorch aligns the content of entries to.
const (
	localHeaderSize = 30
	extraHeaderSize = 4
	entryAlignment  = 64
)

// entry writes one entry, its content at a multiple of 64 bytes so that it can be mapped into memory.
func (a *archiveWriter) entry(name string, content []byte) {
	if a.err != nil {
		return
	}
	header := &zip.FileHeader{
		Name: "archive/" + name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(content),
		CompressedSize64: uint64(len(content)), UncompressedSize64: uint64(len(content)),
	}
	begin := a.written + localHeaderSize + len(header.Name) + extraHeaderSize
	padding := (entryAlignment - begin%entryAlignment) % entryAlignment
	header.Extra = append([]byte{'F', 'B', byte(padding), 0}, make([]byte, padding)...) // PyTorch's own tag
	w, err := a.zip.CreateRaw(header)
	if err == nil {
		_, err = w.Write(content)
	}
	a.err = err
	a.written = begin + padding + len(content)
}

// pickleStateDict is the pickle, protocol 2, of an OrderedDict of tensors whose storages are numbered in order.
func pickleStateDict(sd *StateDict) []byte {
	p := pickler("\x80\x02")
	p.global("collections", "OrderedDict")
	p.emit(")R(")
	for i, key := range sd.keys {
		p.text(key)
		p.tensor(strconv.Itoa(i), sd.tensors[key])
	}
	p.emit("u")
	if sd.ModuleVersions != nil {
		p.metadata(sd.ModuleVersions)
	}
	p.emit(".")
	return p
}

// pickler appends opcodes; opcodes.go says what they mean.
type pickler []byte

func (p *pickler) emit(opcodes string) { *p = append(*p, opcodes...) }

func (p *pickler) global(module, name string) { p.emit("c" + module + "\n" + name + "\n") }

func (p *pickler) text(s string) {
	p.emit("X")
	*p = little.AppendUint32(*p, uint32(len(s)))
	p.emit(s)
}

// integer writes n as a signed 32-bit number, or as a long one of 8 bytes.
func (p *pickler) integer(n int) {
	if n <= math.MaxInt32 {
		p.emit("J")
		*p = little.AppendUint32(*p, uint32(n))
		return
	}
	p.emit("\x8a\x08")
	*p = little.AppendUint64(*p, uint64(n))
}

func (p *pickler) integers(values []int) {
	p.emit("(")
	for _, v := range values {
		p.integer(v)
	}
	p.emit("t")
}

// tensor writes _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks).
func (p *pickler) tensor(storage string, t *Tensor) {
	class := ""
	for _, row := range dtypes {
		if row.dtype == t.DType {
			class = row.storageClass
		}
	}
	p.global("torch._utils", "_rebuild_tensor_v2")
	p.emit("((")
	p.text("storage")
	p.global("torch", class)
	p.text(storage)
	p.text("cpu")
	p.integer(t.Size())
	p.emit("tQ")
	p.integer(0)
	p.integers(t.Shape)
	p.integers(contiguousStrides(t.Shape))
	p.emit("\x89")
	p.global("collections", "OrderedDict")
	p.emit(")RtR")
}

// metadata sets the attribute _metadata of the OrderedDict: {module: {"version": n}}.
func (p *pickler) metadata(versions map[string]int) {
	p.emit("}")
	p.text("_metadata")
	p.global("collections", "OrderedDict")
	p.emit(")R(")
	for _, module := range slices.Sorted(maps.Keys(versions)) {
		p.text(module)
		p.emit("}")
		p.text("version")
		p.integer(versions[module])
		p.emit("s")
	}
	p.emit("usb")
}

func contiguousStrides(shape []int) []int {
	strides := make([]int, len(shape))
	step := 1
	for i := len(shape) - 1; i >= 0; i-- {
		strides[i] = step
		step *= max(shape[i], 1)
	}
	return strides
}
