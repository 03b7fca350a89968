package runs

import (
	"encoding/json"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// parse reads flags as the command line does.
func parse(t *testing.T, args ...string) (Settings, error) {
	t.Helper()
	var s Settings
	parser, err := kong.New(&s, kong.Exit(func(int) { t.Fatal("exit") }), kong.Writers(io.Discard, io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(args)
	return s, err
}

func TestFlagsAndLibraryHaveTheSameDefaults(t *testing.T) {
	s, err := parse(t)
	if err != nil {
		t.Fatal(err)
	}
	if d := Defaults(); !reflect.DeepEqual(s, d) {
		t.Errorf("flags    %+v\nDefaults %+v", s, d)
	}
	if err := Defaults().Validate(); err != nil {
		t.Error(err)
	}
}

func TestEveryFlagSetsTheFieldOfItsName(t *testing.T) {
	args := []string{"photos", "--arch=resnet18", "--weights=w.pth", "--weights-upto=layer2", "--strategy=last:layer4", "--freeze-bn=false", "--epochs=9",
		"--batch-size=2", "--image-size=64", "--lr=0.5", "--head-lr=0.25", "--optimizer=sgd", "--momentum=0.9", "--scheduler=step",
		"--lr-step-size=7", "--lr-gamma=0.5", "--warmup=1", "--weight-decay=0.01", "--label-smoothing=0.1",
		"--clip-norm=1", "--accumulate=4", "--early-stop=3", "--class-weights=1,2", "--augment=none", "--augment-repeats=2",
		"--val-split=0.2", "--strict-data", "--exif", "--checkpoint-every=50", "--seed=18446744073709551615", "--workers=3",
		"--threads=2", "--out=runs/b", "--overwrite"}
	s, err := parse(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	plateau, err := parse(t, "--scheduler=plateau", "--lr-patience=2") // which has no effect with --scheduler step
	if err != nil {
		t.Fatal(err)
	}
	s.LRPatience = plateau.LRPatience
	given := map[string]bool{"data": true, "lr-patience": true}
	for _, arg := range args[1:] {
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		given[name] = true
	}
	defaults := Defaults()
	other := reflect.ValueOf(defaults)
	for field, value := range fields(&s) {
		if !given[flag(field)] {
			t.Errorf("%s has the flag --%s, which this test does not give", field.Name, flag(field))
		}
		if reflect.DeepEqual(value.Interface(), other.FieldByIndex(field.Index).Interface()) {
			t.Errorf("%s has its default although another value was given", field.Name)
		}
	}
	if s.FreezesBN() || !(Settings{}).FreezesBN() {
		t.Error("freeze-bn=false does not reach FreezesBN, or its default is not true")
	}
}

func TestSettingsRoundTrip(t *testing.T) {
	want, err := parse(t, "photos", "--lr=0.1", "--freeze-bn=false", "--seed=18446744073709551615")
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Settings
	if err := json.Unmarshal(data, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, error %v, want %+v", got, err, want)
	}
}

func TestWithDefaultsKeepsWhatIsSet(t *testing.T) {
	no := false
	s := Settings{Arch: "resnet18", LR: 0.01, FreezeBN: &no, Epochs: 7}.WithDefaults()
	if s.Arch != "resnet18" || s.LR != 0.01 || s.FreezesBN() || s.Epochs != 7 || s.BatchSize != 16 || s.Optimizer != "adam" {
		t.Errorf("got %+v", s)
	}
}

func TestValidateListsEveryWrongSetting(t *testing.T) {
	for _, c := range []struct {
		change func(*Settings)
		want   string
	}{
		{func(s *Settings) { s.Optimizer = "rmsprop" }, `--optimizer: "rmsprop" is not one of adam, adamw, sgd`},
		{func(s *Settings) { s.Epochs = -1 }, "--epochs: -1"},
		{func(s *Settings) { s.BatchSize = -1 }, "--batch-size"},
		{func(s *Settings) { s.LR = -0.1 }, "--lr: -0.1"},
		{func(s *Settings) { s.LR = math.NaN() }, "--lr: NaN"},
		{func(s *Settings) { s.LR = math.Inf(1) }, "--lr: +Inf"},
		{func(s *Settings) { s.ValSplit = 1.5 }, "--val-split: 1.5 is not between 0 and 1"},
		{func(s *Settings) { s.Strategy = "last:" }, "--strategy"},
		{func(s *Settings) { s.Strategy = "last" }, "--strategy"},
		{func(s *Settings) { s.Strategy = "head" }, "all, last:LAYER, new"},
		{func(s *Settings) { s.ClassWeights = "1,x" }, "--class-weights"},
		{func(s *Settings) { s.ClassWeights = "1,-2" }, "--class-weights"},
		{func(s *Settings) { s.Momentum = 0.9 }, "--momentum: it has no effect with --optimizer adam"},
		{func(s *Settings) { s.Scheduler, s.LRPatience = "step", 2 }, "--lr-patience: it has no effect with --scheduler step"},
		{func(s *Settings) { s.LRGamma = 0.5 }, "--lr-gamma: it has no effect with --scheduler none"},
	} {
		s := Defaults()
		c.change(&s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
	s := Defaults()
	s.Epochs, s.Strategy = -1, "x"
	if err := s.Validate(); err == nil || !strings.Contains(err.Error(), "epochs") || !strings.Contains(err.Error(), "strategy") {
		t.Errorf("error %v does not list both mistakes", err)
	}
	if _, err := parse(t, "--epochs=-1"); err == nil {
		t.Error("the command line does not call Validate")
	}
	for _, strategy := range []string{"all", "new", "last:fc", "last:layer4"} {
		s := Defaults()
		s.Strategy = strategy
		s.Optimizer, s.Momentum, s.Scheduler, s.LRGamma = "sgd", 0.9, "plateau", 0.5
		if err := s.Validate(); err != nil {
			t.Error(err)
		}
	}
}

func TestParseClassWeights(t *testing.T) {
	for text, want := range map[string][]float64{"": nil, "balanced": nil, "1, 2,0.5": {1, 2, 0.5}} {
		got, balanced, err := Settings{ClassWeights: text}.ParseClassWeights()
		if err != nil || !reflect.DeepEqual(got, want) || balanced != (text == "balanced") {
			t.Errorf("%q: %v, %v, %v", text, got, balanced, err)
		}
	}
}

func TestContinueTakesEpochsWorkersThreadsAndPathOfDataOnly(t *testing.T) {
	run := Defaults()
	run.Data, run.LR = "photos", 0.01
	for _, c := range []struct {
		flags []string
		given Settings
		wrong []string // parts of the error; nil: the run can be resumed
		check func(Settings) bool
	}{
		{[]string{"resume"}, Settings{LR: 5}, nil, func(s Settings) bool { return reflect.DeepEqual(s, run) }},
		{[]string{"epochs"}, Settings{Epochs: 9}, nil, func(s Settings) bool { return s.Epochs == 9 && s.LR == 0.01 }},
		{[]string{"epochs"}, Settings{Epochs: 2}, []string{"--epochs 2: the run has 3"}, nil},
		{[]string{"workers", "threads"}, Settings{Workers: 5, Threads: 1}, nil, func(s Settings) bool { return s.Workers == 5 && s.Threads == 1 }},
		{[]string{"lr", "data"}, Settings{LR: 0.01, Data: "photos"}, nil, func(s Settings) bool { return reflect.DeepEqual(s, run) }},
		{[]string{"data"}, Settings{Data: "elsewhere/photos"}, nil, func(s Settings) bool { return s.Data == "elsewhere/photos" }},
		{[]string{"lr", "arch"}, Settings{LR: 0.1, Arch: "resnet18"}, []string{"--lr 0.1: the run has 0.01", "--arch resnet18: the run has resnet34"}, nil},
		{[]string{"freeze-bn"}, Settings{FreezeBN: new(bool)}, []string{"--freeze-bn false: the run has true"}, nil},
	} {
		got, err := run.Continue(c.given, c.flags)
		if (err != nil) != (c.wrong != nil) {
			t.Errorf("%v: error %v", c.flags, err)
		}
		for _, want := range c.wrong {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%v: error %q, want %q", c.flags, err, want)
			}
		}
		if c.check != nil && !c.check(got) {
			t.Errorf("%v: resumed with %+v", c.flags, got)
		}
	}
}
