package flowers

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
)

// limits bound what an archive unpacks to, so that a small file cannot fill a disk.
type limits struct {
	entries int   // files, folders and headers
	bytes   int64 // unpacked
}

// published are generous limits for the published archive.
var published = limits{entries: 100_000, bytes: 4 << 30}

// unpack writes the files of a tar, gzipped or not, into the new folder dir. It makes folders and regular files alone:
// a link, a device, a path that is absolute or climbs out, a file twice, or more than the limits makes it an error.
func unpack(ctx context.Context, archive, dir string, most limits) error {
	file, err := os.Open(archive)
	if err != nil {
		return fmt.Errorf("unpacking: %w", err)
	}
	defer file.Close()
	if err := os.Mkdir(dir, 0o777); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir) // a second check: it refuses every path that leaves dir
	if err != nil {
		return err
	}
	defer root.Close()
	u := unpacker{root: root, left: most}
	if err := u.all(ctx, file); err != nil {
		var system *os.PathError
		stopped := ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx)))
		if stopped || errors.As(err, &system) && !errors.Is(err, os.ErrExist) { // a full disk is not the archive's fault
			return fmt.Errorf("unpacking %s: %w", archive, err)
		}
		return fmt.Errorf("%w: unpacking %s: %w", ErrArchive, archive, err)
	}
	return nil
}

type unpacker struct {
	root *os.Root
	left limits
}

func (u *unpacker) all(ctx context.Context, file io.Reader) error {
	reader, err := plain(file)
	if err != nil {
		return err
	}
	for archive := tar.NewReader(reader); ; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			_, err := io.Copy(io.Discard, io.LimitReader(reader, 1<<20)) // the padding, for gzip's checksum
			return err
		}
		if err != nil {
			return err
		}
		if u.left.entries--; u.left.entries < 0 {
			return errors.New("it has too many files")
		}
		if err := u.entry(header, archive); err != nil {
			return err
		}
	}
}

// plain returns the tar in file, which may be gzipped.
func plain(file io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(file, 1<<16)
	if magic, err := buffered.Peek(2); err != nil || magic[0] != 0x1f || magic[1] != 0x8b {
		return buffered, nil // if it is not a tar, package tar returns the error
	}
	return gzip.NewReader(buffered)
}

func (u *unpacker) entry(header *tar.Header, content io.Reader) error {
	if header.Typeflag == tar.TypeXGlobalHeader { // git archive's comment
		return nil
	}
	name := path.Clean(header.Name)
	if !filepath.IsLocal(filepath.FromSlash(header.Name)) {
		return fmt.Errorf("the path %q leads out of the folder", header.Name)
	}
	switch header.Typeflag {
	case tar.TypeDir:
		return u.root.MkdirAll(name, 0o777)
	case tar.TypeReg:
		return u.file(name, header.Size, content)
	}
	return fmt.Errorf("%q is no regular file but of type %q", header.Name, header.Typeflag)
}

func (u *unpacker) file(name string, size int64, content io.Reader) error {
	if u.left.bytes -= size; size < 0 || u.left.bytes < 0 {
		return errors.New("its files are too large together")
	}
	if err := u.root.MkdirAll(path.Dir(name), 0o777); err != nil {
		return err
	}
	file, err := u.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content) // package tar gives size bytes, or an error
	if closing := file.Close(); err == nil {
		err = closing
	}
	return err
}
