package weights

import (
	"strings"
	"unicode/utf8"
)

// headSize is how much of a file is looked at to tell what it is; the mark of a tar archive lies at 257.
const headSize = 512

func head(data []byte) string { return string(data[:min(len(data), headSize)]) }

// foreignKind says in words what a file is that often stands where weights should be, "" if nothing is known about it.
func foreignKind(data []byte) string {
	start := head(data)
	lower := strings.ToLower(strings.TrimSpace(start))
	has := func(prefix string) bool { return strings.HasPrefix(start, prefix) }
	switch {
	case start == "":
		return "an empty file"
	case has("version https://git-lfs.github.com"):
		return "a Git LFS pointer (fetch the file itself with `git lfs pull`)"
	case strings.HasPrefix(lower, "<!doctype html"), strings.HasPrefix(lower, "<html"):
		return "an HTML page (the download gave an error page)"
	case has("\x1f\x8b"):
		return "a gzip archive (unpack it first)"
	case len(start) > 262 && start[257:262] == "ustar":
		return "a tar archive (PyTorch before 0.1.10 saved so; PyTorch can load it and save it anew)"
	case has("\xff\xd8\xff"):
		return "a JPEG picture"
	case has("\x89PNG"):
		return "a PNG picture"
	case has("\x89HDF\r\n\x1a\n"):
		return "an HDF5 file (Keras)"
	case has("PK") && !has("PK\x03\x04"), start == "P":
		return "a zip archive without content"
	case isText(start):
		return "a text file"
	}
	return ""
}

func isText(start string) bool {
	for _, r := range start[:max(0, len(start)-utf8.UTFMax)] { // the last letter may be cut
		if r == utf8.RuneError || r < ' ' && !strings.ContainsRune("\t\r\n\f", r) {
			return false
		}
	}
	return len(start) > utf8.UTFMax
}
