package printable

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestNameEscapesWhatCannotBeSeen(t *testing.T) {
	for in, want := range map[string]string{
		"tulips/a b.jpg": "tulips/a b.jpg", "郁金香é": "郁金香é", "it's \\ \"x\"": "it's \\ \"x\"", "👩\u200d🌾": "👩\u200d🌾", "": "",
		"a\x1b[31mb": `a\x1b[31mb`, "a\nb\r\t": `a\nb\r\t`, "caf\xe9": `caf\xe9`, "\u202egpj.exe": `\u202egpj.exe`, "\u0085": `\u0085`, "a\u2028b": `a\u2028b`, "\x00": `\x00`,
		"\ufffd": "\ufffd",
	} {
		if got := Name(in); got != want {
			t.Errorf("Name(%q) is %q, want %q", in, got, want)
		}
	}
}

func TestNameIsCutInItsMiddle(t *testing.T) {
	whole := strings.Repeat("é", MaxName)
	if got := Name(whole); got != whole {
		t.Errorf("a name of %d characters is cut: %q", MaxName, got)
	}
	for _, n := range []int{MaxName, 2 * MaxName, 10 * MaxName, 1 << 20} {
		got := Name("first" + strings.Repeat("花", n) + "last")
		if utf8.RuneCountInString(got) != MaxName || !strings.HasPrefix(got, "first花") || !strings.HasSuffix(got, "花last") || !strings.Contains(got, "花...花") {
			t.Errorf("of %d characters: %q", n, got)
		}
	}
}

func TestLineIsOneBoundedLine(t *testing.T) {
	if got, want := Line("reading\n\tx: \x1b[2J bad\r\nend"), `reading  x: \x1b[2J bad end`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := Line(strings.Repeat("字", 1<<20)); utf8.RuneCountInString(got) != MaxLine || !strings.HasSuffix(got, "字...") {
		t.Errorf("a long line has %d characters, want %d", utf8.RuneCountInString(got), MaxLine)
	}
}

func TestTextKeepsItsLines(t *testing.T) {
	if got, want := Text("a\n\tb\x1b[0m\r\n"), "a\n\tb\\x1b[0m\\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzPrintable(f *testing.F) {
	for _, s := range []string{"", "a\x1bb", strings.Repeat("\xff", 3*MaxName), strings.Repeat("\u202e", 5*MaxName)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for what, got := range map[string]string{"Name": Name(s), "Line": Line(s), "Text": strings.NewReplacer("\n", "", "\t", "").Replace(Text(s))} {
			if !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
				t.Errorf("%s(%q) is %q", what, s, got)
			}
		}
		if n := utf8.RuneCountInString(Name(s)); n > MaxName {
			t.Errorf("Name(%q) has %d characters", s, n)
		}
		if len(s) < 1000 && strings.ContainsRune(s, 0x1b) == (Name(s) == s) && strings.ContainsRune(s, 0x1b) {
			t.Errorf("%q is unchanged", s)
		}
	})
}
