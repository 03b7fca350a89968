package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The shells themselves are asked what they would complete; one that is not installed is skipped.
func TestCompletion(t *testing.T) {
	dir := t.TempDir()
	ask := map[string]func(script, line string) *exec.Cmd{
		"bash": func(script, line string) *exec.Cmd {
			return exec.Command("bash", "--norc", "-c", `source "$1"; read -ra COMP_WORDS <<<"$2"; [[ "$2" == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _resnetlab; printf '%s\n' "${COMPREPLY[@]}"`, "-", script, line)
		},
		"fish": func(script, line string) *exec.Cmd {
			return exec.Command("fish", "--no-config", "-c", `source $argv[1]; complete -C $argv[2]`, script, line)
		},
		"zsh": func(script, line string) *exec.Cmd { // stand-ins for what zsh's completion system would show
			return exec.Command("zsh", "-f", "-c", `compdef() { : }; source $1; _files() { echo FILES }; compadd() { shift; print -l -- $@ }
_describe() { print -l -- ${can%%:*} }; words=(${(s: :)2}); [[ $2 == *" " ]] && words+=(""); CURRENT=$#words; _resnetlab | grep -- "^${words[CURRENT]}"`, "-", script, line)
		},
	}
	for _, shell := range []string{"bash", "fish", "zsh"} {
		t.Run(shell, func(t *testing.T) {
			stdout, _ := must(t, 0, "completion", shell)
			if _, err := exec.LookPath(shell); err != nil {
				t.Skipf("no %s here", shell)
			}
			script := filepath.Join(dir, shell)
			if err := os.WriteFile(script, []byte(stdout), 0o666); err != nil {
				t.Fatal(err)
			}
			for line, want := range map[string]string{
				"resnetlab batch-pre":                      "batch-predict",
				"resnetlab data ":                          "sketch",
				"resnetlab data sk":                        "sketch",
				"resnetlab -q train --strict":              "--strict-data",
				"resnetlab train --no-fr":                  "--no-freeze-bn",
				"resnetlab predict a.jpg --run x --backe":  "--backend",
				"resnetlab merge a b --format ":            "jsonl",
				"resnetlab weights inspect --j":            "--json",
				"resnetlab bench --batch":                  "--batch-size", // of the command that bench alone means
				"resnetlab batch-predict d --output-type ": "logit",
			} {
				out, err := ask[shell](script, line).CombinedOutput()
				var words []string
				for l := range strings.Lines(string(out)) {
					w, _, _ := strings.Cut(strings.TrimSpace(l), "\t") // fish puts the help behind
					words = append(words, w)
				}
				if err != nil || !slices.Contains(words, want) || slices.Contains(words, "train") {
					t.Errorf("%q: %v, %v, want %s", line, words, err, want)
				}
			}
		})
	}
	must(t, 2, "completion", "tcsh")
}
