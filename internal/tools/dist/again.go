package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// buildAgain builds the release a second time, from a copy of the sources in another folder and with an empty build cache, and compares all
// bytes.
func buildAgain(out, version string, chosen []target) error {
	dir, err := os.MkdirTemp("", "resnetlab-again-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	root := filepath.Join(dir, "elsewhere")
	if err := copySources(root); err != nil {
		return err
	}
	second := filepath.Join(dir, "release")
	if err := release(root, second, version, chosen, filepath.Join(dir, "cache")); err != nil {
		return err
	}
	if err := sameFolders(out, second); err != nil {
		return fmt.Errorf("two builds of the same sources differ: %w", err)
	}
	return nil
}

// copySources copies the files that git tracks, and untracked files that it does not ignore, to another folder.
func copySources(root string) error {
	list, err := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return fmt.Errorf("listing the sources (git ls-files): %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(list), "\x00"), "\x00") {
		text, err := os.ReadFile(name)
		if errors.Is(err, os.ErrNotExist) { // deleted, but not committed yet
			continue
		}
		if err == nil {
			err = errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o777), os.WriteFile(filepath.Join(root, name), text, 0o666))
		}
		if err != nil {
			return fmt.Errorf("copying the sources: %w", err)
		}
	}
	return nil
}

// sameFolders returns an error if the folders differ in the names or bytes of their files.
func sameFolders(a, b string) error {
	files, err := os.ReadDir(a)
	if err != nil {
		return err
	}
	others, err := os.ReadDir(b)
	if err != nil {
		return err
	}
	if len(files) != len(others) {
		return fmt.Errorf("%d files and %d", len(files), len(others))
	}
	for _, f := range files {
		one, err := os.ReadFile(filepath.Join(a, f.Name()))
		if err != nil {
			return err
		}
		two, err := os.ReadFile(filepath.Join(b, f.Name()))
		if err != nil {
			return err
		}
		if !bytes.Equal(one, two) {
			return errors.New(f.Name())
		}
	}
	return nil
}
