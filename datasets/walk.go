package datasets

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"resnetlab/resnetlib/transforms"
)

// Pictures lists the picture files below dir at any depth, which it recognises by their extension. The names are sorted paths,
// relative to dir, with slashes. It does not stop before the end; see [ListPictures].
func Pictures(dir string) ([]string, error) {
	names, _, err := ListPictures(context.Background(), dir)
	return names, err
}

// ListPictures lists the picture files below dir as [Pictures] does. others counts the other files by their extension in lower
// case; a pipe, socket or device with the extension of a picture counts as ".png (named pipe)" there. It stops at the end of ctx,
// since a million files on a slow disk take long, and returns soon after it even if the disk hangs.
func ListPictures(ctx context.Context, dir string) (names []string, others map[string]int, err error) {
	return listBelow(ctx, dir, nil)
}

// ListData lists the picture files of a data set: dir holds a folder per class, or train/, val/ and test/. It differs from
// [ListPictures] in that it follows links as [Open] does, so that no link puts a picture into a second class or part.
func ListData(ctx context.Context, dir string) (names []string, others map[string]int, err error) {
	return listBelow(ctx, dir, partFolders(dir))
}

func listBelow(ctx context.Context, dir string, parts []string) (names []string, others map[string]int, err error) {
	w := newWalker(ctx, dir, parts)
	var group sync.WaitGroup
	var failure error
	group.Go(func() { failure = w.walk(".", nil) })
	if !wait(ctx, &group) { // the walker is still at work, and stays its goroutine's
		return nil, nil, fmt.Errorf("listing pictures: %w", context.Cause(ctx))
	}
	if failure != nil {
		return nil, nil, fmt.Errorf("listing pictures: %w", failure)
	}
	slices.Sort(w.found)
	return w.found, w.others, nil
}

// partFolders returns the image folders of the data in dir: those of train, val and test that are there, or dir itself
// where there is no train.
func partFolders(dir string) (folders []string) {
	if !isFolder(dir, "train") {
		return []string{dir}
	}
	for _, part := range partNames {
		if isFolder(dir, part) {
			folders = append(folders, filepath.Join(dir, part))
		}
	}
	return folders
}

// walker collects the pictures below a folder.
type walker struct {
	ctx  context.Context
	root string
	// parts are the image folders of the data, without links in their paths. A link from inside the data back to them,
	// into them or to a folder above them is not followed: the same picture would have two classes, or be trained on and
	// validated on. Empty where the pictures have no classes.
	parts []string

	found  []string       // relative to root, with /
	others map[string]int // files that are no pictures, by extension
}

func newWalker(ctx context.Context, root string, parts []string) *walker {
	w := &walker{ctx: ctx, root: root, others: map[string]int{}}
	for _, part := range parts {
		if real, err := resolve(part); err == nil { // one that is not there is no link's target
			w.parts = append(w.parts, real)
		}
	}
	return w
}

// resolve returns the absolute path of a file or folder, without links.
func resolve(name string) (string, error) {
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		return "", err
	}
	return filepath.Abs(real)
}

// inOrder returns what was found in torchvision's order: sorted by folder, then by file name, so that c/z.jpg comes
// before c/a/1.jpg.
func (w *walker) inOrder() []string {
	slices.SortFunc(w.found, func(a, b string) int {
		return cmp.Or(cmp.Compare(path.Dir(a), path.Dir(b)), cmp.Compare(a, b))
	})
	return w.found
}

// walkClass adds the pictures of a class folder, unless it is a link back into the data.
func (w *walker) walkClass(class string) error {
	info, err := os.Lstat(w.path(class))
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 && w.leadsBack(class) {
		return nil
	}
	return w.walk(class, nil)
}

// walk adds the pictures below folder. above holds the folders around it, up to the root: a link to one of them is not followed.
func (w *walker) walk(folder string, above []fs.FileInfo) error {
	if w.ctx.Err() != nil {
		return context.Cause(w.ctx)
	}
	dir := w.path(folder)
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, info) }) {
		return nil // a link to a folder above: its pictures are listed already
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
		if err := w.visit(path.Join(folder, entry.Name()), entry.Type(), above); err != nil {
			return err
		}
	}
	return nil
}

// visit adds a picture or walks into a folder. A link to nothing is kept, as in torchvision: it is a picture that cannot
// be read, and Check says so. A pipe or device is not: opening it could wait for ever.
func (w *walker) visit(name string, mode fs.FileMode, above []fs.FileInfo) error {
	isLink := mode&fs.ModeSymlink != 0
	if isLink {
		info, err := os.Stat(w.path(name))
		if IsSystemError(err) {
			return err
		}
		if err == nil {
			mode = info.Mode().Type()
		}
	}
	extension := strings.ToLower(path.Ext(name))
	switch isPicture := transforms.HasImageExtension(name); {
	case mode.IsDir():
		if isLink && w.leadsBack(name) {
			return nil
		}
		return w.walk(name, above)
	case (mode.IsRegular() || mode == fs.ModeSymlink) && isPicture:
		w.found = append(w.found, name)
	case mode.IsRegular():
		w.others[extension]++
	case isPicture:
		w.others[fmt.Sprintf("%s (%s)", extension, special(mode))]++
	}
	return nil
}

// leadsBack reports whether a link leads to, into or above one of the data's image folders. A hidden folder among them
// (such as a store that all classes are links into) is no part of the data.
func (w *walker) leadsBack(name string) bool {
	if w.isPart(name) {
		return false
	}
	target, err := resolve(w.path(name))
	if err != nil {
		return false
	}
	return slices.ContainsFunc(w.parts, func(part string) bool {
		if inside(target, part) {
			return true
		}
		relative, err := filepath.Rel(part, target)
		return err == nil && inside(part, target) && !slices.ContainsFunc(strings.Split(filepath.ToSlash(relative), "/"), hidden)
	})
}

// isPart reports whether name is itself an image folder of the data, such as a val that links to a folder elsewhere.
func (w *walker) isPart(name string) bool {
	return slices.Contains(partNames, name) && isFolder(w.root, "train")
}

// path returns where a name relative to the root lies.
func (w *walker) path(name string) string { return filepath.Join(w.root, filepath.FromSlash(name)) }
