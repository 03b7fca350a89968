package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// event is a line of "go test -json" (go doc test2json, go doc buildjson).
type event struct {
	Action, Package, Test, Output string
	ImportPath, FailedBuild       string // of a build
	Elapsed                       float64
}

// test is what is known of one test of a package; the test "" is the package itself.
type test struct {
	name, result string
	output       strings.Builder
	parent       bool // it has subtests: they are counted, it is not
	childFailed  bool
}

type report struct {
	out                     io.Writer
	passed, failed, skipped int
	packages                map[string]map[string]*test
	builds                  map[string]*strings.Builder
	failures                []string            // "package.Test"
	reasons                 map[string][]string // why tests were skipped: reason to names
}

func newReport(out io.Writer) *report {
	return &report{out: out, packages: map[string]map[string]*test{}, builds: map[string]*strings.Builder{}, reasons: map[string][]string{}}
}

func (r *report) add(e event) {
	switch e.Action {
	case "build-output":
		if r.builds[e.ImportPath] == nil {
			r.builds[e.ImportPath] = &strings.Builder{}
		}
		r.builds[e.ImportPath].WriteString(e.Output)
	case "output":
		r.test(e).output.WriteString(e.Output)
	case "pass", "fail", "skip":
		t := r.test(e)
		t.result = e.Action
		if e.Test == "" {
			r.endPackage(e)
		}
	}
}

// test finds the event's test, and tells the test above it that it has a child.
func (r *report) test(e event) *test {
	tests := r.packages[e.Package]
	if tests == nil {
		tests = map[string]*test{}
		r.packages[e.Package] = tests
	}
	t := tests[e.Test]
	if t == nil {
		t = &test{name: e.Test}
		tests[e.Test] = t
	}
	for name := e.Test; ; {
		i := strings.LastIndexByte(name, '/')
		if i < 0 {
			return t
		}
		name = name[:i]
		if above := tests[name]; above != nil {
			above.parent = true
			above.childFailed = above.childFailed || e.Action == "fail"
		}
	}
}

// endPackage counts a package's tests and prints its line, and under it whatever failed.
func (r *report) endPackage(e event) {
	tests := slices.SortedFunc(maps.Values(r.packages[e.Package]), func(a, b *test) int { return cmp.Compare(a.name, b.name) })
	delete(r.packages, e.Package)
	var passed, skipped int
	var failed []*test
	for _, t := range tests {
		switch {
		case t.name == "" || t.result == "pass" && t.parent:
		case t.result == "pass":
			passed++
		case t.result == "skip":
			skipped++
			why := reason(t.output.String())
			r.reasons[why] = append(r.reasons[why], e.Package+"."+t.name)
		case !t.childFailed: // failed, or cut off by a panic or a time limit
			failed = append(failed, t)
		}
	}
	if e.Action == "fail" && len(failed) == 0 { // its build, TestMain, or a crash outside any test
		failed = append(failed, r.packageFailure(e, tests))
	}
	r.passed, r.failed, r.skipped = r.passed+passed, r.failed+len(failed), r.skipped+skipped
	if passed+skipped+len(failed) == 0 {
		return // a package without tests
	}
	word := "ok  "
	if len(failed) > 0 {
		word = "FAIL"
	}
	fmt.Fprintf(r.out, "%s  %-40s %6.1f s  %s\n", word, e.Package, e.Elapsed, counts(passed, len(failed), skipped))
	for _, t := range failed {
		name := strings.TrimSuffix(e.Package+"."+t.name, ".")
		r.failures = append(r.failures, name)
		fmt.Fprintf(r.out, "--- %s\n%s", name, indent(withoutProgress(t.output.String())))
	}
}

// packageFailure collects what a package said that failed without a failing test.
func (r *report) packageFailure(e event, tests []*test) *test {
	whole := &test{}
	if build := r.builds[e.FailedBuild]; build != nil {
		whole.output.WriteString(build.String())
	}
	for _, t := range tests {
		if t.name == "" {
			whole.output.WriteString(t.output.String())
		}
	}
	return whole
}

// summary says why tests were skipped and which failed; its last line counts.
func (r *report) summary() {
	if len(r.reasons) > 0 {
		fmt.Fprintln(r.out, "\nskipped:")
		for _, why := range slices.Sorted(maps.Keys(r.reasons)) {
			names := r.reasons[why]
			fmt.Fprintf(r.out, "  %d: %s (%s)\n", len(names), why, some(names))
		}
	}
	if len(r.failures) > 0 {
		fmt.Fprintf(r.out, "\nfailed:\n  %s\n", strings.Join(r.failures, "\n  "))
	}
	fmt.Fprintf(r.out, "\n%s\n", counts(r.passed, r.failed, r.skipped))
}

func counts(passed, failed, skipped int) string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", passed, failed, skipped)
}

var testMessage = regexp.MustCompile(`(?m)^\s+\S+\.go:\d+: (.*)$`)

// reason is the last thing that a skipped test said.
func reason(output string) string {
	said := testMessage.FindAllStringSubmatch(output, -1)
	if len(said) == 0 {
		return "it does not say why"
	}
	return strings.TrimSpace(said[len(said)-1][1])
}

var progress = regexp.MustCompile(`(?m)^=== (RUN|PAUSE|CONT|NAME) .*\n`)

func withoutProgress(output string) string { return progress.ReplaceAllString(output, "") }

func indent(text string) string {
	if text == "" {
		return ""
	}
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ") + "\n"
}

// some names three and counts the rest.
func some(names []string) string {
	if len(names) <= 3 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:3], ", "), len(names)-3)
}
