// Package filehash computes the SHA-256 of files, without holding them in memory.
package filehash

import (
	"crypto/sha256"
	"io"
	"os"
)

// SHA256 returns the hash of the file's bytes.
func SHA256(path string) (sum [sha256.Size]byte, err error) {
	file, err := os.Open(path)
	if err != nil {
		return sum, err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return sum, err
	}
	return [sha256.Size]byte(hash.Sum(nil)), nil
}
