package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completeCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash: source <(resnetlab completion bash); zsh: put it into a folder of $fpath as _resnetlab; fish: into ~/.config/fish/completions/resnetlab.fish."`
}

// Run writes the shell's script to stdout. The script is static: it is generated from the commands and flags that kong has parsed, so
// completion needs no call of the program.
func (s *completeCommand) Run(app *kong.Application) error {
	places := placesOf(app.Node, "", nil)
	write := map[string]func(io.Writer, []place) error{"bash": completeBash, "zsh": completeZsh, "fish": completeFish}[s.Shell]
	return write(os.Stdout, places)
}

// place is a position on a command line: after the path "", "data" or "data sketch".
type place struct {
	path  string
	words []word // that may come here
}

// word is a subcommand or a flag, --flag.
type word struct {
	text, help string
	values     []string // of a flag
	takes      bool     // a flag that a value comes after
}

// placesOf lists a command's place and those of its subcommands, which also accept the flags above.
func placesOf(n *kong.Node, path string, above []word) []place {
	here := place{path: path}
	var below []place
	flags := append(slices.Clone(above), flagsOf(n)...)
	for _, child := range n.Children {
		if child.Hidden || child.Type != kong.CommandNode {
			continue
		}
		here.words = append(here.words, word{text: child.Name, help: oneLine(child.Help)})
		below = append(below, placesOf(child, strings.TrimSpace(path+" "+child.Name), flags)...)
	}
	if n.DefaultCmd != nil {
		flags = append(flags, flagsOf(n.DefaultCmd)...)
	}
	here.words = append(here.words, flags...)
	return append([]place{here}, below...)
}

// flagsOf lists a command's visible flags, with a --no- form of negatable ones.
func flagsOf(n *kong.Node) (flags []word) {
	for _, f := range n.Flags {
		if f.Hidden {
			continue
		}
		w := word{text: "--" + f.Name, help: oneLine(strings.ReplaceAll(f.Help, "${enum}", f.Enum)), takes: !f.IsBool() && !f.IsCounter()}
		for v := range maps.Keys(f.EnumMap()) {
			if v != "" {
				w.values = append(w.values, v)
			}
		}
		slices.Sort(w.values)
		flags = append(flags, w)
		if f.Tag.Negatable != "" {
			flags = append(flags, word{text: "--no-" + f.Name, help: "Not: " + w.help})
		}
	}
	return flags
}

// oneLine returns the first sentence of a help text, without characters that are special in a shell.
func oneLine(help string) string {
	help, _, _ = strings.Cut(help, ". ")
	return strings.NewReplacer("'", "", "`", "", "\\", "", "\n", " ", ":", ";", "[", "(", "]", ")").Replace(help)
}

// cases writes a shell's case branches, one for each place for which branch returns a text.
func cases(places []place, indent string, branch func(place) string) string {
	var b strings.Builder
	for _, p := range places {
		if text := branch(p); text != "" {
			fmt.Fprintf(&b, "%s%q) %s ;;\n", indent, p.path, text)
		}
	}
	return b.String()
}

// paths joins the commands' paths to one pattern of a case.
func paths(places []place) string {
	var all []string
	for _, p := range places {
		if p.path != "" {
			all = append(all, fmt.Sprintf("%q", p.path))
		}
	}
	return strings.Join(all, "|")
}

// valueCases writes the case branches for flags with a fixed set of values. Values of other flags are completed as files.
func valueCases(places []place, indent string, complete func(values []string) string) string {
	var b strings.Builder
	for _, p := range places {
		for _, w := range p.words {
			if len(w.values) > 0 {
				fmt.Fprintf(&b, "%s\"%s %s\") %s ;;\n", indent, p.path, w.text, complete(w.values))
			}
		}
	}
	return b.String()
}

// completeBash writes the script for bash.
func completeBash(out io.Writer, places []place) error {
	_, err := fmt.Fprintf(out, `# bash completion for resnetlab, written by "resnetlab completion bash"
_resnetlab() {
	local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" path="" next words="" i
	for ((i = 1; i < COMP_CWORD; i++)); do
		next="${path:+$path }${COMP_WORDS[i]}"
		case "$next" in
		%s) path="$next" ;;
		esac
	done
	COMPREPLY=()
	case "$path $prev" in
%s	esac
	case "$path" in
%s	esac
	if [[ "$cur" == -* || "$words" != -* ]]; then
		COMPREPLY=($(compgen -W "$words" -- "$cur"))
	fi
}
complete -o bashdefault -o default -F _resnetlab resnetlab
`, paths(places), valueCases(places, "\t", func(v []string) string {
		return fmt.Sprintf(`COMPREPLY=($(compgen -W "%s" -- "$cur")); return`, strings.Join(v, " "))
	}), cases(places, "\t", func(p place) string { return fmt.Sprintf("words=%q", strings.Join(texts(p.words), " ")) }))
	return err
}

// texts returns the words themselves, without their help.
func texts(words []word) (all []string) {
	for _, w := range words {
		all = append(all, w.text)
	}
	return all
}

// completeZsh writes the script for zsh.
func completeZsh(out io.Writer, places []place) error {
	_, err := fmt.Fprintf(out, `#compdef resnetlab
# zsh completion for resnetlab, written by "resnetlab completion zsh"
_resnetlab() {
	local where="" next prev="${words[CURRENT-1]}" i
	local -a can
	for ((i = 2; i < CURRENT; i++)); do
		next="${where:+$where }${words[i]}"
		case "$next" in
		%s) where="$next" ;;
		esac
	done
	case "$where $prev" in
%s	esac
	case "$where" in
%s	esac
	if [[ "${words[CURRENT]}" == -* || "${can[1]}" != -* ]]; then
		_describe -o resnetlab can
	else
		_files
	fi
}
if [ "$funcstack[1]" = "_resnetlab" ]; then _resnetlab "$@"; else compdef _resnetlab resnetlab; fi
`, paths(places), valueCases(places, "\t", func(v []string) string { return "compadd -- " + strings.Join(v, " ") + "; return" }),
		cases(places, "\t", func(p place) string {
			var described []string
			for _, w := range p.words {
				described = append(described, "'"+w.text+":"+w.help+"'")
			}
			return "can=(" + strings.Join(described, " ") + ")"
		}))
	return err
}

// completeFish writes the script for fish.
func completeFish(out io.Writer, places []place) error {
	var b strings.Builder
	fmt.Fprintf(&b, `# fish completion for resnetlab, written by "resnetlab completion fish"
function __resnetlab_at
	set -l where ''
	for word in (commandline -opc)[2..-1]
		set -l next (string trim -- "$where $word")
		switch "$next"
			case %s
				set where "$next"
		end
	end
	test "$where" = "$argv[1]"
end
`, strings.ReplaceAll(paths(places), "|", " "))
	for _, p := range places {
		for _, w := range p.words {
			fmt.Fprintf(&b, "complete -c resnetlab -n '__resnetlab_at %q' -d '%s'", p.path, w.help)
			name, isFlag := strings.CutPrefix(w.text, "--")
			switch {
			case !isFlag:
				fmt.Fprintf(&b, " -f -a %s\n", name)
			case len(w.values) > 0:
				fmt.Fprintf(&b, " -l %s -x -a '%s'\n", name, strings.Join(w.values, " "))
			case w.takes:
				fmt.Fprintf(&b, " -l %s -r\n", name)
			default:
				fmt.Fprintf(&b, " -l %s\n", name)
			}
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}
