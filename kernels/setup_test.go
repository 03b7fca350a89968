package kernels

import (
	"os"
	"os/exec"
	"path/filepath"
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
