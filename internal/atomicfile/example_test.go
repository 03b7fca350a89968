package atomicfile_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"resnetlab/internal/atomicfile"
)

// A writer that fails leaves the old file as it was, and nothing beside it.
func ExampleWrite() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "weights.bin")
	if err := atomicfile.WriteBytes(path, []byte("first")); err != nil {
		log.Fatal(err)
	}
	err = atomicfile.Write(path, func(w io.Writer) error {
		_, _ = io.WriteString(w, "sec")
		return errors.New("no space left on device")
	})
	content, _ := os.ReadFile(path)
	entries, _ := os.ReadDir(dir)
	fmt.Println(err != nil, string(content), len(entries))
	// Output:
	// true first 1
}
