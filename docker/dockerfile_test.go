package docker

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// step is an instruction of a Dockerfile with its continued lines joined.
type step struct {
	line             int
	name, rest, text string
}

// parse reads the instructions of a Dockerfile (reference: comments may stand between continued lines). Heredocs are not supported.
func parse(text string) (steps []step, err error) {
	joined, begin := "", 0
	for i, line := range strings.Split(text, "\n") {
		if trimmed := strings.TrimSpace(line); trimmed == "" || strings.HasPrefix(trimmed, "#") {
			continue
		}
		if joined == "" {
			begin = i + 1
		}
		more := strings.HasSuffix(line, "\\")
		joined += strings.TrimSuffix(line, "\\")
		if more {
			continue
		}
		name, rest, _ := strings.Cut(strings.TrimSpace(joined), " ")
		if strings.Contains(rest, "<<") {
			return nil, fmt.Errorf("line %d: a heredoc", begin)
		}
		steps = append(steps, step{begin, strings.ToUpper(name), strings.TrimSpace(rest), joined})
		joined = ""
	}
	if joined != "" {
		return nil, fmt.Errorf("line %d: it goes on, and the file ends", begin)
	}
	return steps, nil
}

var (
	dated  = regexp.MustCompile(`:\d{4}-\d{2}-\d{2}$`)
	exact  = regexp.MustCompile(`:v?\d+\.\d+\.\d+(-[\w.]+)?$`)
	digest = regexp.MustCompile(`@sha256:[0-9a-f]{64}$`)
	root   = regexp.MustCompile(`^(0|root)(:|$)`)
)

// faults lists what a Dockerfile of this repository must not have.
func faults(text string) (faults []string) {
	steps, err := parse(text)
	if err != nil {
		return []string{err.Error()}
	}
	stages := []string{"scratch"}
	user := ""
	for _, s := range steps {
		say := func(format string, args ...any) {
			faults = append(faults, fmt.Sprintf("line %d: ", s.line)+fmt.Sprintf(format, args...))
		}
		words := strings.Fields(s.rest)
		switch s.name {
		case "FROM":
			if base := words[0]; !slices.Contains(stages, base) && !dated.MatchString(base) && !exact.MatchString(base) && !digest.MatchString(base) {
				say("base %s has no dated tag, no x.y.z tag and no digest", base)
			}
			if len(words) == 3 {
				stages = append(stages, words[2])
			}
			user = ""
		case "USER":
			user = s.rest
		case "ADD":
			say("ADD; COPY does not fetch and does not unpack")
		case "RUN":
			if regexp.MustCompile(`\b(curl|wget)\b`).MatchString(s.rest) && !strings.Contains(s.rest, "sha256sum") {
				say("a download without a checksum")
			}
			if strings.Contains(s.rest, "pip install") && !strings.Contains(s.rest, "--require-hashes") {
				say("pip without hashes")
			}
			if strings.Contains(s.rest, "@latest") {
				say("a version that moves")
			}
		case "COPY":
			if from, ok := strings.CutPrefix(words[0], "--from="); ok && !slices.Contains(stages, from) {
				say("COPY from %s, which is no stage", from)
			}
		case "ENTRYPOINT", "CMD", "HEALTHCHECK":
			if !strings.Contains(text, "FROM scratch") {
				say("%s replaces the base's", s.name)
			}
		case "ENV", "ARG":
			if strings.Contains(strings.ToUpper(s.rest), "TOKEN=") || strings.Contains(strings.ToUpper(s.rest), "PASSWORD=") {
				say("a secret in the image")
			}
		case "WORKDIR", "SHELL", "LABEL":
		default:
			say("%s is no instruction that we use", s.name)
		}
	}
	if user == "" || root.MatchString(user) {
		faults = append(faults, fmt.Sprintf("the last USER is %q", user))
	}
	return faults
}

func dockerfiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*/Dockerfile")
	if err != nil || len(files) != 3 {
		t.Fatal(files, err)
	}
	return append(files, "../.binder/Dockerfile")
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestDockerfiles(t *testing.T) {
	for _, file := range dockerfiles(t) {
		text := read(t, file)
		for _, fault := range faults(text) {
			t.Errorf("%s: %s", file, fault)
		}
		steps, _ := parse(text)
		for _, s := range steps { // files that it copies exist, files that it runs are executable
			for _, word := range strings.Fields(s.rest) {
				if path := "../" + word; strings.HasPrefix(word, "docker/") {
					if info, err := os.Stat(path); err != nil || s.name == "RUN" && info.Mode()&0o111 == 0 {
						t.Errorf("%s, line %d: %s cannot be used: %v", file, s.line, word, err)
					}
				}
			}
		}
	}
	if read(t, "../.binder/Dockerfile") != read(t, "cpu/Dockerfile") {
		t.Error(".binder/Dockerfile is not docker/cpu/Dockerfile: copy it (Binder does not follow a link out of .binder)")
	}
}

// All images have the Go version that go.mod names.
func TestGoVersion(t *testing.T) {
	version := regexp.MustCompile(`(?m)^toolchain go(\S+)`).FindStringSubmatch(read(t, "../go.mod"))[1]
	for _, file := range dockerfiles(t) {
		if !strings.Contains(read(t, file), "FROM golang:"+version+"-") {
			t.Errorf("%s does not build with Go %s", file, version)
		}
	}
}

// faults finds each kind of fault, and none in a good Dockerfile.
func TestFaults(t *testing.T) {
	const good = "FROM golang:1.27.4-bookworm AS go\nUSER 1000\n"
	if f := faults(good); len(f) != 0 {
		t.Errorf("%q", f)
	}
	for text, want := range map[string]string{
		"FROM golang:latest\nUSER 1000":          "no dated tag",
		"FROM golang:1.27\nUSER 1000":            "no dated tag",
		"FROM golang\nUSER 1000":                 "no dated tag",
		good + "USER root":                       "last USER",
		good + "USER 0:0":                        "last USER",
		good + "FROM scratch":                    "last USER",
		good + "ADD https://example.org/x.tar /": "ADD",
		good + "RUN apt-get update && \\\n\t# why\n\tcurl -O example.org": "checksum",
		good + "RUN pip install numpy":                                    "hashes",
		good + "RUN go install example.org/x@latest":                      "moves",
		good + "COPY --from=build / /":                                    "no stage",
		good + "ENTRYPOINT [\"/x\"]":                                      "replaces",
		good + "ENV JUPYTER_TOKEN=x":                                      "secret",
		good + "MAINTAINER me":                                            "no instruction",
		good + "RUN x \\":                                                 "goes on",
	} {
		if got := strings.Join(faults(text), "; "); !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
