package datasets

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"resnetlab/resnetlib/transforms"
)

// file is a labelled picture on the disk.
type file struct {
	name  string // relative to the root, with /
	label int
}

// files is what ImageFolder and List share: named pictures below a root.
type files struct {
	root    string
	classes []string
	files   []file

	decode func(path string) (*transforms.RGB, error) // OpenOptions.Decode; nil: transforms.DecodeFile
}

// Len returns the number of pictures.
func (f *files) Len() int { return len(f.files) }

// Classes returns the names of the classes in label order.
func (f *files) Classes() []string { return f.classes }

// Entry returns the name of picture i, relative to the root and with /, and its label.
func (f *files) Entry(i int) (string, int) { return f.files[i].name, f.files[i].label }

// Sample decodes picture i; the error names its file.
func (f *files) Sample(i int) (Sample, error) {
	decode := f.decode
	if decode == nil {
		decode = transforms.DecodeFile
	}
	path := f.Path(i)
	if err := checkRegular(path); err != nil {
		return Sample{}, printableError(err, path)
	}
	image, err := decode(path)
	if err != nil {
		return Sample{}, printableError(err, path)
	}
	return Sample{Image: image, Label: f.files[i].label, Name: f.files[i].name}, nil
}

// Encoded returns the bytes of picture i's file, or nil if the data set was opened with [OpenOptions] that have a Decode.
func (f *files) Encoded(i int) ([]byte, error) {
	if f.decode != nil {
		return nil, nil
	}
	path := f.Path(i)
	if err := checkRegular(path); err != nil {
		return nil, printableError(err, path)
	}
	data, err := transforms.ReadFile(path)
	return data, printableError(err, path)
}

// checkRegular returns an error for a pipe, socket or device. It does not open the file: opening a pipe waits for a writer,
// which may never come. A folder or a file without a status is no error here: reading it gives one.
func checkRegular(path string) error {
	info, err := os.Stat(path)
	if err != nil || info.Mode().IsRegular() || info.IsDir() {
		return nil
	}
	return fmt.Errorf("reading a picture: %s is not a file but a %s", path, special(info.Mode()))
}

// special names the kind of a file that is neither regular nor a folder.
func special(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	}
	return "device"
}

// Path returns the path of picture i: absolute, or relative to the working directory if the data set was opened so.
func (f *files) Path(i int) string {
	name := filepath.FromSlash(f.files[i].name)
	if filepath.IsAbs(name) { // a list may name pictures anywhere
		return name
	}
	return filepath.Join(f.root, name)
}

// Size returns the length of picture i's file in bytes, 0 for a file that cannot be found, such as behind a broken link:
// [Check] reports it. The error is one of the system; see [IsSystemError].
func (f *files) Size(i int) (int64, error) {
	info, err := os.Stat(f.Path(i))
	switch {
	case IsSystemError(err):
		return 0, err
	case err != nil:
		return 0, nil
	}
	return info.Size(), nil
}
