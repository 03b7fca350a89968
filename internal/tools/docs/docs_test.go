package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = "../../.."

func readPage(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(root, place))
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// TestPageHasEveryMessage tests that the page lists every error message of the programs, and no others.
func TestPageHasEveryMessage(t *testing.T) {
	all, err := messages(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 500 {
		t.Fatalf("%d messages were found, there must be more", len(all))
	}
	page := readPage(t)
	filled, err := fill(page, all)
	if err != nil {
		t.Fatal(err)
	}
	if filled != page {
		t.Errorf("docs/troubleshooting.md does not have the sources' messages: look whether causes and cures hold for what is new, then make docs\n%s",
			strings.Join(difference(page, filled), "\n"))
	}
}

// difference returns the lines that only one of two texts has.
func difference(before, after string) (lines []string) {
	old, now := strings.Split(before, "\n"), strings.Split(after, "\n")
	for _, line := range now {
		if !slices.Contains(old, line) {
			lines = append(lines, "new:  "+line)
		}
	}
	for _, line := range old {
		if !slices.Contains(now, line) {
			lines = append(lines, "gone: "+line)
		}
	}
	return lines
}

// TestListsHaveCauseAndCure tests that text stands above each list.
func TestListsHaveCauseAndCure(t *testing.T) {
	all, err := entries(readPage(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if words := len(strings.Fields(e.prose)); len(e.listed) > 0 && words < 20 {
			t.Errorf("%s: %d messages, and %d words of cause and cure", e.heading, len(e.listed), words)
		}
	}
}

// TestEntriesAreMessages tests that headings which quote a message quote one of the programs' messages.
func TestEntriesAreMessages(t *testing.T) {
	all, err := messages(root)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := entries(readPage(t))
	if err != nil {
		t.Fatal(err)
	}
	own := 0
	for _, e := range entries {
		if !strings.HasPrefix(e.heading, "`") {
			continue
		}
		own++
		text := strings.Trim(e.heading, "`")
		if !slices.ContainsFunc(all, func(m message) bool { return strings.Contains(m.text, text) }) {
			t.Errorf("no program says %q", text)
		}
	}
	if own < 20 {
		t.Errorf("%d messages have an entry of their own, at least 20 should", own)
	}
}

// TestFind looks up messages that commands have printed.
func TestFind(t *testing.T) {
	page := readPage(t)
	for said, heading := range map[string]string{
		"error: training step 1: layer4.0.downsample.1: expected more than 1 value per channel when training, got input size [1 1 1 512]": "`…: expected more than 1 value",
		"error: opening a run: runs/train-9 has no run.json, so no run has begun there: file does not exist":                              "`opening a run",
		"error: decoding cut.jpg: JPEG: the file is truncated: copy it again":                                                             "`the file is truncated`",
		"error: decoding a.jpg: no known picture format: if it is a picture, save it as RGB PNG; otherwise remove it":                     "`no known picture",
		"error: decoding a.tif: TIFF: colour as CIELab is not read: save it as RGB PNG":                                                   "PNG, GIF",
		"error: evaluating on PHOTOS: unknown class tulip in the data; the known classes are daisy, rose":                                 "`… in the data",
		"error: reading weights from cut.pth: a damaged or cut zip archive: zip: not a valid zip file":                                    "A damaged .pth",
		"error: reading weights from c.safetensors: safetensors: the header claims 10848 bytes, and the file has 1000":                    ".safetensors",
		"error: backend xla:/abs/no.so cannot be used: /abs/no.so (given by its path): no such file or directory":                         "`backend",
		"error: merging: 1 of 2 shards are missing: [1]":                                                                                  "Predicting a folder",
		"error: --lr 5: the run has 0.001": "`--…: the run has …`",
		"error: strategy \"last:foo\": the network has no layer \"foo\"; there are conv1, bn1, layer1":                   "Layers and strategies",
		"error: train: --val-split: 2 is not between 0 and 1":                                                            "Settings",
		"error: no earlier cell has kept \"net\"":                                                                        "Cells",
		"lab: port 8888 is in use (another lab?), or not allowed: choose another, PORT=8889 make lab":                    "JupyterLab",
		"Python 3.11.2 has no venv module: install it (Debian, Ubuntu: apt install python3-venv)":                        "make setup",
		"error: starting a resnet34: n.pth does not fit the network, and nothing was loaded: 2 missing (fc.weight, ...)": "`… does not fit",
	} {
		found, err := find(page, said)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) == 0 || !strings.HasPrefix(found[0].entry.heading, heading) {
			var headings []string
			for _, m := range found {
				headings = append(headings, m.entry.heading)
			}
			t.Errorf("%s\n\tleads to %q, not to %s", said, headings, heading)
		}
	}
	if found, _ := find(page, "quite another thing"); len(found) != 0 {
		t.Errorf("nonsense leads to %v", found)
	}
}

func TestPattern(t *testing.T) {
	for format, want := range map[string]string{
		"reading %s: %w":            "reading …: …",
		"%d %s of %q, %.3f%% done":  `… of "…", …% done`,
		"byte %[1]d, again %[1]*d,": "byte …, again …,",
	} {
		if got, ok := pattern(format); got != want || !ok {
			t.Errorf("%q: %q, want %q", format, got, want)
		}
	}
	if got, ok := pattern("%s: %w"); ok {
		t.Errorf("what says nothing is a message: %q", got)
	}
}

// TestCollect tests that messages are found in every form in which the sources write them, and that an unreadable form is an error.
func TestCollect(t *testing.T) {
	const source = `package p
const why = "it is a constant"
func f(name string) error {
	fail := func(format string, args ...any) error { return fmt.Errorf("p: %w", fmt.Errorf(format, args...)) }
	if name == "" { return fail("no %s", "name") }
	if name == "x" { panic(fmt.Sprintf("x %d times", 2)) }
	if name == "y" { return errors.New("split " + name + " here") }
	if name == "z" { return refuse.NotRead("kind %d", 3) }
	return errors.New(why)
}
type e struct{}
func (e) Error() string { return "spoken by " + "itself" }
`
	want := []string{"p: …", "no …", "x … times", "split … here", "kind … is not read: save it as RGB PNG", "it is a constant", "spoken by itself"}
	collect := func(source string) ([]string, error) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "p.go"), []byte(source), 0o644); err != nil {
			t.Fatal(err)
		}
		p, err := parse(dir, ".")
		if err != nil {
			t.Fatal(err)
		}
		found, err := p.messages()
		var texts []string
		for _, m := range found {
			texts = append(texts, m.text)
		}
		return texts, err
	}
	if got, err := collect(source); err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
	if _, err := collect("package p\nfunc f() error { return fmt.Errorf(g()) }"); err == nil {
		t.Error("a format that cannot be read is no error")
	}
}

func TestOrphan(t *testing.T) {
	page := "# T\n<!-- messages: a/*.go -->\n"
	if got, err := fill(page, []message{{"one …", "a/x.go"}, {"one …", "a/y.go"}}); err != nil || got != "# T\n<!-- messages: a/*.go -->\n```text\none …\n```\n" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := fill(page, []message{{"one …", "a/x.go"}, {"two", "b/x.go"}}); err == nil || !strings.Contains(err.Error(), "b/x.go") {
		t.Errorf("a message without a place: %v", err)
	}
	if _, err := fill(page+"<!-- messages: a/x.go -->\n", []message{{"one …", "a/x.go"}}); err == nil {
		t.Error("a message with two places is no error")
	}
}

// TestRenamed tests that packages are found under the module path of go.mod.
func TestRenamed(t *testing.T) {
	root := t.TempDir()
	for path, text := range map[string]string{
		"go.mod":                             "module example.org/a/lab\n",
		"cmd/resnetlab/main.go":              "package main\n\nimport _ \"example.org/a/lab/x\"\n",
		"internal/tools/notebookgen/main.go": "package main\n",
		"rooms/doc.go":                       "package rooms\n",
		"x/x.go":                             "package x\n",
	} {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	all, err := closure(root)
	if err != nil || len(all) != 4 || all[3].dir != "x" {
		t.Errorf("%+v, %v: want four packages, x the last", all, err)
	}
}
