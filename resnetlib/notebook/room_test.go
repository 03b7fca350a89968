package notebook

import (
	"bytes"
	"image/jpeg"
	"strings"
	"testing"
)

// A cell gets the room's picture and a script that puts the page in its place; nothing in a setting can end the script.
func TestRoomIsAPictureUntilThePageIsThere(t *testing.T) {
	r := record(t, true, false)
	Room("groups", "groups=8", "x=</script><b>")
	if len(r.html) != 1 {
		t.Fatalf("%d outputs", len(r.html))
	}
	static, rest, _ := strings.Cut(r.html[0], "<script>")
	wellFormed(t, strings.ReplaceAll(static, `100%">`, `100%"/>`))
	if !strings.Contains(static, "data:image/jpeg;base64,/9j/") {
		t.Errorf("no picture: %.200s", static)
	}
	if !strings.Contains(rest, "groups=8") || !strings.Contains(rest, roomsPath) || strings.Count(rest, "</script>") != 1 || strings.Contains(rest, "<b>") {
		t.Errorf("script: %.600s", rest)
	}
}

func TestRoomOnATerminalIsALine(t *testing.T) {
	r := record(t, false, true)
	Room("groups", "groups=8")
	if got := r.stdout.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "#/groups?groups=8&lang=") {
		t.Errorf("%q", got)
	}
}

func TestRoomRefusesWhatItDoesNotKnow(t *testing.T) {
	for want, arguments := range map[string][]string{"no room \"grups\": there are ": {"grups"}, "is written \"name=value\"": {"groups", "8"}} {
		r := record(t, false, true)
		Room(arguments[0], arguments[1:]...)
		if got := r.stderr.String(); !strings.Contains(got, want) {
			t.Errorf("%v: %q, want %q", arguments, got, want)
		}
	}
}

func TestRoomPicturesAreThoseOfAllRooms(t *testing.T) {
	names := roomNames()
	if len(names) != 8 {
		t.Errorf("%d rooms: %v", len(names), names)
	}
	for _, name := range names {
		content, err := roomPictures.ReadFile("rooms/" + name + ".jpg")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := jpeg.Decode(bytes.NewReader(content)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
