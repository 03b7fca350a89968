package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// good is a valid source; each case below breaks one thing in it.
const good = `<!-- prose title -->
<!-- en -->
# Shapes

A kernel of $3 \times 3$.
<!-- zh -->
# 形状

$3 \times 3$ 的卷积核。

<!-- code imports -->
` + "```go" + `
%noautoget

import (
	"fmt"

	"resnetlab/resnetlib/models"
	"gonum.org/v1/plot"
)
` + "```" + `

<!-- code exercise -->
` + "```go" + `
%%
// BEGIN SOLUTION
answer := 3 * 3
// INSTEAD
answer := 0 // your turn
// END SOLUTION

// <!-- no mark: this is code -->
fmt.Println(answer)
` + "```" + `
`

func TestParse(t *testing.T) {
	l, err := parse("notebooks/src/01-shapes.md", good)
	if err != nil {
		t.Fatal(err)
	}
	if l.name != "01-shapes" || len(l.cells) != 3 || !l.cells[2].hasSolution() {
		t.Fatalf("lesson %q, %d cells, exercise %v", l.name, len(l.cells), l.cells[2].hasSolution())
	}
	if got := l.cells[0].text["zh"]; got != "# 形状\n\n$3 \\times 3$ 的卷积核。" {
		t.Errorf("Chinese text %q", got)
	}
	for f, want := range map[form]string{
		handedOut: "%%\nanswer := 0 // your turn\n\n// <!-- no mark: this is code -->\nfmt.Println(answer)",
		solved:    "%%\nanswer := 3 * 3\n\n// <!-- no mark: this is code -->\nfmt.Println(answer)",
	} {
		if got, err := l.cells[2].variant(f); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", f, got, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	long := strings.Repeat("\tfmt.Println()\n", maxLines)
	cases := []struct{ name, old, new, want string }{
		{"prose without its Chinese twin", "<!-- zh -->\n# 形状\n\n$3 \\times 3$ 的卷积核。\n", "", `no text in "zh"`},
		{"prose without its English twin", "<!-- en -->\n# Shapes\n\nA kernel of $3 \\times 3$.\n", "", `no text in "en"`},
		{"a twin that was not translated", "# 形状\n\n$3 \\times 3$ 的卷积核。", "# Shapes\n\n$3 \\times 3$", "no Chinese character"},
		{"a heading lost in translation", "# 形状", "形状", "headings differ"},
		{"a formula lost in translation", "$3 \\times 3$ 的", "的", "formulas differ"},
		{"a language twice", "<!-- zh -->", "<!-- en -->", `two texts in "en"`},
		{"a misspelt mark", "<!-- zh -->", "<!-- cn -->", "<!-- cn --> is not"},
		{"text before the first cell", "<!-- prose title -->", "hello\n<!-- prose title -->", "text before the first cell"},
		{"text before its language", "<!-- en -->", "hello\n<!-- en -->", "text before <!-- en -->"},
		{"an id twice", "code exercise", "code imports", "the id is taken"},
		{"another language's code", "```go\n%noautoget", "```python\n%noautoget", "want one ```go block"},
		{"text beside the code", "```\n\n<!-- code exercise", "```\nand so on\n\n<!-- code exercise", "want one ```go block"},
		{"a block without end", "Println(answer)\n```", "Println(answer)", "no end"},
		{"code that is not formatted", "3 * 3\n", "3  *  3\n", "not formatted"},
		{"code that is no Go", "answer := 3 * 3", "answer = = 3", "not Go"},
		{"a solution without end", "// END SOLUTION\n", "", "no // END SOLUTION"},
		{"a stub without solution", "// BEGIN SOLUTION\n", "", "out of place"},
		{"a cell that is too long", "%%\n// BEGIN", "%%\n" + strings.ReplaceAll(long, "\t", "") + "// BEGIN", "lines, at most 20"},
		{"a line that is too wide", "answer := 0 // your turn", "answer := 0 // " + strings.Repeat("很", maxColumns), "columns, at most 96"},
		{"a lesson without a title", "# Shapes\n", "", "begins with its title"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(good, c.old) {
				t.Fatalf("the good source has no %q", c.old)
			}
			_, err := parse("x.md", strings.Replace(good, c.old, c.new, 1))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// FuzzParse tests that any text gives a lesson or an error, and that a lesson gives notebooks in valid JSON.
func FuzzParse(f *testing.F) {
	f.Add(good)
	f.Add("<!-- prose a -->\n<!-- en -->\n# A\n<!-- zh -->\n# 甲")
	f.Add("```\n<!-- code a -->")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := parse("x.md", text)
		if err != nil {
			return
		}
		for _, language := range languages {
			book, err := learner.notebook(l, language, "resnetlab")
			if err != nil || !json.Valid(book) {
				t.Errorf("%s: %v\n%s", language, err, book)
			}
		}
	})
}
