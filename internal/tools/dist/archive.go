package main

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"fmt"
	"slices"
	"time"
)

// entry is a file of an archive.
type entry struct {
	name    string
	content []byte
	mode    int64
}

// epoch is the time of every file in an archive. With the build's own time every archive would be different.
var epoch = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// archive packs files into a tar.gz with one folder. The same files give the same bytes: they are sorted and have a fixed time and no owner.
func archive(folder string, files []entry) ([]byte, error) {
	files = slices.SortedFunc(slices.Values(files), func(a, b entry) int { return cmp.Compare(a.name, b.name) })
	var out bytes.Buffer
	zipped, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	writer := tar.NewWriter(zipped)
	for _, f := range files {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: folder + "/" + f.name, Size: int64(len(f.content)), Mode: f.mode, ModTime: epoch, Format: tar.FormatUSTAR}
		if err := writer.WriteHeader(header); err != nil {
			return nil, fmt.Errorf("archive %s: %w", folder, err)
		}
		if _, err := writer.Write(f.content); err != nil {
			return nil, fmt.Errorf("archive %s: %w", folder, err)
		}
	}
	if err := writer.Close(); err != nil {
		return nil, fmt.Errorf("archive %s: %w", folder, err)
	}
	err = zipped.Close()
	return out.Bytes(), err
}
