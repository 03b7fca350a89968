package kernels

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSetupSaysWhatToDo runs setup.sh with a PATH of small scripts, which imitate machines that lack something.
func TestSetupSaysWhatToDo(t *testing.T) {
	const (
		goodGo     = "#!/bin/sh\ncase $1 in env) echo go1.24.1 ;; *) echo 'dial tcp: lookup nowhere: no such host' >&2; exit 1 ;; esac\n"
		goodPython = "#!/bin/sh\nexit 0\n"
		oldPython  = "#!/bin/sh\nexit 1\n"
		noVenv     = "#!/bin/sh\ncase $2 in *venv*) exit 1 ;; esac\n[ $1 = -V ] && echo Python 3.11.2\nexit 0\n"
	)
	cases := []struct {
		name  string
		tools map[string]string
		want  []string
	}{
		{"no Go", map[string]string{"python3": goodPython}, []string{"[1/9] This machine ... failed", "Go is not installed", "install 1.21 or later"}},
		{"an old Go", map[string]string{"go": "#!/bin/sh\necho go1.19.8\n", "python3": goodPython}, []string{"go1.19.8 is too old"}},
		{"no Python", map[string]string{"go": goodGo}, []string{"no Python 3.10 or later"}},
		{"an old Python", map[string]string{"go": goodGo, "python3": oldPython}, []string{"no Python 3.10 or later", "PYTHON="}},
		{"Python without venv", map[string]string{"go": goodGo, "python3": noVenv}, []string{"Python 3.11.2 has no venv module", "apt install python3-venv"}},
		{"no network, no C compiler", map[string]string{"go": goodGo, "python3": goodPython},
			[]string{"no C compiler: XLA is left out", "[2/9] Go toolchain", "no such host", "To do: check the network"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			script, err := os.ReadFile("setup.sh")
			if err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(root, "kernels", "setup.sh"), string(script), 0o755)
			bin := filepath.Join(root, "path")
			for name, text := range c.tools {
				put(t, filepath.Join(bin, name), text, 0o755)
			}
			for _, name := range []string{"sh", "dirname", "date", "mkdir", "tail", "sed", "grep", "id", "cat"} {
				real, err := exec.LookPath(name)
				if err != nil {
					t.Skipf("this machine has no %s", name)
				}
				put(t, filepath.Join(bin, name), "#!/bin/sh\nexec "+real+` "$@"`+"\n", 0o755)
			}
			cmd := exec.Command("/bin/sh", filepath.Join(root, "kernels", "setup.sh"))
			cmd.Env = []string{"PATH=" + bin}
			out, err := cmd.CombinedOutput()
			if err == nil {
				t.Error("it did not fail")
			}
			for _, want := range c.want {
				if !strings.Contains(string(out), want) {
					t.Errorf("without %q:\n%s", want, out)
				}
			}
		})
	}
}

// Without oneDNN setup goes on and says so in one line; with it, or where it is switched off, nothing is installed.
func TestSetupGoesOnWithoutOneDNN(t *testing.T) {
	const (
		xla       = "xla:cpu    yes  a plugin"
		installed = "oneDNN     yes  3.2.0"
		off       = "oneDNN     no: oneDNN is switched off by RESNETLAB_ONEDNN=off"
		missing   = "oneDNN     no: oneDNN is not installed"
		offline   = "oneDNN not installed: python: no network; XLA's own convolutions are used"
	)
	for name, c := range map[string]struct {
		list, install string // what the two commands print
		installs      bool
		want, not     string
	}{
		"nothing there":  {"xla:cpu    no: no plugin found\n" + missing, installed + "\n" + xla, true, "oneDNN ... 0 s\n[7/9]", "not done"},
		"all there":      {xla + "\n" + installed, "", false, "oneDNN ... 0 s\n[7/9]", "not done"},
		"switched off":   {xla + "\n" + off, "", false, "oneDNN ... 0 s\n[7/9]", "not done"},
		"no network":     {xla + "\n" + missing, offline + "\n" + missing + "\n" + xla, true, "oneDNN ... 0 s\n      " + offline + "\n[7/9]", "not done"},
		"another system": {"xla:cpu    no: no wheel\n" + missing, "error: no wheel", true, "oneDNN ... not done: error: no wheel; the Go backend serves\n[7/9]", "      oneDNN"},
	} {
		t.Run(name, func(t *testing.T) {
			root := fakeCheckout(t)
			program := "#!/bin/sh\ncase \"$1 $2\" in \"backend list\") cat list ;; \"backend install\") touch asked; cat install ;; esac\n"
			put(t, filepath.Join(root, "bin", "resnetlab"), program, 0o755)
			put(t, filepath.Join(root, "list"), c.list+"\n", 0o644)
			put(t, filepath.Join(root, "install"), c.install+"\n", 0o644)
			cmd := exec.Command("/bin/sh", filepath.Join(root, "kernels", "setup.sh"))
			cmd.Env = []string{"PATH=" + filepath.Join(root, "path") + ":" + os.Getenv("PATH")}
			out, err := cmd.CombinedOutput()
			said := regexp.MustCompile(`\d+ s\n`).ReplaceAllString(string(out), "0 s\n")
			if err != nil || !strings.Contains(said, c.want) || strings.Contains(said, c.not) {
				t.Errorf("%v, want %q:\n%s", err, c.want, said)
			}
			if _, err := os.Stat(filepath.Join(root, "asked")); (err == nil) != c.installs {
				t.Errorf("installed: %v, want %v", err == nil, c.installs)
			}
		})
	}
}

// fakeCheckout makes a folder with setup.sh in which every step but the plugin's does nothing.
func fakeCheckout(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	script, err := os.ReadFile("setup.sh")
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(root, "kernels", "setup.sh"), string(script), 0o755)
	put(t, filepath.Join(root, "kernels", "requirements.txt"), "", 0o644)
	put(t, filepath.Join(root, ".venv", "requirements.txt"), "", 0o644)
	for _, tool := range []string{".venv/bin/python", "path/python3", "path/make"} {
		put(t, filepath.Join(root, tool), "#!/bin/sh\n", 0o755)
	}
	put(t, filepath.Join(root, "path", "go"), "#!/bin/sh\necho go1.27.4\n", 0o755)
	return root
}
