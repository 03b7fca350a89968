package rooms

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// askText computes one request in a session of its own.
func askText(t *testing.T, name, arguments string, files ...File) (Answer, error) {
	t.Helper()
	s := newSession(t)
	return s.Call(t.Context(), Request{Name: name, Arguments: []byte(arguments), Files: files})
}

// A mistake in a request is one line, and the session can be used further.
func TestMistakesAreOneLine(t *testing.T) {
	for _, c := range []struct{ name, arguments, want string }{
		{"grups", `{}`, "no computation \"grups\": there are "},
		{"groups", `{"channel": 8}`, "reading the arguments of groups: json: unknown field \"channel\""},
		{"groups", `{"channels": 8, "groups": 3}`, "choose a number of groups that divides the channels"},
		{"groups", `{"channels": 1000000000, "groups": 1}`, "at most 512"},
	} {
		_, err := askText(t, c.name, c.arguments)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s %s: %v, want %q in one line", c.name, c.arguments, err, c.want)
		}
	}
}

// A panic below is an error of this request alone.
func TestPanicIsAnError(t *testing.T) {
	calls["panics"] = handler(func(*call, struct{}) (int, error) { panic("shapes differ\nstack of GoMLX") })
	defer delete(calls, "panics")
	if _, err := askText(t, "panics", `{}`); err == nil || err.Error() != "computing panics: shapes differ" {
		t.Errorf("%v", err)
	}
}

func ExampleSession_Call() {
	s, err := New()
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err := s.Call(context.Background(), Request{Name: "groups", Arguments: []byte(`{"channels": 64, "groups": 4}`)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(answer.Value.(GroupsAnswer).Grouped.Weight)
	// Output: [64 16 3 3]
}

// Each answer can be encoded: JSON has no NaN and no infinity.
func TestAnswersEncode(t *testing.T) {
	for name, arguments := range examples {
		answer, err := askText(t, name, arguments)
		if err == nil {
			_, err = json.Marshal(answer.Value)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
