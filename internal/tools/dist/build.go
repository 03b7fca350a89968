package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// possible reports whether this machine can build the target: C code needs a compiler for that system.
func (t target) possible() bool {
	if !t.xla {
		return true
	}
	_, err := exec.LookPath("cc")
	return err == nil && runtime.GOOS == t.os && runtime.GOARCH == t.arch
}

// release builds the sources in root into the folder out. cache is the build cache's folder, empty for the user's own.
func release(root, out, version string, chosen []target, cache string) error {
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o777); err != nil {
		return err
	}
	notices, err := noticesFor(root, targets) // beside the archives: for all targets, whichever are built here
	if err != nil {
		return err
	}
	common, err := filesOfAll(root)
	if err != nil {
		return err
	}
	var sums strings.Builder
	write := func(file string, content []byte) error {
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(content), file)
		return os.WriteFile(filepath.Join(out, file), content, 0o666)
	}
	for _, t := range chosen {
		name := fmt.Sprintf("resnetlab-%s-%s", version, t)
		packed, sbom, err := t.pack(name, root, version, cache, common)
		if err != nil {
			return fmt.Errorf("building %s: %w", name, err)
		}
		if err := errors.Join(write(name+".tar.gz", packed), write(name+".cdx.json", sbom)); err != nil {
			return err
		}
	}
	if err := write("THIRD_PARTY_NOTICES.txt", notices); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "SHA256SUMS"), []byte(sums.String()), 0o666)
}

// filesOfAll reads the files that every archive contains.
func filesOfAll(root string) ([]entry, error) {
	files, err := completionsOf(root)
	if err != nil {
		return nil, err
	}
	for _, own := range []string{"LICENSE", "README.md", "README.zh.md", "CHANGELOG.md"} {
		text, err := os.ReadFile(filepath.Join(root, own))
		if err != nil {
			return nil, err
		}
		files = append(files, entry{own, text, 0o644})
	}
	return files, nil
}

// pack makes the target's archive. Its notices name the modules of this target only, so the archive does not depend on what else is built.
func (t target) pack(name, root, version, cache string, common []entry) (packed, sbom []byte, err error) {
	notices, err := noticesFor(root, []target{t})
	if err != nil {
		return nil, nil, err
	}
	program, sbom, err := t.build(root, version, cache)
	if err != nil {
		return nil, nil, err
	}
	own := []entry{{"resnetlab", program, 0o755}, {"THIRD_PARTY_NOTICES.txt", notices, 0o644}, {"sbom.cdx.json", sbom, 0o644}}
	packed, err = archive(name, slices.Concat(own, common))
	return packed, sbom, err
}

// build links the program and makes its bill of materials from what the linker wrote into it.
func (t target) build(root, version, cache string) (program, sbom []byte, err error) {
	dir, err := os.MkdirTemp("", "resnetlab-dist-")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "resnetlab")
	cmd := exec.Command("go", "build", "-ldflags", "-s -w -buildid= -X main.version="+version, "-o", file, "./cmd/resnetlab")
	cmd.Dir, cmd.Env = root, t.environment()
	if cache != "" {
		cmd.Env = append(cmd.Env, "GOCACHE="+cache)
	}
	if said, err := cmd.CombinedOutput(); err != nil {
		return nil, nil, fmt.Errorf("%w\n%s", err, said)
	}
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	if program, err = os.ReadFile(file); err != nil {
		return nil, nil, err
	}
	sbom, err = billOfMaterials(info, version, t, program)
	return program, sbom, err
}

// completionsOf runs the program to get its completion scripts.
func completionsOf(root string) (files []entry, err error) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		cmd := exec.Command("go", "run", "./cmd/resnetlab", "completion", shell)
		cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
		script, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("completion for %s: %w", shell, err)
		}
		files = append(files, entry{"completions/resnetlab." + shell, script, 0o644})
	}
	return files, nil
}
