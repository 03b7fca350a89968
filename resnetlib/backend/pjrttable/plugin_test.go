//go:build linux && cgo && !noxla

package pjrttable

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/gomlx/go-xla/pjrt"
)

// build compiles the plugin for tests with these definitions, or skips the test.
func build(t *testing.T, dir string, definitions ...string) string {
	t.Helper()
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		fmt.Printf("SKIP: %s: no gcc to build a plugin with\n", t.Name())
		t.Skip(err)
	}
	so := filepath.Join(dir, "pjrt_c_api_cpu_plugin.so")
	args := append([]string{"-shared", "-fPIC", "-w", "-o", so, "testdata/plugin.c"}, definitions...)
	if out, err := exec.Command(gcc, args...).CombinedOutput(); err != nil {
		t.Fatalf("gcc: %v\n%s", err, out)
	}
	return so
}

// good is a plugin with the table that go-xla needs. It stays loaded as long as the process lives.
var good = sync.OnceValue(func() string {
	dir, err := os.MkdirTemp("", "pjrttable")
	if err != nil {
		panic(err)
	}
	return dir
})

func TestMain(m *testing.M) {
	status := m.Run()
	os.RemoveAll(good())
	os.Exit(status)
}

// client makes a client with these hooks.
func client(t *testing.T, h Hooks) *pjrt.Client {
	t.Helper()
	path := filepath.Join(good(), "pjrt_c_api_cpu_plugin.so")
	if _, err := os.Stat(path); err != nil {
		build(t, good(), "-DMAJOR=0", "-DFUNCTIONS=132")
	}
	plugin, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	var c *pjrt.Client
	err = plugin.NewClient(path, h, func() error {
		known, err := pjrt.GetPlugin(path)
		if err == nil {
			c, err = known.NewClient(nil)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// compile compiles a program and returns the executable's name, which says how it was made.
func compile(t *testing.T, c *pjrt.Client, program string) string {
	t.Helper()
	e, err := c.Compile().WithStableHLO([]byte(program)).Done()
	if err != nil {
		t.Fatalf("%s: %v", program, err)
	}
	defer func() {
		if err := e.Destroy(); err != nil {
			t.Error(err)
		}
	}()
	return e.Name
}

// memory is a cache in memory, with what was said of the programs.
type memory struct {
	sync.Mutex
	stored map[string]string
	seen   []Program
	bad    map[string]string // by program: "panic", "refuse"
}

type slot struct {
	m   *memory
	key string
}

func (m *memory) find(p Program) Entry {
	m.Lock()
	defer m.Unlock()
	key := string(p.Code)
	m.seen = append(m.seen, Program{[]byte(key), p.Format, append([]byte(nil), p.Options...), p.Devices})
	switch m.bad[key] {
	case "panic":
		panic("find")
	case "none":
		return nil
	}
	return slot{m, key}
}

func (s slot) Load(use func([]byte) error) (bool, error) {
	s.m.Lock()
	defer s.m.Unlock()
	payload, ok := s.m.stored[s.key]
	if !ok {
		return false, nil
	}
	if err := use([]byte(payload)); err != nil {
		return false, err
	}
	return true, nil
}

func (s slot) Store(serialize func() ([]byte, error)) error {
	if s.m.bad[s.key] == "unstorable" {
		panic("Store")
	}
	payload, err := serialize()
	if err != nil {
		return err
	}
	s.m.Lock()
	defer s.m.Unlock()
	s.m.stored[s.key] = string(payload)
	return nil
}

func TestProgramIsCompiledOnce(t *testing.T) {
	m := &memory{stored: map[string]string{}}
	hooks := Hooks{Cache: m.find, Log: func(err error) { t.Error(err) }}
	compiledBefore, loadedBefore := Counts()
	first, second := client(t, hooks), client(t, hooks)
	for _, step := range []struct {
		client *pjrt.Client
		want   string
	}{{first, "compiled one"}, {first, "loaded compiled one"}, {second, "loaded compiled one"}} {
		if got := compile(t, step.client, "one"); got != step.want {
			t.Errorf("%q, want %q", got, step.want)
		}
	}
	if c, l := Counts(); c-compiledBefore != 1 || l-loadedBefore != 2 {
		t.Errorf("%d compiled, %d loaded: want 1 and 2", c-compiledBefore, l-loadedBefore)
	}
	if p := m.seen[0]; string(p.Code) != "one" || p.Format != "mlir" || len(p.Options) == 0 || p.Devices != 3 {
		t.Errorf("the program: %q %q %d bytes of options, %d devices", p.Code, p.Format, len(p.Options), p.Devices)
	}
	if got := compile(t, client(t, Hooks{}), "one"); got != "compiled one" {
		t.Errorf("a client without hooks: %q", got)
	}
}

func TestRewrittenProgramIsWhatIsKept(t *testing.T) {
	m := &memory{stored: map[string]string{}}
	var problems []string
	c := client(t, Hooks{Cache: m.find, Log: func(err error) { problems = append(problems, fmt.Sprint(err, errors.Is(err, ErrRewrite))) }, Rewrite: func(p []byte) ([]byte, error) {
		switch string(p) {
		case "panics":
			panic("rewriting")
		case "as it came":
			return nil, nil
		case "fails":
			return nil, errors.New("not a program")
		}
		return []byte(strings.Replace(string(p), "slow", "fast", 1) + strings.Repeat(" ", 1000)), nil
	}})
	for _, step := range []struct{ program, want, problem string }{
		{"slow program", "compiled fast program", ""},
		{"fast program", "loaded compiled fast program", ""},
		{"as it came", "compiled as it came", ""},
		{"panics", "compiled panics", "rewriting a program: panic: rewriting true"},
		{"fails", "compiled fails", "not a program true"},
	} {
		problems = nil
		if got := strings.TrimSpace(compile(t, c, step.program)); got != step.want {
			t.Errorf("%s: %q, want %q", step.program, got, step.want)
		}
		if got := strings.Join(problems, "; "); !strings.Contains(got, step.problem) || (step.problem == "") != (got == "") {
			t.Errorf("%s: said %q, want %q", step.program, got, step.problem)
		}
	}
}

func TestProgramThatWasRewrittenBadlyIsCompiledAsItCame(t *testing.T) {
	said := ""
	m := &memory{stored: map[string]string{}}
	c := client(t, Hooks{Cache: m.find, Rewrite: func([]byte) ([]byte, error) { return []byte("uncompilable"), nil }, Log: func(err error) { said += fmt.Sprint(err, errors.Is(err, ErrRewrite)) }})
	if got := compile(t, c, "good"); got != "compiled good" || !strings.Contains(said, "the compiler refuses") || !strings.HasSuffix(said, "true") {
		t.Errorf("%q, said %q", got, said)
	}
	if _, err := c.Compile().WithStableHLO([]byte("itself uncompilable")).Done(); err == nil || !strings.Contains(err.Error(), "the compiler refuses") {
		t.Errorf("the compiler's own error: %v", err)
	}
}

// Whatever goes wrong with the cache, the program is compiled and the reason is said.
func TestAnyFailureCompiles(t *testing.T) {
	m := &memory{stored: map[string]string{"broken": "!"}, bad: map[string]string{"find panics": "panic", "store panics": "unstorable", "no place": "none"}}
	said := ""
	c := client(t, Hooks{Cache: m.find, Log: func(err error) { said += err.Error() + "; " }})
	for program, want := range map[string]string{
		"broken": "cannot load", "find panics": "panic: find", "store panics": "panic: Store", "no place": "", "unserializable": "no serialization",
	} {
		said = ""
		if got := compile(t, c, program); got != "compiled "+program || !strings.Contains(said, want) || (want == "") != (said == "") {
			t.Errorf("%s: %q, said %q, want %q", program, got, said, want)
		}
	}
	if got := compile(t, client(t, Hooks{}), "count"); got != "errors 0 executables 0 serialized 0" {
		t.Errorf("left behind: %s", got)
	}
}

func TestManyGoroutines(t *testing.T) {
	m := &memory{stored: map[string]string{}}
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			c := client(t, Hooks{Cache: m.find, Log: func(err error) { t.Error(err) }})
			for range 20 {
				program := fmt.Sprint("program ", i%3)
				if got := compile(t, c, program); !strings.HasSuffix(got, "compiled "+program) {
					t.Errorf("%q for %q", got, program)
				}
			}
		})
	}
	group.Wait()
	if len(m.stored) != 3 {
		t.Errorf("%d programs stored", len(m.stored))
	}
}

func TestOpenErrorIsReturned(t *testing.T) {
	client(t, Hooks{}) // or skip
	want := errors.New("no client")
	if err := only.NewClient(filepath.Join(good(), "pjrt_c_api_cpu_plugin.so"), Hooks{}, func() error { return want }); err != want {
		t.Errorf("%v", err)
	}
	if major, minor := only.Version(); major != 0 || minor != 104 || only.Table() == nil {
		t.Errorf("version %d.%d, table %v", major, minor, only.Table())
	}
}

func TestUnfitPluginsAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		definitions []string
		want        string
	}{
		"another major version": {[]string{"-DMAJOR=1", "-DFUNCTIONS=132"}, "PJRT API 1.104"},
		"a short table":         {[]string{"-DMAJOR=0", "-DFUNCTIONS=56"}, "a table of 488 bytes"},
		"no compiler":           {[]string{"-DMAJOR=0", "-DFUNCTIONS=132", "-DMISSING=CLIENT_COMPILE"}, "function 21 of its PJRT table is missing"},
	} {
		path := build(t, t.TempDir(), c.definitions...)
		if _, err := Load(path); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	client(t, Hooks{})
	if _, err := Load(build(t, t.TempDir(), "-DMAJOR=0", "-DFUNCTIONS=132", "-DOTHER")); !errors.Is(err, ErrOther) {
		t.Errorf("a second plugin: %v", err)
	}
	if _, err := Load("/no/such.so"); err == nil || !strings.Contains(err.Error(), "/no/such.so") {
		t.Errorf("no file: %v", err)
	}
}

// The places in table.h are those of go-xla's header.
func TestPlaces(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/gomlx/go-xla").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	header, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "pjrt", "pjrt_c_api.h"))
	if err != nil {
		t.Fatal(err)
	}
	ours, err := os.ReadFile("table.h")
	if err != nil {
		t.Fatal(err)
	}
	_, fields, _ := strings.Cut(string(header), "typedef struct PJRT_Api {")
	place := map[string]string{}
	for i, m := range regexp.MustCompile(`_PJRT_API_STRUCT_FIELD\(PJRT_(\w+)\)`).FindAllStringSubmatch(fields, -1) {
		place[strings.ToUpper(strings.ReplaceAll(m[1], "_", ""))] = fmt.Sprint(i)
	}
	found := 0
	for _, m := range regexp.MustCompile(`(?m)^  ([A-Z_]+) = (\d+),$`).FindAllStringSubmatch(string(ours), -1) {
		if found++; place[strings.ReplaceAll(m[1], "_", "")] != m[2] {
			t.Errorf("%s is at place %s, table.h has %s", m[1], place[strings.ReplaceAll(m[1], "_", "")], m[2])
		}
	}
	if found != 9 {
		t.Errorf("%d places found in table.h", found)
	}
}
