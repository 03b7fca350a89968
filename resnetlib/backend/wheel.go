package backend

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"resnetlab/internal/filehash"
)

// wheel is a Python wheel that holds a plugin.
type wheel struct {
	kind         string // its name for Install
	folder       string // in site-packages, where the plugin is opened
	requirements string // pip's, pinned by hash
}

var wheels = map[kind]wheel{
	cpuKind:  {kind: "cpu", folder: "lammps_jax_pjrt_cpu", requirements: requirementsCPU},
	cudaKind: {kind: "cuda", folder: "nvidia", requirements: requirementsCUDA}, // linkCUDA puts it there
}

// checkWheelFits returns an error for a system or a processor that the wheels are not for.
func checkWheelFits(goos, goarch string) error {
	if goos == "linux" && goarch == "amd64" {
		return nil
	}
	return fmt.Errorf("there is no PJRT wheel for %s/%s (linux/amd64 only): the Go backend serves", goos, goarch)
}

// record is the line of a wheel's RECORD for its plugin.
type record struct {
	path   string // of RECORD itself
	name   string // "lammps-jax-pjrt-cpu 0.11.2"
	sha256 string // base64url without padding
	size   int64
}

// recordOf finds the RECORD that lists the plugin, in the site-packages that it lies in. ok is false for a plugin that came in no wheel.
func recordOf(plugin string) (r record, ok bool) {
	if real, err := filepath.EvalSymlinks(plugin); err == nil {
		plugin = real
	}
	site, ok := sitePackagesOf(plugin)
	if !ok {
		return record{}, false
	}
	inside, err := filepath.Rel(site, plugin)
	if err != nil {
		return record{}, false
	}
	infos, _ := filepath.Glob(filepath.Join(site, "*pjrt*.dist-info"))
	for _, info := range infos {
		if r, ok := readRecord(filepath.Join(info, "RECORD"), filepath.ToSlash(inside)); ok {
			name, version, _ := strings.Cut(strings.TrimSuffix(filepath.Base(info), ".dist-info"), "-")
			r.name = strings.ReplaceAll(name, "_", "-") + " " + version
			return r, true
		}
	}
	return record{}, false
}

// sitePackagesOf returns the site-packages folder that a file lies in.
func sitePackagesOf(path string) (site string, ok bool) {
	for site = filepath.Dir(path); filepath.Dir(site) != site; site = filepath.Dir(site) {
		if filepath.Base(site) == "site-packages" {
			return site, true
		}
	}
	return "", false
}

// readRecord finds a file's line "path,sha256=HASH,SIZE" (https://packaging.python.org/en/latest/specifications/recording-installed-packages/).
func readRecord(path, file string) (record, bool) {
	f, err := os.Open(path)
	if err != nil {
		return record{}, false
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		rest, ok := strings.CutPrefix(lines.Text(), file+",sha256=")
		if !ok {
			continue
		}
		hash, length, _ := strings.Cut(rest, ",")
		size, err := strconv.ParseInt(length, 10, 64)
		return record{path: path, sha256: hash, size: size}, err == nil
	}
	return record{}, false
}

// checkUnchanged returns an error for a plugin whose bytes are not those of its wheel. Reading 200 MB takes a second, so the content is read only
// where the file is newer than its RECORD, which pip writes last. A plugin that came in no wheel passes.
func checkUnchanged(plugin string) error {
	r, ok := recordOf(plugin)
	if !ok {
		return nil
	}
	info, err := os.Stat(plugin)
	if err != nil {
		return err
	}
	if info.Size() != r.size {
		return fmt.Errorf("damaged: %d bytes, its wheel (%s) has %d", info.Size(), r.name, r.size)
	}
	if written, err := os.Stat(r.path); err == nil && !info.ModTime().After(written.ModTime()) {
		return nil
	}
	return r.verify(plugin)
}

// verify compares the whole file with the wheel's hash.
func (r record) verify(plugin string) error {
	sum, err := filehash.SHA256(plugin)
	if err != nil {
		return err
	}
	if base64.RawURLEncoding.EncodeToString(sum[:]) != r.sha256 {
		return errors.New("damaged: its bytes are not those of its wheel (" + r.name + ")")
	}
	return nil
}
