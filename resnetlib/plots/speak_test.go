package plots

import "testing"

// The variable decides; without it the Chinese lessons' folder does.
func TestSpeakIn(t *testing.T) {
	for _, c := range []struct {
		variable, folder string
		want             Language
	}{{"", "/lessons/zh", Chinese}, {"", "/lessons/en", English}, {"en", "/lessons/zh", English}, {"zh_CN", "/lessons/en", Chinese}} {
		if got := speakIn(c.variable, func() (string, error) { return c.folder, nil }); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
