//go:build linux && cgo && !noxla

package backend

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"resnetlab/resnetlib/backend/compilecache"
	"resnetlab/resnetlib/backend/onednn"
	"resnetlab/resnetlib/backend/pjrttable"
)

const childVariable = "RESNETLAB_TEST_COMPUTES_WITH_THREADS"

// TestMain is also the process that computes something with XLA and says how many programs it compiled and loaded, and the result.
func TestMain(m *testing.M) {
	if threads := os.Getenv(childVariable); threads != "" {
		n, _ := strconv.Atoi(threads)
		b, _, err := OpenWith(XLACPU, Options{Threads: n, Log: func(line string) { fmt.Println(line) }})
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		out := graph.MustNewExec(b, func(x *graph.Node) *graph.Node {
			return graph.Tanh(graph.Dot(x, graph.Sqrt(graph.Abs(x))).Product())
		}).MustCall1([][]float32{{1, 2}, {-3, 0.5}}).Value().([][]float32)
		compiled, loaded := pjrttable.Counts()
		fmt.Printf("COUNTS %d loaded %d result %x %x\n", compiled, loaded, math.Float32bits(out[0][0]), math.Float32bits(out[1][1]))
		os.Exit(0)
	}
	if threads := os.Getenv(threadsVariable); threads != "" {
		n, _ := strconv.Atoi(threads)
		if err := measureThreads(n); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// needXLA skips a test where there is no plugin.
func needXLA(t *testing.T) {
	t.Helper()
	if f := find(request{kind: cpuKind}); !f.OK {
		fmt.Printf("SKIP: %s: %s\n", t.Name(), f.Why)
		t.Skip(f.Why)
	}
}

// computes runs the process, and returns what it compiled and loaded, the bits of its result, and what else it said.
func computes(t *testing.T, threads int, environment ...string) (counts, result, said string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), childVariable+"="+fmt.Sprint(threads)), environment...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s%s", err, out, stderr.String())
	}
	said, line, _ := strings.Cut(string(out), "COUNTS ")
	counts, result, ok := strings.Cut(line, " result ")
	if !ok {
		t.Fatalf("said %q", out)
	}
	return counts, strings.TrimSpace(result), said
}

// The second process compiles nothing and computes the same bits. Whatever the key holds makes it compile again, and so does damage.
func TestSecondProcessCompilesNothing(t *testing.T) {
	needXLA(t)
	dir := filepath.Join(t.TempDir(), "compiled")
	in := func(more ...string) []string {
		return append([]string{CacheVariable + "=" + dir, onednn.Env + "=off", "XLA_FLAGS=", "NPROC="}, more...)
	}
	_, want, _ := computes(t, 1, in(CacheVariable+"=off")...)
	step := func(name string, threads int, environment []string, counts, says string) {
		t.Helper()
		got, result, said := computes(t, threads, environment...)
		if got != counts || result != want || !strings.Contains(said, says) || (says == "") != (said == "") {
			t.Errorf("%s: compiled %s, want %s; result %s, want %s; said %q, want %q", name, got, counts, result, want, said, says)
		}
	}
	step("off", 1, in(CacheVariable+"=off"), "0 loaded 0", "") // without a cache nobody counts
	step("cold", 1, in(), "1 loaded 0", "")
	step("warm", 1, in(), "0 loaded 1", "")
	step("two threads", 2, in(), "1 loaded 0", "")
	step("two threads, warm", 2, in(), "0 loaded 1", "")
	step("other flags", 1, in("XLA_FLAGS=--xla_cpu_enable_fast_math=false"), "1 loaded 0", "")
	step("dump", 1, in("XLA_FLAGS=--xla_dump_to="+t.TempDir()), "0 loaded 0", "")

	files, err := filepath.Glob(filepath.Join(dir, "*.compiled"))
	if err != nil || len(files) != 3 {
		t.Fatalf("stored: %v, %v", files, err)
	}
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		content[len(content)/2] ^= 1
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	step("damaged", 1, in(), "1 loaded 0", "damaged")
	step("stored anew", 1, in(), "0 loaded 1", "")

	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	step("folder open to all", 1, in(), "0 loaded 0", "others can enter it")
	step("no folder", 1, in(CacheVariable+"=/proc/none"), "0 loaded 0", "compile cache: ")
}

// Backends that are opened at once neither disturb each other nor the environment, which a number of threads changes for a moment.
func TestOpeningAtOnce(t *testing.T) {
	needXLA(t)
	t.Setenv("NPROC", "5")
	t.Setenv(CacheVariable, t.TempDir())
	if err := os.Chmod(os.Getenv(CacheVariable), 0o700); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for i := range 6 {
		group.Go(func() {
			b, _, err := OpenWith(XLACPU, Options{Threads: i % 3, Log: func(line string) { t.Error(line) }})
			if err != nil {
				t.Error(err)
				return
			}
			defer b.Finalize()
			double := graph.MustNewExec(b, func(x *graph.Node) *graph.Node { return graph.Add(x, x) })
			if got := double.MustCall1(float32(21)).Value(); got != float32(42) {
				t.Errorf("21+21 = %v", got)
			}
		})
	}
	group.Wait()
	if got := os.Getenv("NPROC"); got != "5" {
		t.Errorf("NPROC was 5 and is %q", got)
	}
}

// Every field of what makes a program is part of its key.
func TestKeyHasEveryField(t *testing.T) {
	seen := map[compilecache.Key]string{}
	add := func(what string, m maker, p pjrttable.Program) {
		key := m.key(p)
		if other, ok := seen[key]; ok {
			t.Errorf("%s and %s have the same key", what, other)
		}
		seen[key] = what
	}
	program := pjrttable.Program{Code: []byte("code"), Format: "mlir", Options: []byte("options"), Devices: 1}
	add("the program", maker{}, program)
	for i := range reflect.TypeFor[maker]().NumField() {
		var m maker
		set(reflect.ValueOf(&m).Elem().Field(i))
		add(reflect.TypeFor[maker]().Field(i).Name, m, program)
	}
	for i := range reflect.TypeFor[pjrttable.Program]().NumField() {
		p := program
		set(reflect.ValueOf(&p).Elem().Field(i))
		add(reflect.TypeFor[pjrttable.Program]().Field(i).Name, maker{}, p)
	}
}

// set gives a field another value.
func set(field reflect.Value) {
	switch field.Kind() {
	case reflect.Int:
		field.SetInt(7)
	case reflect.String:
		field.SetString("changed")
	default:
		field.SetBytes([]byte("changed"))
	}
}

func TestHashOfAPluginWithoutAWheelIsItsBytes(t *testing.T) {
	path := place(t, filepath.Join(t.TempDir(), "plugin.so"), "abc")
	const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-2, appendix B.1
	if got, err := hashOf(path); err != nil || got != want {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := hashOf(path + "2"); err == nil {
		t.Error("a missing file has a hash")
	}
}

func TestCacheFolder(t *testing.T) {
	home, work := t.TempDir(), t.TempDir()
	t.Chdir(work)
	flags := place(t, filepath.Join(work, "flags"), "--xla_dump_to=/tmp")
	for _, c := range []struct{ name, value, flags, cache, want, problem string }{
		{"the user's", "", "", home, filepath.Join(home, "resnetlab", "compiled"), ""},
		{"named", "/some/where", "", home, "/some/where", ""},
		{"relative", "here", "", home, filepath.Join(work, "here"), ""},
		{"off", " off ", "", home, "", "off: " + CacheVariable},
		{"dump", "", "--a=b --xla_dump_to=x", home, "", "XLA_FLAGS asks for dumps"},
		{"dump in a file", "", flags, home, "", "XLA_FLAGS asks for dumps"},
		{"no home", "", "", "relative", "", "name one in " + CacheVariable},
	} {
		t.Setenv(CacheVariable, c.value)
		t.Setenv("XLA_FLAGS", c.flags)
		t.Setenv("XDG_CACHE_HOME", c.cache)
		got := FindCompileCache()
		if got.Dir != c.want || !strings.Contains(got.Problem, c.problem) || (c.problem == "") != (got.Problem == "") {
			t.Errorf("%s: %+v, want %q %q", c.name, got, c.want, c.problem)
		}
		if check := checkCompileCache(got); check.OK == (c.name == "no home") || check.OK == (check.Fix != "") {
			t.Errorf("%s: the doctor says %+v", c.name, check)
		}
	}
	if _, err := os.Stat(filepath.Join(home, "resnetlab")); err == nil {
		t.Error("looking made the folder")
	}
}
