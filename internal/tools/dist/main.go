// Dist makes a release: for each system an archive with the program, its notices, its bill of materials and its shell completions, and a file
// of checksums over all. Two builds of one source are equal, byte for byte, wherever they are made ("-check" does it twice and compares).
//
//	dist -version v1.0.0 [-out dist/release] [-only linux-arm64] [-check]
//	dist -licences           lists the licence of every module that is linked, also into the programs of the lab; fails on one that is unknown or does not let us publish
//	dist -notices [-only linux-arm64]  prints what goes with the program as THIRD_PARTY_NOTICES.txt, of all targets or of those named
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
	xla      bool // with XLA, through cgo: Linux alone, on a machine of that kind
}

// targets: without cgo there is the Go backend alone, on any system and with no library to need; XLA needs Linux, cgo and glibc.
var targets = []target{{"linux", "amd64", false}, {"linux", "arm64", false}, {"darwin", "arm64", false}, {"linux", "amd64", true}}

func (t target) String() string {
	name := t.os + "-" + t.arch
	if t.xla {
		name += "-xla"
	}
	return name
}

// environment is what the build depends on, without what the user has set beside it. What is empty here has Go's own default. The archive with XLA
// depends on one thing more, the machine's C compiler and C library: it is the same bytes only where these are the same.
func (t target) environment() []string {
	cgo := "0"
	if t.xla {
		cgo = "1"
	}
	return append(os.Environ(), "GOOS="+t.os, "GOARCH="+t.arch, "CGO_ENABLED="+cgo, "GOAMD64=v1", "GOARM64=v8.0", "GOEXPERIMENT=simd", "GOFIPS140=off",
		"CC=cc", "CXX=c++", "CGO_CFLAGS=-O2", "CGO_CXXFLAGS=-O2", "CGO_CPPFLAGS=", "CGO_LDFLAGS=", "GOWORK=off", "GOFLAGS=-mod=readonly -buildvcs=false -trimpath")
}

// order is what a call asks for.
type order struct {
	version, out, only       string
	check, licences, notices bool
}

func main() {
	var o order
	flag.StringVar(&o.version, "version", "development", "what the program says that it is")
	flag.StringVar(&o.out, "out", filepath.Join("dist", "release"), "folder to make; what is in it goes")
	flag.StringVar(&o.only, "only", "", "targets to build or to tell of, with commas between; empty: all that this machine can build, and all to tell of")
	flag.BoolVar(&o.check, "check", false, "build a second time, from a copy of the sources elsewhere and with nothing cached, and compare")
	flag.BoolVar(&o.licences, "licences", false, "list the licences of what is linked, and build nothing")
	flag.BoolVar(&o.notices, "notices", false, "print the notices, and build nothing")
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

// tell prints licences or notices. They need no building, so that where none is named they are those of all targets, on any machine.
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

// choose finds the targets: all that this machine can build, or those that are named.
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
