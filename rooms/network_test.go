package rooms

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/transforms"
	"resnetlab/resnetlib/weights"
)

// newSession starts a session.
func newSession(t *testing.T) *Session {
	t.Helper()
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ask calls a computation with arguments of Go.
func ask[Value any](t *testing.T, s *Session, name string, arguments any, files ...File) (value Value, a Answer, err error) {
	t.Helper()
	text, err := json.Marshal(arguments)
	if err != nil {
		t.Fatal(err)
	}
	a, err = s.Call(t.Context(), Request{Name: name, Arguments: text, Files: files})
	if err == nil {
		value = a.Value.(Value)
	}
	return value, a, err
}

// testClasses are the classes of the tests' network.
var testClasses = []string{"daisy", "fern", "tulip"}

// stateDict returns random weights of a ResNet-18 of three classes.
var stateDict = sync.OnceValues(func() (*weights.StateDict, error) {
	net, err := models.New(model.NewStore(), "resnet18", len(testClasses), nn.Seed(1))
	if err != nil {
		return nil, err
	}
	return net.StateDict()
})

// courseFiles returns the files of a run of the tests' network, which sees 32 x 32 pixels.
func courseFiles(t *testing.T) []File {
	t.Helper()
	sd, err := stateDict()
	if err != nil {
		t.Fatal(err)
	}
	run, err := runs.Create(runs.Settings{Arch: "resnet18", Out: filepath.Join(t.TempDir(), "run")},
		runs.Info{Classes: testClasses, Preset: transforms.EvalPreset(32)}, &runs.Checkpoint{Model: weights.NewStateDict(), Optimizer: weights.NewStateDict()})
	if err == nil {
		err = run.WriteBest(sd)
	}
	if err != nil {
		t.Fatal(err)
	}
	var files []File
	for _, name := range []string{"run.json", "best.safetensors"} {
		content, err := os.ReadFile(filepath.Join(run.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, File{name, content})
	}
	return files
}

// withNetwork starts a session in which the tests' network is open.
func withNetwork(t *testing.T) *Session {
	t.Helper()
	s := newSession(t)
	if _, _, err := ask[NetworkAnswer](t, s, "network", NetworkArguments{Kind: "course"}, courseFiles(t)...); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNetworkOfTheSiteIsThatOfItsFiles(t *testing.T) {
	s := newSession(t)
	answer, _, err := ask[NetworkAnswer](t, s, "network", NetworkArguments{Kind: "course"}, courseFiles(t)...)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Arch != "resnet18" || answer.Side != 32 || !slices.Equal(answer.Classes, testClasses) {
		t.Errorf("answer %+v", answer)
	}
	want, err := stateDict()
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.network.StateDict()
	if err != nil {
		t.Fatal(err)
	}
	if d := weights.Diff(got, want); len(d.Changed)+len(d.OnlyFirst)+len(d.OnlySecond) > 0 || len(d.Equal) == 0 {
		t.Errorf("the network differs from its file: %+v", d)
	}
}

func TestOwnWeightsNeedNoWords(t *testing.T) {
	sd, err := stateDict()
	if err != nil {
		t.Fatal(err)
	}
	var content bytes.Buffer
	if err := weights.EncodePth(&content, sd); err != nil {
		t.Fatal(err)
	}
	s := newSession(t)
	file := File{"mine.pth", content.Bytes()}
	answer, _, err := ask[NetworkAnswer](t, s, "network", NetworkArguments{Kind: "own", Side: 48}, file)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Arch != "resnet18" || answer.Side != 48 || !slices.Equal(answer.Classes, []string{"0", "1", "2"}) {
		t.Errorf("answer %+v", answer)
	}
	answer, _, err = ask[NetworkAnswer](t, s, "network", NetworkArguments{Kind: "own", Classes: testClasses}, file)
	if err != nil || !slices.Equal(answer.Classes, testClasses) || answer.Side != 224 {
		t.Errorf("with names: %+v, %v", answer, err)
	}
}

func TestArchOfAFileIsANameOfTheLibrary(t *testing.T) {
	for name := range models.Variants {
		if testing.Short() && strings.Contains(name, "101") {
			continue
		}
		config, err := models.Variant(name)
		if err != nil {
			t.Fatal(err)
		}
		config.NumClasses = 2
		net, err := models.NewResNet(nn.NewScope(model.NewStore(), nn.SkipInit()), config)
		if err != nil {
			t.Fatal(err)
		}
		sd := weights.NewStateDict()
		for _, p := range net.Parameters() {
			sd.Set(p.Key, &weights.Tensor{Shape: p.Shape(), DType: weights.Float32}) // shapes alone: keys and shapes tell the network
		}
		if got := archOf(&weights.File{StateDict: sd}); got != name {
			t.Errorf("%s is taken for %q", name, got)
		}
	}
}

func TestNetworkRefusesWhatItCannotOpen(t *testing.T) {
	s := withNetwork(t)
	open := s.network
	course := courseFiles(t)
	for name, c := range map[string]struct {
		arguments NetworkArguments
		files     []File
		want      string
	}{
		"no kind":          {NetworkArguments{}, nil, "neither course nor own"},
		"a missing file":   {NetworkArguments{Kind: "course"}, course[:1], "no file best.safetensors"},
		"a damaged run":    {NetworkArguments{Kind: "course"}, []File{{"run.json", []byte("{")}, course[1]}, "run.json"},
		"no weights":       {NetworkArguments{Kind: "own"}, []File{{"cat.png", []byte("\x89PNG\r\n\x1a\nxxxxxxxx")}}, "cat.png"},
		"an empty file":    {NetworkArguments{Kind: "own"}, []File{{"empty.pth", nil}}, "empty.pth"},
		"no file":          {NetworkArguments{Kind: "own"}, nil, "one weight file"},
		"too large a side": {NetworkArguments{Kind: "own", Side: 1 << 20}, course[1:], "at most 512"},
		"other names":      {NetworkArguments{Kind: "own", Classes: []string{"a"}}, course[1:], "fc"},
		"another network":  {NetworkArguments{Kind: "own", Arch: "resnet50"}, course[1:], "does not fit"},
	} {
		_, _, err := ask[NetworkAnswer](t, s, "network", c.arguments, c.files...)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want one line with %q", name, err, c.want)
		}
		if s.network != open {
			t.Errorf("%s: the network that was open is gone", name)
		}
	}
}
