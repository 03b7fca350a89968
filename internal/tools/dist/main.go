// Dist builds a release: for each system an archive with the program, its notices, its bill of materials and its shell completions, and one
// file with checksums. Two builds of the same sources are equal, byte for byte ("-check" builds twice and compares).
//
//	dist -version v1.0.0 [-out dist/release] [-only linux-arm64] [-check]
//	dist -licences                     lists the licence of every linked module, those of the lab's programs included; fails on one that is
//	                                   unknown or forbids publication under Apache-2.0
//	dist -notices [-only linux-arm64]  prints THIRD_PARTY_NOTICES.txt, for all targets or for the named ones
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// target is a system that the program is built for.
type target struct {
	os, arch string
	xla      bool // with XLA, through cgo: only Linux, and only on such a machine
}

// targets are the systems of a release. Without cgo the program has only the Go backend and needs no library; XLA needs Linux, cgo and glibc.
var targets = []target{{"linux", "amd64", false}, {"linux", "arm64", false}, {"darwin", "arm64", false}, {"linux", "amd64", true}}

func (t target) String() string {
	name := t.os + "-" + t.arch
	if t.xla {
		name += "-xla"
	}
	return name
}

// environment returns the environment of a build. It overrides every variable that would change the program; an empty value means Go's
// default. The archive with XLA also depends on the machine's C compiler and C library: its bytes are equal only if these are.
func (t target) environment() []string {
	cgo := "0"
	if t.xla {
		cgo = "1"
	}
	return append(os.Environ(), "GOOS="+t.os, "GOARCH="+t.arch, "CGO_ENABLED="+cgo, "GOAMD64=v1", "GOARM64=v8.0", "GOEXPERIMENT=simd", "GOFIPS140=off",
		"CC=cc", "CXX=c++", "CGO_CFLAGS=-O2", "CGO_CXXFLAGS=-O2", "CGO_CPPFLAGS=", "CGO_LDFLAGS=", "GOWORK=off", "GOFLAGS=-mod=readonly -buildvcs=false -trimpath")
}

// order has the options of a call.
type order struct {
	version, out, only       string
	check, licences, notices bool
}

func main() {
	var o order
	flag.StringVar(&o.version, "version", "development", "version that the program reports")
	flag.StringVar(&o.out, "out", filepath.Join("dist", "release"), "folder to write; its content is removed first")
	flag.StringVar(&o.only, "only", "", "targets, separated by commas (default: for a build all that this machine can build, else all)")
	flag.BoolVar(&o.check, "check", false, "build a second time, from a copy of the sources in another folder and with an empty cache, and compare")
	flag.BoolVar(&o.licences, "licences", false, "list the licences of the linked modules, build nothing")
	flag.BoolVar(&o.notices, "notices", false, "print the notices, build nothing")
	flag.Parse()
	if err := o.run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

func (o order) run(stdout io.Writer) error {
	chosen, err := choose(o.only)
	if err != nil {
		return err
	}
	if o.licences || o.notices {
		return o.tell(stdout, chosen)
	}
	if err := release(".", o.out, o.version, chosen, ""); err != nil {
		return err
	}
	if o.check {
		if err := buildAgain(o.out, o.version, chosen); err != nil {
			return err
		}
		fmt.Fprintln(os.Stderr, "built twice, equal bytes")
	}
	_, err = fmt.Fprintln(stdout, o.out)
	return err
}

// tell prints licences or notices. This needs no build, so the default is all targets, on any machine.
func (o order) tell(stdout io.Writer, chosen []target) error {
	if o.only == "" {
		chosen = targets
	}
	programs := []string{program}
	if o.licences {
		programs = append(programs, labTools...)
	}
	modules, err := linkedModules(".", chosen, programs...)
	if err != nil {
		return err
	}
	text := []byte(table(modules))
	if !o.licences {
		if text, err = noticesOf(modules); err != nil {
			return err
		}
	}
	_, err = stdout.Write(text)
	return err
}

// choose returns the targets with the given names, or all that this machine can build.
func choose(only string) (chosen []target, err error) {
	names := strings.Split(only, ",")
	for _, t := range targets {
		if only == "" && t.possible() || slices.Contains(names, t.String()) {
			chosen = append(chosen, t)
		}
	}
	if only != "" && len(chosen) != len(names) {
		return nil, fmt.Errorf("-only %s: the targets are %v", only, targets)
	}
	return chosen, nil
}
