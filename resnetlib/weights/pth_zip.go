package weights

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
)

// Since PyTorch 1.6 a .pth is a zip archive: NAME/data.pkl is the pickle, NAME/data/KEY the bytes of the storage KEY,
// NAME/byteorder "little" or "big". Entries are stored, not compressed (see PyTorchStreamWriter in
// caffe2/serialize/inline_container.cc), so that tensors can be parts of the file as it lies in memory.
const (
	pickleEntry    = "data.pkl"
	storageFolder  = "data/"
	byteOrderEntry = "byteorder"
)

func readPthZip(data []byte) (*File, error) {
	archive, err := openArchive(data)
	if err != nil {
		return nil, err
	}
	if archive.has("constants.pkl") || archive.hasFolder("code/") {
		return nil, fmt.Errorf("this is a TorchScript program (torch.jit.save), not a state dict: " +
			"save it in Python with torch.save(torch.jit.load(f).state_dict(), ...)")
	}
	if err := archive.checkByteOrder(); err != nil {
		return nil, err
	}
	stream, err := archive.read(pickleEntry)
	if err != nil {
		return nil, err
	}
	var found storages
	machine := unpickler{data: stream, persistentLoad: found.declare}
	root, err := machine.load()
	if err != nil {
		return nil, err
	}
	if rest := len(stream) - machine.pos; rest != 0 {
		return nil, fmt.Errorf("%d bytes follow the pickle in %s", rest, pickleEntry)
	}
	if err := archive.readStorages(found.order); err != nil {
		return nil, err
	}
	file, err := fileFrom(root, archive.budget)
	if err != nil {
		return nil, err
	}
	file.Format = FormatPthZip
	return file, nil
}

// readStorages sets the bytes of the storages that the pickle names.
func (a *archive) readStorages(storages []*storage) (err error) {
	for _, s := range storages {
		if s.data, err = a.read(storageFolder + s.key); err != nil {
			return err
		}
		if want := s.length * s.size; len(s.data) != want {
			return fmt.Errorf("storage %.80q has %d bytes, and its tensors need %d", s.key, len(s.data), want)
		}
	}
	return nil
}

// archive is a zip archive in memory.
type archive struct {
	data    []byte
	root    string // the folder that holds all entries, with a slash at the end
	entries map[string]*zip.File
	budget  *budget
}

func openArchive(data []byte) (*archive, error) {
	reader, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("a damaged or cut zip archive: %w", err)
	}
	a := &archive{data: data, entries: map[string]*zip.File{}, budget: newBudget(len(data))}
	pickles := 0
	for _, f := range reader.File {
		if a.entries[f.Name] != nil {
			return nil, fmt.Errorf("the archive has two entries named %.80q", f.Name)
		}
		a.entries[f.Name] = f
		if folder, ok := strings.CutSuffix(f.Name, pickleEntry); ok && strings.Count(folder, "/") <= 1 {
			a.root = folder
			pickles++
		}
	}
	switch pickles {
	case 0:
		return nil, fmt.Errorf("a zip archive without %s, which PyTorch did not write", pickleEntry)
	case 1:
		return a, nil
	}
	return nil, fmt.Errorf("the archive has %s in %d folders", pickleEntry, pickles)
}

func (a *archive) has(name string) bool { return a.entries[a.root+name] != nil }

func (a *archive) hasFolder(name string) bool {
	for entry := range a.entries {
		if strings.HasPrefix(entry, a.root+name) {
			return true
		}
	}
	return false
}

func (a *archive) checkByteOrder() error {
	if !a.has(byteOrderEntry) {
		return nil // PyTorch before 2.1, on a little-endian machine
	}
	order, err := a.read(byteOrderEntry)
	if err == nil && string(order) != "little" {
		err = fmt.Errorf("its numbers are in %.20q byte order, and only \"little\" is read", order)
	}
	return err
}

// read returns the content of an entry after checking its CRC-32: a part of the archive's memory unless it is compressed.
func (a *archive) read(name string) ([]byte, error) {
	f := a.entries[a.root+name]
	if f == nil {
		return nil, fmt.Errorf("the archive has no entry %.80q", a.root+name)
	}
	content, err := a.content(f)
	if err != nil {
		return nil, fmt.Errorf("entry %.80q: %w", f.Name, err)
	}
	if crc32.ChecksumIEEE(content) != f.CRC32 {
		return nil, fmt.Errorf("entry %.80q: its CRC-32 does not match: the file is damaged, or was saved without checksums", f.Name)
	}
	return content, nil
}

func (a *archive) content(f *zip.File) ([]byte, error) {
	const encrypted = 1
	if f.Flags&encrypted != 0 {
		return nil, fmt.Errorf("is encrypted")
	}
	begin, err := f.DataOffset()
	if err != nil {
		return nil, fmt.Errorf("is not where the archive's directory says: %w", err)
	}
	if size := uint64(len(a.data)); f.CompressedSize64 > size || uint64(begin) > size-f.CompressedSize64 {
		return nil, fmt.Errorf("its %d bytes reach beyond the end of the file", f.CompressedSize64)
	}
	raw := a.data[begin : begin+int64(f.CompressedSize64)]
	switch {
	case f.Method == zip.Deflate:
		return a.inflate(f)
	case f.Method != zip.Store:
		return nil, fmt.Errorf("compression method %d is not supported", f.Method)
	case f.UncompressedSize64 != f.CompressedSize64:
		return nil, fmt.Errorf("is stored, and its sizes are %d and %d", f.CompressedSize64, f.UncompressedSize64)
	}
	return raw, nil
}

// maxInflation is how much larger than its compressed form an entry may be. Weights hardly compress, a pickle tenfold.
const maxInflation = 50

// inflate unpacks an entry of an archive that was packed again; torch.save does not compress. The size is held against
// limits before anything is unpacked.
func (a *archive) inflate(f *zip.File) ([]byte, error) {
	if f.UncompressedSize64/maxInflation > f.CompressedSize64 {
		return nil, fmt.Errorf("would grow from %d to %d bytes when unpacked", f.CompressedSize64, f.UncompressedSize64)
	}
	if err := a.budget.spend(int(f.UncompressedSize64)); err != nil {
		return nil, err
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	content := make([]byte, f.UncompressedSize64)
	if _, err := io.ReadFull(r, content); err != nil {
		return nil, fmt.Errorf("unpacking: %w", err)
	}
	return content, nil
}
