//go:build linux && cgo && !noxla

package backend

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// build compiles a shared library from C, or skips the test.
func build(t *testing.T, name, source string) string {
	t.Helper()
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		fmt.Printf("SKIP: %s: no gcc to build a plugin with\n", t.Name())
		t.Skip(err)
	}
	dir := t.TempDir()
	c, so := filepath.Join(dir, "plugin.c"), filepath.Join(dir, name)
	if err := os.WriteFile(c, []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(gcc, "-shared", "-fPIC", "-o", so, c).CombinedOutput(); err != nil {
		t.Fatalf("gcc: %v\n%s", err, out)
	}
	return so
}

// table is a plugin whose PJRT table has only its head; functions follow as body says.
func table(major, minor, size, body string) string {
	return `#include <stddef.h>
#include <stdlib.h>
#include <stdio.h>
static struct { size_t size; void* ext; size_t vsize; void* vext; int major, minor; void* functions[200]; } api;
const void* GetPjrtApi(void) { api.major = ` + major + `; api.minor = ` + minor + `; api.size = ` + size + `;
` + body + `; return &api; }`
}

// Every way in which a plugin can be unfit ends in an error of one line that says which file and what is wrong, and this process lives.
func TestBrokenPlugins(t *testing.T) {
	good := build(t, "good.so", "int f(void) { return 1; }")
	bytes, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	file := func(name string, content []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, content, 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	other := append([]byte(nil), bytes...)
	other[18] = byte(elf.EM_AARCH64) // e_machine
	narrow := append([]byte(nil), bytes...)
	narrow[4] = byte(elf.ELFCLASS32)
	full := strconv.Itoa(apiMinSize)
	fill := `for (int i = 0; i < 200; i++) api.functions[i] = (void*)die`
	die := func(how string) string {
		return "#include <stdlib.h>\n#include <unistd.h>\n#include <stdio.h>\nstatic void* die(void* p) { " + how + "; return 0; }\n"
	}

	for name, c := range map[string]struct{ path, want string }{
		"missing":          {filepath.Join(t.TempDir(), "none.so"), "no such file"},
		"folder":           {t.TempDir(), "not a regular file"},
		"empty":            {file("p.so", nil), "damaged"},
		"text":             {file("p.so", []byte("<html>404: not found</html>\n")), "not a shared library"},
		"header alone":     {file("p.so", bytes[:64]), "truncated"},
		"half":             {file("p.so", bytes[:len(bytes)/2]), "truncated"},
		"other machine":    {file("p.so", other), "another machine"},
		"32 bit":           {file("p.so", narrow), "damaged"},
		"a program":        {"/bin/sh", "cannot be loaded"},
		"no GetPjrtApi":    {good, "no function GetPjrtApi"},
		"no table":         {build(t, "p.so", "void* GetPjrtApi(void) { return 0; }"), "no table"},
		"needs a library":  {build(t, "p.so", "void gone(void); void* GetPjrtApi(void) { gone(); return 0; }"), "undefined symbol: gone"},
		"crashes on load":  {build(t, "p.so", "#include <stdlib.h>\n__attribute__((constructor)) void f(void) { abort(); }"), "aborted"},
		"ends the process": {build(t, "p.so", "#include <unistd.h>\n__attribute__((constructor)) void f(void) { _exit(0); }"), "ends the process"},
		"crashes when asked": {
			build(t, "p.so", "void* GetPjrtApi(void) { return *(void* volatile*)16; }"), "segmentation fault"},
		"old version":   {build(t, "p.so", table("0", "40", "sizeof api", "")), "PJRT API 0.40 is too old"},
		"small table":   {build(t, "p.so", table("0", "120", "800", "")), "too old: its table has 800 bytes"},
		"other major":   {build(t, "p.so", table("1", "0", full, "")), "PJRT API 1.0 is not compatible"},
		"no functions":  {build(t, "p.so", table("0", "104", full, "")), "function 1 of its PJRT table is missing"},
		"client aborts": {build(t, "p.so", die("abort()")+table("0", "104", full, fill)), "aborted"},
		"client exits": {
			build(t, "p.so", die(`fprintf(stderr, "F0000 x.cc:1] Unknown flag\n"); _exit(1)`)+table("0", "104", full, fill)),
			"ends the process (Unknown flag)"},
	} {
		t.Run(name, func(t *testing.T) {
			b, _, err := Open("xla:" + c.path)
			if err == nil {
				b.Finalize()
				t.Fatal("opened")
			}
			message := err.Error()
			if !errors.Is(err, ErrUnavailable) || !strings.Contains(message, c.want) || !strings.Contains(message, c.path) {
				t.Errorf("%q: want ErrUnavailable with %q and the path", message, c.want)
			}
			if strings.Contains(message, "\n") {
				t.Errorf("more than one line: %q", message)
			}
		})
	}
}

// Where the only plugin is broken, the Go backend serves and the choice says why.
func TestBrokenPluginLeavesTheGoBackend(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pjrt_c_api_cpu_plugin.so"), []byte("not a library"), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOMLX_BACKEND", "")
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", dir)
	t.Setenv("HOME", t.TempDir())
	t.Chdir(t.TempDir()) // away from the project's .venv
	b, choice, err := Open("auto")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	if choice.Name != Go || !strings.Contains(choice.Why, "xla:cpu not used: "+dir) {
		t.Errorf("%s: want go, and why not xla:cpu", choice)
	}
}
