package backend

import (
	"bufio"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

var (
	//go:embed requirements-cpu.txt
	requirementsCPU string
	//go:embed requirements-cuda.txt
	requirementsCUDA string
)

// InstallOptions are settings for [Install].
type InstallOptions struct {
	Venv string            // the Python virtual environment; empty: the project's .venv
	Log  func(line string) // receives pip's output, line by line; may be nil
}

// Install installs the plugin of kind "cpu" or "cuda" into a Python virtual environment: the pinned wheels, by that environment's pip, each
// checked against the hash in this package. The wheels are for linux/amd64; "cuda" takes about 2 GB with NVIDIA's libraries. "cpu" brings oneDNN as
// well; where that fails, the log says why in one line, and XLA computes its convolutions itself. It returns the plugin as [List] will find it. OK may
// be false after an installation without an error, on a machine without a GPU for instance; Why says so.
func Install(ctx context.Context, kindName string, o InstallOptions) (Found, error) {
	k, ok := map[string]kind{"cpu": cpuKind, "cuda": cudaKind}[kindName]
	if !ok {
		return Found{}, fmt.Errorf("installing backend %q: only cpu and cuda can be installed", kindName)
	}
	fail := func(err error) (Found, error) {
		return Found{}, fmt.Errorf("installing backend xla:%s: %w", kindName, err)
	}
	if err := checkWheelFits(runtime.GOOS, runtime.GOARCH); err != nil {
		return fail(unavailable("xla:"+kindName, err.Error()))
	}
	if o.Venv == "" {
		root, ok := moduleRoot()
		if !ok {
			return fail(errors.New("no project folder above the working directory or the executable: say which virtual environment"))
		}
		o.Venv = filepath.Join(root, ".venv")
	}
	if err := pipInstall(ctx, o, wheels[k].requirements, !intact(o.Venv, k)); err != nil {
		return fail(err)
	}
	if err := complete(ctx, o, k); err != nil {
		return fail(err)
	}
	for _, c := range inVenv(o.Venv, k, "just installed") {
		return examine(request{kind: k}, c), nil
	}
	return fail(fmt.Errorf("pip put no plugin into %s", o.Venv))
}

// complete does what belongs to an installation after its plugin: NVIDIA's libraries get the names that go-xla looks for, and XLA for the processor
// gets oneDNN, without which it works as well.
func complete(ctx context.Context, o InstallOptions, k kind) error {
	if k == cpuKind {
		if err := installOneDNN(ctx, o); err != nil && o.Log != nil {
			o.Log("oneDNN not installed: " + oneLine(err.Error()) + "; XLA's own convolutions are used")
		}
		return ctx.Err()
	}
	for _, site := range sitePackages(o.Venv) {
		if err := linkCUDA(site); err != nil {
			return err
		}
	}
	return nil
}

// intact reports whether the environment has the plugin with the bytes of its wheel. If not, pip must install it again, although its records
// say that the wheel is installed.
func intact(venv string, k kind) bool {
	for _, c := range inVenv(venv, k, "") {
		if r, ok := recordOf(c.path); ok && r.verify(c.path) == nil {
			return true
		}
	}
	return false
}

// pipInstall installs the requirements without their dependencies and without building anything; with again, also those that are installed.
func pipInstall(ctx context.Context, o InstallOptions, requirements string, again bool) error {
	python := filepath.Join(o.Venv, "bin", "python")
	if _, err := os.Stat(python); err != nil {
		return fmt.Errorf("%s is no Python virtual environment (make setup creates the project's): %w", o.Venv, err)
	}
	file, err := os.CreateTemp("", "requirements-*.txt")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString(requirements)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	args := []string{"-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar=off",
		"--require-hashes", "--no-deps", "--only-binary=:all:", "--requirement", file.Name()}
	if again {
		args = append(args, "--force-reinstall")
	}
	return runLogged(exec.CommandContext(ctx, python, args...), o.Log)
}

// runLogged runs a command, passes each line of its output to log, and returns pip's lines that begin with "ERROR:" in the error.
func runLogged(cmd *exec.Cmd, log func(string)) error {
	out, in := io.Pipe()
	cmd.Stdout, cmd.Stderr = in, in
	complaints := make(chan []string)
	go func() {
		var errs []string
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if log != nil {
				log(lines.Text())
			}
			if text, ok := strings.CutPrefix(strings.TrimSpace(lines.Text()), "ERROR: "); ok {
				errs = append(errs, text)
			}
		}
		io.Copy(io.Discard, out) // a line longer than the buffer must not block the command
		complaints <- errs
	}()
	err := cmd.Run()
	in.Close()
	errs := <-complaints
	if err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, oneLine(strings.Join(slices.Compact(errs), "; ")))
	}
	return nil
}
