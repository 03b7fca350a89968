package atomicfile

import (
	"fmt"
	"os"
	"path/filepath"
)

// Check says before the work what would keep [Write] from making path after it: no folder for it, a folder in its place, or, unless it is to be
// replaced, a file that holds something.
func Check(path string, overwrite bool) error {
	folder, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, err)
	}
	info, err := os.Stat(path)
	switch {
	case !folder.IsDir():
		return fmt.Errorf("%s cannot be written: %s is not a folder", path, filepath.Dir(path))
	case err != nil:
		return nil
	case info.IsDir():
		return fmt.Errorf("%s is a folder, and a file is to be written", path)
	case !overwrite && info.Mode().IsRegular() && info.Size() > 0:
		return fmt.Errorf("%s exists: --overwrite replaces it", path)
	}
	return nil
}
