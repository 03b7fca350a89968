package weights

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
)

// unsafe returns the first character of text that a terminal may act on.
func unsafe(text string) string {
	for _, r := range text {
		if !unicode.IsPrint(r) && r != '\n' {
			return fmt.Sprintf("%q", r)
		}
	}
	return ""
}

// Keys with escape sequences and line feeds reach no table, report or error as they are.
func TestHostileKeysArePrintedHarmlessly(t *testing.T) {
	for _, key := range []string{"a\x1b]0;title\x07.weight", "a\r\x1b[2K.b", "fc.\x1b[31mweight", strings.Repeat("\x1b", 4000), "\u202e.x"} {
		sd := resnet18(5).stateDict()
		sd.Set(key, one())
		small := NewStateDict()
		small.Set(key, one())
		report, err := LoadFile(&File{Name: "f", StateDict: sd, Wrapper: key, Beside: []string{key}, StrippedPrefix: key, Outside: []string{key}}, resnet50(5))
		if err == nil {
			t.Fatal("was loaded")
		}
		texts := []string{err.Error(), report.String(), fmt.Sprint(report.Table()), fmt.Sprint((&File{StateDict: sd}).Inspect().Table()),
			fmt.Sprint(Diff(sd, NewStateDict()).Table()), fmt.Sprint(Diff(NewStateDict(), sd).Table())}
		for _, target := range []*network{{spec: []Spec{{key, []int{2}, Float32}}}, {spec: []Spec{{key, []int{1}, DType("?")}}}} {
			_, err := LoadStateDict(small, target)
			texts = append(texts, err.Error())
		}
		doubled := &dict{}
		_ = doubled.set(key, nil)
		texts = append(texts, doubled.set(key, nil).Error())
		header := fmt.Sprintf(`{%q:{"dtype":%[1]q}}`, "\x01"+key)
		header = strings.NewReplacer(`\x1b`, `\u001b`, `\x07`, `\u0007`, `\x01`, `\u0001`).Replace(header)
		if _, err := ReadBytes("f.safetensors", append(little.AppendUint64(nil, uint64(len(header))), header...)); err != nil {
			texts = append(texts, err.Error())
		} else {
			t.Error("a tensor without a shape was read")
		}
		for _, text := range texts {
			if bad := unsafe(text); bad != "" || len(text) > 20_000 {
				t.Errorf("%.20q: %s in %d bytes: %.300q", key, bad, len(text), text)
			}
		}
		for _, text := range []string{texts[0], texts[6], texts[7], texts[8], texts[9]} {
			if strings.Contains(text, "\n") || len(text) > 2000 {
				t.Errorf("%.20q: the error has %d bytes or several lines: %.300q", key, len(text), text)
			}
		}
	}
}
