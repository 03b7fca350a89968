package datasets_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"resnetlab/datasets"
)

func TestCheckNamesRefusesWhatNoTextFileCanList(t *testing.T) {
	if err := datasets.CheckNames([]string{"a/1.jpg", "rosé/日本.png", "a b\t.jpg", `\xe9.jpg`}); err != nil {
		t.Error(err)
	}
	wantError(t, datasets.CheckNames([]string{"a.jpg", "a\nb.jpg"}), `"a\nb.jpg"`, "line feed")
	for _, name := range []string{"ros\xe9.jpg", "\xff", "a/\xc3", "\xed\xa0\x80.png"} {
		wantError(t, datasets.CheckNames([]string{"a.jpg", name}), "not valid UTF-8", fmt.Sprintf("%q", name))
	}
}

func TestDisplayNamesAreUTF8AndStayDistinct(t *testing.T) {
	for name, want := range map[string]string{"a.jpg": "a.jpg", "rosé": "rosé", "ros\xe9": `ros\xe9`, "\xff\xfeé": `\xff\xfeé`, "�": "�"} {
		if got := datasets.DisplayName(name); got != want {
			t.Errorf("%q is shown as %q, want %q", name, got, want)
		}
	}
	if err := datasets.CheckDisplayNames([]string{"\xe9", "\xe8", "é", "é"}); err != nil {
		t.Error(err)
	}
	wantError(t, datasets.CheckDisplayNames([]string{"\xe9.jpg", `\xe9.jpg`}), "two files", `\\xe9.jpg`)
}

func TestExcerptIsOneShortLine(t *testing.T) {
	for _, text := range []string{"", "short", strings.Repeat("é", 200_000), "a\r\n\x1b[31m\x00", strings.Repeat("\xff", 500)} {
		got := datasets.Excerpt(text)
		if len(got) > 400 || strings.ContainsFunc(got, unicode.IsControl) {
			t.Errorf("%.20q...: excerpt of %d bytes: %q", text, len(got), got)
		}
	}
	if got := datasets.Excerpt("a b"); got != `"a b"` {
		t.Errorf("excerpt %s", got)
	}
	if got := datasets.Excerpt(strings.Repeat("x", 81)); got != `"`+strings.Repeat("x", 80)+`"...` {
		t.Errorf("excerpt %s", got)
	}
}
