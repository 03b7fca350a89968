package kernels

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"resnetlab/resnetlib/backend"
)

// checkout makes a folder with what an installation needs: go.mod and the two tools.
func checkout(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(root, "go.mod"), string(mod), 0o644)
	for _, tool := range []string{"gonb", "goimports"} {
		put(t, filepath.Join(root, "bin", tool), "#!/bin/sh\n", 0o755)
	}
	return root
}

func put(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func TestInstall(t *testing.T) {
	root := checkout(t)
	folders := backend.PluginFolders(filepath.Join(root, ".venv")) // none as long as there is no .venv
	site := filepath.Join(root, ".venv", "lib", "python3.12", "site-packages")
	put(t, filepath.Join(site, "lammps_jax_pjrt_cpu", "pjrt_c_api_cpu_plugin.so"), "", 0o644)
	dir := filepath.Join(root, ".venv", "share", "jupyter", "kernels", Name)
	put(t, filepath.Join(dir, "kernel.json"), "an older one, broken", 0o644)
	mine := t.TempDir()
	t.Setenv(pluginVariable, joinPath([]string{mine, filepath.Join(site, "nvidia"), "relative"}))
	if err := Install(dir, root); err != nil {
		t.Fatal(err)
	}
	s, err := readSpec(dir)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(root, "bin", "gonb"); s.Argv[0] != want || !slices.Contains(s.Argv, "-go_work="+root) {
		t.Errorf("argv %q, want %s with -go_work=%s", s.Argv, want, root)
	}
	for _, part := range filepath.SplitList(s.Env["PATH"]) {
		if !filepath.IsAbs(part) {
			t.Errorf("PATH has %q, which depends on the notebook's folder", part)
		}
	}
	if first := filepath.SplitList(s.Env["PATH"])[0]; first != filepath.Join(root, "bin") {
		t.Errorf("PATH begins with %s: GoNB would take another goimports", first)
	}
	// The user's own folders come first. The folder of the CUDA plugin, which "backend install cuda" may fill later, is searched too.
	want := []string{mine, filepath.Join(site, "nvidia"), filepath.Join(site, "lammps_jax_pjrt_cpu")}
	if got := filepath.SplitList(s.Env[pluginVariable]); !slices.Equal(got, want) || len(folders) > 0 {
		t.Errorf("plugin folders %q, want %q; before there was a .venv %q", got, want, folders)
	}
	for _, c := range Doctor(dir) {
		if around := c.Name == "build cache" || c.Name == "jupyter"; !c.OK && !around { // this checkout is not complete
			t.Errorf("doctor: %+v", c)
		}
	}
	if err := Uninstall(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("after Uninstall: %v", err)
	}
}

func TestInstallSaysWhatIsMissing(t *testing.T) {
	for _, missing := range []string{"bin/gonb", "bin/goimports", "go.mod"} {
		t.Run(missing, func(t *testing.T) {
			root, dir := checkout(t), t.TempDir()
			if err := os.Remove(filepath.Join(root, missing)); err != nil {
				t.Fatal(err)
			}
			err := Install(dir, root)
			if err == nil || !strings.Contains(err.Error(), missing) {
				t.Errorf("error %v, want one about %s", err, missing)
			}
			if _, err := os.Stat(filepath.Join(dir, "kernel.json")); err == nil {
				t.Error("a kernel that cannot start was written")
			}
		})
	}
}

func TestUninstallLeavesOtherKernels(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "kernel.json"), `{"argv": ["python3"], "display_name": "Python 3"}`, 0o644)
	if err := Uninstall(dir); err == nil {
		t.Error("another kernel was removed")
	}
	if err := Uninstall(filepath.Join(dir, "none")); err == nil {
		t.Error("removing nothing was no error")
	}
}

func TestDoctor(t *testing.T) {
	root := checkout(t)
	dir := filepath.Join(root, "k")
	if err := Install(dir, root); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name, broken string
		breakIt      func() error
	}{
		{"module moved on to another Go", "module", func() error {
			return os.WriteFile(filepath.Join(root, "go.mod"), []byte("module resnetlab\n\ntoolchain go1.99.0\n"), 0o644)
		}},
		{"tool gone", "goimports", func() error { return os.Remove(filepath.Join(root, "bin", "goimports")) }},
		{"no kernel", "kernel", func() error { return os.RemoveAll(dir) }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if err := c.breakIt(); err != nil {
				t.Fatal(err)
			}
			checks := Doctor(dir)
			i := slices.IndexFunc(checks, func(k Check) bool { return k.Name == c.broken })
			if i < 0 || checks[i].OK || checks[i].Do == "" {
				t.Errorf("doctor: %+v, want %s broken, and what to do", checks, c.broken)
			}
		})
	}
}

// TestDoctorChecksSurroundings tests the checks of what is outside the kernel's folder.
func TestDoctorChecksSurroundings(t *testing.T) {
	tools, plugins := t.TempDir(), t.TempDir()
	put(t, filepath.Join(tools, "gopls"), "", 0o755)
	put(t, filepath.Join(tools, "bin", "jupyter"), "#!/bin/sh\necho '{\"kernelspecs\": {\"resnetlab\": {\"resource_dir\": \"'$KERNEL'\"}}}'\n", 0o755)
	put(t, filepath.Join(plugins, "pjrt_c_api_cpu_plugin.so"), "", 0o755)
	kernel := filepath.Join(tools, "share", "jupyter", "kernels", Name)
	t.Setenv("PATH", "/usr/bin:/bin")
	env := func(key, value string) *spec { return &spec{Env: map[string]string{key: value}} }
	t.Setenv("KERNEL", kernel)
	good := []Check{completion(env("PATH", tools)), plugin(env(pluginVariable, plugins)), jupyter(kernel)}
	t.Setenv("KERNEL", "/elsewhere")
	bad := []Check{completion(env("PATH", plugins)), plugin(env(pluginVariable, tools)), jupyter(kernel)}
	for i := range good {
		if !good[i].OK || good[i].Do != "" {
			t.Errorf("%+v, want it to be well", good[i])
		}
		if bad[i].Do == "" || bad[i].OK != (bad[i].Name == "completion") { // optional
			t.Errorf("%+v, want to know what to do", bad[i])
		}
	}
}

// TestListed tests that the kernel is found in Jupyter's JSON, which escapes letters outside of ASCII.
func TestListed(t *testing.T) {
	out := []byte(`{"kernelspecs": {"python3": {"resource_dir": "/opt/k"}, "resnetlab": {"resource_dir": "/home/Andr\u00e9/kernels/resnetlab"}}}`)
	for dir, want := range map[string]bool{"/home/André/kernels/resnetlab": true, "/opt/k/": true, "/home/Andr/kernels/resnetlab": false} {
		if lists(out, dir) != want {
			t.Errorf("%s is listed: %v", dir, !want)
		}
	}
}

// TestElsewhere tests that a plugin is reported which kernel.json does not name.
func TestElsewhere(t *testing.T) {
	all := []backend.Found{{Name: backend.XLACUDA, Why: "no plugin found"}, {Name: backend.Go, OK: true}}
	if c := elsewhere(all); !c.OK || c.Do == "" || !strings.HasPrefix(c.Found, "none") {
		t.Errorf("no plugin: %+v", c)
	}
	all = append(all, backend.Found{Name: backend.XLACPU, OK: true, Plugin: "/usr/local/lib/go-xla/p.so", Why: "go-xla's folder"})
	if c := elsewhere(all); !c.OK || c.Do != "" || c.Found != "/usr/local/lib/go-xla/p.so (go-xla's folder)" {
		t.Errorf("go-xla's plugin: %+v", c)
	}
}

func TestDir(t *testing.T) {
	t.Setenv("JUPYTER_DATA_DIR", "/data")
	if dir, err := Dir("", true); err != nil || dir != "/data/kernels/resnetlab" {
		t.Errorf("user: %q, %v", dir, err)
	}
	if dir, err := Dir("/opt/conda", false); err != nil || dir != "/opt/conda/share/jupyter/kernels/resnetlab" {
		t.Errorf("prefix: %q, %v", dir, err)
	}
	if dir, err := Dir("/opt/conda", true); err == nil {
		t.Errorf("both: %q", dir)
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	if dir, err := Dir("", false); err != nil || dir != filepath.Join(root, ".venv", "share", "jupyter", "kernels", Name) {
		t.Errorf("neither: %q, %v", dir, err)
	}
}

func TestCellFlags(t *testing.T) {
	if got := cellFlags("linux", "amd64"); got != "-mod=readonly '-ldflags=-w -linkmode=internal'" {
		t.Errorf("linux/amd64: %s", got)
	}
	for _, p := range [][2]string{{"linux", "arm64"}, {"darwin", "arm64"}} {
		if got := cellFlags(p[0], p[1]); strings.Contains(got, "linkmode") {
			t.Errorf("%s: %s: cgo with the internal linker was never tried there", p, got)
		}
	}
}
