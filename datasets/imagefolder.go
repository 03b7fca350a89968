package datasets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

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

	// Decode reads one picture; transforms.DecodeFile unless it is set, before the first use.
	Decode func(path string) (*transforms.RGB, error)
}

func (f *files) Len() int                  { return len(f.files) }
func (f *files) Classes() []string         { return f.classes }
func (f *files) Entry(i int) (string, int) { return f.files[i].name, f.files[i].label }

// Sample decodes picture i; the error names its file.
func (f *files) Sample(i int) (Sample, error) {
	decode := f.Decode
	if decode == nil {
		decode = transforms.DecodeFile
	}
	image, err := decode(f.Path(i))
	return Sample{Image: image, Label: f.files[i].label, Name: f.files[i].name}, err
}

// Encoded is the file of picture i, unless Decode has its own way to read it.
func (f *files) Encoded(i int) ([]byte, error) {
	if f.Decode != nil {
		return nil, nil
	}
	return transforms.ReadFile(f.Path(i))
}

// Path is the picture's file: absolute, or relative to the working folder if the root was.
func (f *files) Path(i int) string {
	name := filepath.FromSlash(f.files[i].name)
	if filepath.IsAbs(name) { // a list may name pictures anywhere
		return name
	}
	return filepath.Join(f.root, name)
}

// Size is the length of the file in bytes. A broken link has none and counts as 0: what cannot be read is found by
// Check, not here.
func (f *files) Size(i int) (int64, error) {
	info, err := os.Stat(f.Path(i))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, nil
	case err != nil:
		return 0, err
	}
	return info.Size(), nil
}

// ImageFolder is a folder with one folder per class, by the rules of torchvision.datasets.ImageFolder: classes are
// the sorted names of the folders, pictures are found at any depth by their extension in any case, symbolic links
// are followed, and the order is torchvision's (by folder, then by file name). Beyond torchvision, names that begin
// with a dot are left out (.ipynb_checkpoints is no class) and a link into a folder that contains it is not followed.
type ImageFolder struct{ files }

// NewImageFolder lists dir. A class without a picture is an error, as in torchvision.
func NewImageFolder(dir string) (*ImageFolder, error) {
	fail := func(err error) (*ImageFolder, error) { return nil, fmt.Errorf("image folder %s: %w", dir, err) }
	classes, err := subfolders(dir)
	if err != nil {
		return fail(err)
	}
	if len(classes) == 0 {
		return fail(errors.New("no class folders in it; expected CLASS/picture.jpg for each class"))
	}
	folder := &ImageFolder{files{root: dir, classes: classes}}
	var empty []string
	for label, class := range classes {
		names, _, err := pictures(context.Background(), dir, class)
		if err != nil {
			return fail(err)
		}
		if len(names) == 0 {
			empty = append(empty, class)
		}
		for _, name := range names {
			folder.files.files = append(folder.files.files, file{name, label})
		}
	}
	if empty != nil {
		return fail(fmt.Errorf("%w of class %s; supported extensions are: %s",
			errNoPictures, strings.Join(empty, ", "), strings.Join(transforms.Extensions, " ")))
	}
	return folder, nil
}

// Pictures lists the picture files below dir at any depth, by their extension, sorted by path: relative to dir, with /.
func Pictures(dir string) ([]string, error) {
	names, _, err := ListPictures(context.Background(), dir)
	return names, err
}

// ListPictures is Pictures that stops with ctx (on a slow disk a million files take their time) and counts the files that are none, by ending.
func ListPictures(ctx context.Context, dir string) (names []string, others map[string]int, err error) {
	names, others, err = pictures(ctx, dir, ".")
	if err != nil {
		return nil, nil, fmt.Errorf("listing pictures: %w", err)
	}
	slices.Sort(names)
	return names, others, nil
}

// Dir is the folder given to NewImageFolder.
func (f *ImageFolder) Dir() string { return f.root }

// subfolders returns the sorted names of the folders in dir; links to folders are folders.
func subfolders(dir string) (names []string, err error) {
	entries, err := os.ReadDir(dir) // sorted by name
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if hidden(entry.Name()) {
			continue
		}
		if info, err := os.Stat(filepath.Join(dir, entry.Name())); err == nil && info.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

func hidden(name string) bool { return strings.HasPrefix(name, ".") }

// pictures returns the pictures of root/class at any depth, relative to root. torchvision sorts the folders by path,
// then each folder's files by name, so c/z.jpg comes before c/a/1.jpg.
func pictures(ctx context.Context, root, class string) (found []string, others map[string]int, err error) {
	w := walker{ctx: ctx, root: root, others: map[string]int{}}
	if err := w.walk(class, nil); err != nil {
		return nil, nil, err
	}
	slices.SortFunc(w.found, func(a, b string) int {
		return cmp.Or(cmp.Compare(path.Dir(a), path.Dir(b)), cmp.Compare(a, b))
	})
	return w.found, w.others, nil
}

type walker struct {
	ctx   context.Context
	root  string
	found []string

	others map[string]int // files that are no pictures, by ending
}

// walk adds the pictures below folder. above holds the folders that it lies in, itself excluded.
func (w *walker) walk(folder string, above []fs.FileInfo) error {
	if w.ctx.Err() != nil {
		return context.Cause(w.ctx)
	}
	dir := filepath.Join(w.root, filepath.FromSlash(folder))
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, info) }) {
		return nil // a link back up: its pictures are listed already
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	above = append(slices.Clip(above), info)
	for _, entry := range entries {
		if hidden(entry.Name()) {
			continue
		}
		if err := w.visit(path.Join(folder, entry.Name()), entry, above); err != nil {
			return err
		}
	}
	return nil
}

// visit adds a picture or walks into a folder. A link that leads nowhere is kept, as in torchvision: it is a picture
// that cannot be read, and Check says so. A pipe or device is not: opening it could wait for ever.
func (w *walker) visit(name string, entry fs.DirEntry, above []fs.FileInfo) error {
	mode := entry.Type()
	if mode&fs.ModeSymlink != 0 {
		if info, err := os.Stat(filepath.Join(w.root, filepath.FromSlash(name))); err == nil {
			mode = info.Mode().Type()
		}
	}
	switch {
	case mode.IsDir():
		return w.walk(name, above)
	case (mode.IsRegular() || mode == fs.ModeSymlink) && transforms.HasImageExtension(name):
		w.found = append(w.found, name)
	case mode.IsRegular():
		w.others[strings.ToLower(path.Ext(name))]++
	}
	return nil
}
