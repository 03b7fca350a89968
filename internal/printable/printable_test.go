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

func TestEscapedIsOneWholeLine(t *testing.T) {
	for in, want := range map[string]string{
		"":                   "",
		"花/ä b　c.png":        "花/ä b　c.png",
		"a\x1b[2J.png":       `a\x1b[2J.png`,
		"two\nlines\r.png":   `two\nlines\r.png`,
		"\u009b31m":          `\u009b31m`,
		"gnp.\u202eevil.png": `gnp.\u202eevil.png`,
		"caf\xe9.png":        `caf\xe9.png`,
		"👩\u200d🔬.png":       "👩\u200d🔬.png", // a joiner is part of the picture
	} {
		if got := Escaped(in); got != want {
			t.Errorf("Escaped(%q) is %q, want %q", in, got, want)
		}
	}
	if long := strings.Repeat("x", 10*MaxLine); Escaped(long) != long {
		t.Error("a long text is cut")
	}
}

func TestUTF8EscapesOnlyBytesThatAreNoCharacter(t *testing.T) {
	for in, want := range map[string]string{
		"a.jpg": "a.jpg", "rosé": "rosé", "ros\xe9": `ros\xe9`, "\xff\xfeé": `\xff\xfeé`, "\ufffd": "\ufffd", "a\x1b\n\u202e": "a\x1b\n\u202e",
		"a\x1b\n\xe9": "a\x1b\n\\xe9", "\xed\xa0\x80": `\xed\xa0\x80`,
	} {
		if got := UTF8(in); got != want {
			t.Errorf("UTF8(%q) is %q, want %q", in, got, want)
		}
	}
}

func TestQuotedIsShort(t *testing.T) {
	for in, want := range map[string]string{
		"": `""`, "a b": `"a b"`, `say "a\b"`: `"say \"a\\b\""`, "a\r\n\x1b[31m\x00": `"a\r\n\x1b[31m\x00"`,
		strings.Repeat("x", 80): `"` + strings.Repeat("x", 80) + `"`, strings.Repeat("x", 81): `"` + strings.Repeat("x", 80) + `"...`,
		strings.Repeat("é", 200_000): `"` + strings.Repeat("é", 80) + `"...`, strings.Repeat("\xff", 500): `"` + strings.Repeat(`\xff`, 20) + `"...`,
	} {
		if got := Quoted(in); got != want {
			t.Errorf("Quoted(%.100q) is %s, want %s", in, got, want)
		}
	}
}

func TestShortQuotesWhatIsLongOrCannotBeSeen(t *testing.T) {
	for in, want := range map[string]string{
		"layer1.0.bn1.weight": "layer1.0.bn1.weight", "层.weight": "层.weight", `a "b" \`: `a "b" \`, "": "",
		"a\x1b[2Jb": `"a\x1b[2Jb"`, "a\nb": `"a\nb"`, "\u202ea": `"\u202ea"`, "\xff": `"\xff"`,
		strings.Repeat("花", 80): strings.Repeat("花", 80), strings.Repeat("a", 100): `"` + strings.Repeat("a", 80) + `"...`,
	} {
		if got := Short(in); got != want {
			t.Errorf("Short(%q) is %s, want %s", in, got, want)
		}
	}
}

func TestListSaysHowManyMore(t *testing.T) {
	for _, c := range []struct {
		names []string
		want  string
	}{
		{nil, ""}, {[]string{"a"}, "a"}, {[]string{"a", "b\n"}, `a, "b\n"`}, {[]string{"a", "b", "c"}, "a, b and 1 more"}, {make([]string, 1000), ",  and 998 more"},
	} {
		if got := List(c.names, 2); got != c.want {
			t.Errorf("List(%q, 2) is %q, want %q", c.names, got, c.want)
		}
	}
	texts := []string{strings.Repeat("x", 100), "b", "c", "d"}
	if got, want := Join(texts, 3), texts[0]+", b, c and 1 more"; got != want {
		t.Errorf("Join gives %q, want %q", got, want)
	}
}

func FuzzPrintable(f *testing.F) {
	for _, s := range []string{"", "a\x1bb", strings.Repeat("\xff", 3*MaxName), strings.Repeat("\u202e", 5*MaxName), "\u2028", "\xed\xa0\x80", strings.Repeat("\x1b", 2*MaxLine)} {
		f.Add(s)
	}
	steers := func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }
	f.Fuzz(func(t *testing.T, s string) {
		for what, got := range map[string]string{"Name": Name(s), "Line": Line(s), "Text": strings.NewReplacer("\n", "", "\t", "").Replace(Text(s)),
			"Escaped": Escaped(s), "Quoted": Quoted(s), "Short": Short(s), "List": List([]string{s, s, s}, 2)} {
			if !utf8.ValidString(got) || strings.ContainsFunc(got, steers) {
				t.Errorf("%s(%q) is %q", what, s, got)
			}
		}
		for what, n := range map[string]int{"Name": utf8.RuneCountInString(Name(s)) - MaxName, "Line": utf8.RuneCountInString(Line(s)) - MaxLine,
			"Quoted": utf8.RuneCountInString(Quoted(s)) - 85, "Short": utf8.RuneCountInString(Short(s)) - 85} {
			if n > 0 {
				t.Errorf("%s(%q) has %d characters too many", what, s, n)
			}
		}
		if got := UTF8(s); !utf8.ValidString(got) || utf8.ValidString(s) && got != s {
			t.Errorf("UTF8(%q) is %q", s, got)
		}
		if strings.ContainsFunc(s, steers) && Escaped(s) == s {
			t.Errorf("%q is unchanged", s)
		}
	})
}
