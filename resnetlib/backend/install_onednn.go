package backend

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"

	"resnetlab/resnetlib/backend/onednn"
)

//go:embed requirements-onednn.txt
var requirementsOneDNN string

// installOneDNN installs the library into a Python environment, beside XLA's plugin for the processor, and keeps one copy of its bytes on disk.
func installOneDNN(ctx context.Context, o InstallOptions) error {
	lib := libraryFolder(o.Venv)
	library := filepath.Join(lib, onednn.FileName)
	if err := pipInstall(ctx, o, requirementsOneDNN, onednn.Verify(library) != nil); err != nil {
		return err
	}
	if err := onednn.Verify(library); err != nil {
		return fmt.Errorf("%s: %w", library, err)
	}
	return linkDuplicates(lib, onednn.FileName, onednn.Duplicates)
}

// linkDuplicates replaces a folder's files called duplicates, which hold the bytes of the file called name, by symbolic links to it.
func linkDuplicates(dir, name string, duplicates []string) error {
	for _, duplicate := range duplicates {
		path := filepath.Join(dir, duplicate)
		if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
			continue
		}
		link := path + ".new" // renamed, so that there is a library under each name at any time
		os.Remove(link)       // left by a process that was killed
		if err := os.Symlink(name, link); err != nil {
			return fmt.Errorf("replacing a copy of %s by a link: %w", name, err)
		}
		if err := os.Rename(link, path); err != nil {
			os.Remove(link)
			return fmt.Errorf("replacing a copy of %s by a link: %w", name, err)
		}
	}
	return nil
}
