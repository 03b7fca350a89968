// Command roomsite builds the rooms as a static site: the page's files, the Go program as compressed WebAssembly, Go's loader for it, the network
// that the rooms look into, and a service worker that knows all their names. Any static server can serve the folder, under any path.
//
//	go run ./internal/tools/roomsite -out dist/rooms
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Places in the repository.
const (
	siteFolder    = "rooms/site"
	programFolder = "./rooms/wasm"
	networkFolder = "notebooks/network"
	worker        = "sw.js"
)

// networkFiles are the files of the network's folder that the rooms read.
var networkFiles = []string{"run.json", "best.safetensors"}

func main() {
	out := flag.String("out", "dist/rooms", "folder that the site is written to")
	flag.Parse()
	if err := build(*out); err != nil {
		fmt.Fprintln(os.Stderr, "roomsite:", err)
		os.Exit(1)
	}
}

// build writes the site beside its place and then moves it there: a page that is loaded meanwhile finds the older site whole.
func build(out string) error {
	files, err := collect()
	if err != nil {
		return err
	}
	fresh := out + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	total := 0
	for name, content := range files {
		path := filepath.Join(fresh, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
		total += len(content)
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.Rename(fresh, out); err != nil {
		return err
	}
	fmt.Printf("%s: %d files, %.1f MB\n  next   python3 -m http.server --bind 127.0.0.1 --directory %[1]s 8080, and open http://127.0.0.1:8080\n", out, len(files), float64(total)/1e6)
	return nil
}

// collect returns the site's files by their names.
func collect() (files map[string][]byte, err error) {
	files = map[string][]byte{}
	if err := add(files, siteFolder); err != nil {
		return nil, err
	}
	for _, name := range networkFiles {
		if files["network/"+name], err = os.ReadFile(filepath.Join(networkFolder, name)); err != nil {
			return nil, err
		}
	}
	if files["wasm_exec.js"], err = loader(); err != nil {
		return nil, err
	}
	if files["resnetlab.wasm.gz"], err = program(); err != nil {
		return nil, err
	}
	files[worker] = append(header(files), files[worker]...)
	return files, nil
}

// add reads the files of the page; those for its checks (package.json and what belongs to it) are left out.
func add(files map[string][]byte, folder string) error {
	return filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d != nil && d.Name() == "node_modules" {
				return filepath.SkipDir
			}
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil || filepath.Ext(name) == ".json" || strings.HasPrefix(filepath.Base(name), ".") {
			return err
		}
		files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
}

// loader returns Go's own script that runs a program of this version of Go.
func loader() ([]byte, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env GOROOT: %w", err)
	}
	return os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"))
}

// program compiles the Go program and compresses it: a static server sends files as they are.
func program() ([]byte, error) {
	dir, err := os.MkdirTemp("", "rooms")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "resnetlab.wasm")
	compile := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, programFolder)
	compile.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := compile.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("compiling %s: %w\n%s", programFolder, err, out)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var compressed bytes.Buffer
	w, err := gzip.NewWriterLevel(&compressed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return compressed.Bytes(), nil
}

// header returns the lines in front of the service worker: a digest of all files, so that a browser sees each change, and their names.
func header(files map[string][]byte) []byte {
	hash := sha256.New()
	names := slices.Sorted(maps.Keys(files))
	for _, name := range names {
		fmt.Fprintf(hash, "%s %d\n", name, len(files[name]))
		hash.Write(files[name])
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == worker })
	list, _ := json.Marshal(append([]string{"./"}, names...)) // strings always can be
	return fmt.Appendf(nil, "const VERSION = %q;\nconst FILES = %s;\n", hex.EncodeToString(hash.Sum(nil))[:16], list)
}
