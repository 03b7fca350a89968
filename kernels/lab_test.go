package kernels

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// labCommand returns the command for lab.py on a folder with one lesson. It skips the test if "make setup" has not run.
func labCommand(t *testing.T, environment ...string) *exec.Cmd {
	t.Helper()
	python, err := filepath.Abs("../.venv/bin/python")
	if err == nil {
		_, err = os.Stat(python)
	}
	if err != nil {
		fmt.Printf("SKIP: %s: no JupyterLab here: make setup installs it\n", t.Name())
		t.Skip("no JupyterLab here: make setup installs it")
	}
	folder := t.TempDir()
	put(t, filepath.Join(folder, "en", "00-a.ipynb"), `{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}`, 0o644)
	cmd := exec.Command(python, "lab.py", folder)
	cmd.Env = append(os.Environ(), append([]string{"BROWSER=none", "LANG=C", "LC_ALL="}, environment...)...)
	return cmd
}

func freePort(t *testing.T) (port string, taken net.Listener) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	_, port, _ = net.SplitHostPort(l.Addr().String())
	return port, l
}

func TestLabSaysWhichPort(t *testing.T) {
	port, _ := freePort(t) // and taken
	for wanted, want := range map[string]string{port: "port " + port + " is in use", "eighty": "PORT=eighty is no port number", "70000": "no port number"} {
		out, err := labCommand(t, "PORT="+wanted).CombinedOutput()
		if err == nil || !strings.Contains(string(out), want) || strings.Contains(string(out), "Traceback") {
			t.Errorf("PORT=%s: %v, %q, want %q", wanted, err, out, want)
		}
	}
}

// TestLab starts JupyterLab, requests what a browser would, and stops it as Ctrl-C would.
func TestLab(t *testing.T) {
	port, l := freePort(t)
	_ = l.Close()
	temporary := t.TempDir()
	cmd := labCommand(t, "PORT="+port, "TMPDIR="+temporary)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(stdout)
	var address *url.URL
	for address == nil && lines.Scan() {
		if _, text, ok := strings.Cut(lines.Text(), "JupyterLab is running: "); ok {
			if address, err = url.Parse(text); err != nil {
				t.Fatal(err)
			}
		}
	}
	if address == nil {
		t.Fatal("it said no address")
	}
	if address.Host != "127.0.0.1:"+port || address.Path != "/lab/tree/en/00-a.ipynb" || len(address.Query().Get("token")) < 32 {
		t.Errorf("address %s", address)
	}
	base := "http://" + address.Host
	for path, want := range map[string]string{
		"/api/kernelspecs":                                "403", // no token
		"/api/kernelspecs?" + address.RawQuery:            `"default": "resnetlab"`,
		"/api/contents/en/00-a.ipynb?" + address.RawQuery: "nbformat",
	} {
		if got := get(t, base+path); !strings.Contains(got, want) {
			t.Errorf("GET %s: %.200s, want %s", path, got, want)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(stdout)
	if err := cmd.Wait(); err != nil {
		t.Errorf("after Ctrl-C: %v\n%s", err, rest)
	}
	if _, err := (&http.Client{Timeout: time.Second}).Get(base); err == nil {
		t.Error("the server goes on after Ctrl-C")
	}
	if left, _ := os.ReadDir(temporary); len(left) > 0 {
		t.Errorf("left in the temporary folder: %v", left)
	}
}

// get returns the status and body of a response.
func get(t *testing.T, address string) string {
	t.Helper()
	r, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.Status + " " + string(body)
}
