// Testreport runs "go test -json" with its arguments and tells the result so that a person sees what matters: one line a
// package as it ends, failing tests whole, why tests were skipped, and at the end one line that counts.
//
//	testreport ARGUMENTS OF GO TEST
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

func main() {
	ok, err := run(os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testreport:", err)
	}
	if !ok || err != nil {
		os.Exit(1)
	}
}

// run is false when a test failed, and also when none was run: silence is no success.
func run(args []string, out io.Writer) (ok bool, err error) {
	began := time.Now()
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := cmd.Start(); err != nil {
		return false, fmt.Errorf("starting go test: %w", err)
	}
	r := newReport(out)
	readErr := r.read(pipe)
	waitErr := cmd.Wait()
	fmt.Fprintf(out, "\nall in %.0f s\n", time.Since(began).Seconds())
	r.summary()
	switch {
	case readErr != nil:
		return false, readErr
	case r.failed == 0 && waitErr != nil: // it failed before a test could: a wrong flag, a package that is not there
		return false, fmt.Errorf("go test: %w", waitErr)
	case r.passed+r.failed == 0:
		return false, fmt.Errorf("no test was run")
	}
	return r.failed == 0, nil
}

// read takes the events one by one; a line that is no event (a toolchain's message) is passed on.
func (r *report) read(from io.Reader) error {
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) == nil && e.Action != "" {
				r.add(e)
			} else {
				fmt.Fprintf(r.out, "%s", line)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading go test's output: %w", err)
		}
	}
}
