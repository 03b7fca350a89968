package backend

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// Every wheel is pinned by version and hash, once.
func TestRequirementsArePinned(t *testing.T) {
	line := regexp.MustCompile(`^[a-z0-9-]+==[0-9.]+ --hash=sha256:[0-9a-f]{64}$`)
	for requirements, want := range map[string]int{requirementsCPU: 1, requirementsOneDNN: 1, requirementsCUDA: 16} {
		seen := map[string]bool{}
		for _, l := range strings.Split(strings.TrimSpace(requirements), "\n") {
			if strings.HasPrefix(l, "#") {
				continue
			}
			if !line.MatchString(l) {
				t.Errorf("%q is not pinned", l)
			}
			name, _, _ := strings.Cut(l, "==")
			if seen[name] {
				t.Errorf("%s twice", name)
			}
			seen[name] = true
		}
		if len(seen) != want {
			t.Errorf("%v: want %d wheels", seen, want)
		}
	}
}

func TestCheckWheelFits(t *testing.T) {
	if err := checkWheelFits("linux", "amd64"); err != nil {
		t.Error(err)
	}
	for _, machine := range [][2]string{{"linux", "arm64"}, {"darwin", "arm64"}, {"windows", "amd64"}, {"js", "wasm"}} {
		err := checkWheelFits(machine[0], machine[1])
		if err == nil || !strings.Contains(err.Error(), "the Go backend serves") {
			t.Errorf("%v: %v", machine, err)
		}
	}
}

// cudaTree is what JAX's and NVIDIA's wheels put into site-packages, as far as it matters here.
var cudaTree = []string{
	"jax_plugins/xla_cuda13/xla_cuda_plugin.so",
	"nvidia/cu13/bin/ptxas",
	"nvidia/cu13/nvvm/libdevice/libdevice.10.bc",
	"nvidia/cu13/lib/libcublas.so.13",
	"nvidia/cu13/lib/libcublasLt.so.13",
}

func writeTree(t *testing.T, site string, files []string) {
	t.Helper()
	for _, name := range files {
		place(t, filepath.Join(site, name), name)
	}
}

func TestLinkCUDA(t *testing.T) {
	venv := t.TempDir()
	lib := filepath.Join(venv, "lib", "python3.12")
	site := filepath.Join(lib, "site-packages")
	writeTree(t, site, cudaTree)
	for range 2 { // a second time changes nothing
		if err := linkCUDA(site); err != nil {
			t.Fatal(err)
		}
	}
	for link, want := range map[string]string{
		filepath.Join(site, "nvidia/pjrt_c_api_cuda_plugin.so"):      cudaTree[0],
		filepath.Join(site, "nvidia/bin/ptxas"):                      cudaTree[1],
		filepath.Join(site, "nvidia/nvvm/libdevice/libdevice.10.bc"): cudaTree[2],
		filepath.Join(lib, "libcublas.so.13"):                        cudaTree[3],
		filepath.Join(lib, "libcublasLt.so.13"):                      cudaTree[4],
	} {
		if content, err := os.ReadFile(link); err != nil || string(content) != want {
			t.Errorf("%s: %q, %v; want %s", link, content, err, want)
		}
	}
	found := inVenv(venv, cudaKind, "here")
	if len(found) != 1 || found[0].path != filepath.Join(site, "nvidia/pjrt_c_api_cuda_plugin.so") {
		t.Errorf("found %v", found)
	}
	// go-xla finds NVIDIA's libraries in ../nvidia, seen from the plugin's folder.
	if info, err := os.Stat(filepath.Join(filepath.Dir(filepath.Dir(found[0].path)), "nvidia")); err != nil || !info.IsDir() {
		t.Errorf("go-xla would not find the libraries: %v", err)
	}
}

func TestLinkCUDAWithoutLibraries(t *testing.T) {
	site := filepath.Join(t.TempDir(), "site-packages")
	writeTree(t, site, cudaTree[:1])
	if err := linkCUDA(site); err == nil || !strings.Contains(err.Error(), "ptxas") {
		t.Errorf("%v: want what is missing", err)
	}
	if err := linkCUDA(t.TempDir()); err != nil {
		t.Errorf("a site-packages without the plugin: %v", err)
	}
}

// fakeWheel builds a wheel of one file and gives its requirement line.
func fakeWheel(t *testing.T, dir, file string) string {
	t.Helper()
	path := filepath.Join(dir, "fake_pjrt-1.0-py3-none-any.whl")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	const content = "not a plugin"
	hash := sha256.Sum256([]byte(content))
	entry := fmt.Sprintf("%s,sha256=%s,%d\n", file, base64.RawURLEncoding.EncodeToString(hash[:]), len(content))
	z := zip.NewWriter(f)
	for name, content := range map[string]string{
		file:                               content,
		"fake_pjrt-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: fake-pjrt\nVersion: 1.0\n",
		"fake_pjrt-1.0.dist-info/WHEEL":    "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
		"fake_pjrt-1.0.dist-info/RECORD":   entry + "fake_pjrt-1.0.dist-info/METADATA,,\nfake_pjrt-1.0.dist-info/WHEEL,,\nfake_pjrt-1.0.dist-info/RECORD,,\n",
	} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(w, content)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	wheel, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(wheel)
	return "fake-pjrt==1.0 --hash=sha256:" + hex.EncodeToString(sum[:]) + "\n"
}

// The real pip installs a wheel whose hash agrees, and refuses it in one line where it does not.
func TestPipInstall(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the wheels are for Linux")
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		fmt.Printf("SKIP: %s: no python3 to install with\n", t.Name())
		t.Skip(err)
	}
	venv, links := filepath.Join(t.TempDir(), "venv"), t.TempDir()
	if out, err := exec.Command(python, "-m", "venv", venv).CombinedOutput(); err != nil {
		fmt.Printf("SKIP: %s: python3 -m venv does not work here: %s\n", t.Name(), out)
		t.Skip(err)
	}
	t.Setenv("PIP_NO_INDEX", "1")
	t.Setenv("PIP_FIND_LINKS", links)
	requirement := fakeWheel(t, links, wheels[cpuKind].folder+"/pjrt_c_api_cpu_plugin.so")

	wrong := strings.Replace(requirement, "sha256:", "sha256:00000000", 1)[:len(requirement)-1] + "\n"
	err = pipInstall(context.Background(), InstallOptions{Venv: venv}, wrong, false)
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "HASH") {
		t.Errorf("a wrong hash: %v", err)
	}
	if got := inVenv(venv, cpuKind, ""); len(got) != 0 {
		t.Errorf("installed in spite of it: %v", got)
	}

	var lines []string
	log := func(line string) { lines = append(lines, line) }
	if err := pipInstall(context.Background(), InstallOptions{Venv: venv, Log: log}, requirement, false); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(lines, "\n"), "Successfully installed fake-pjrt-1.0") {
		t.Errorf("pip's output is not in the log: %q", lines)
	}
	got := inVenv(venv, cpuKind, "")
	if len(got) != 1 || !intact(venv, cpuKind) {
		t.Fatalf("plugins in the environment: %v, intact %v", got, intact(venv, cpuKind))
	}

	// A damaged plugin is seen, and replaced when asked again.
	place(t, got[0].path, "NOT A PLUGIN")
	if intact(venv, cpuKind) {
		t.Error("a damaged plugin counts as intact")
	}
	if err := pipInstall(context.Background(), InstallOptions{Venv: venv}, requirement, true); err != nil {
		t.Fatal(err)
	}
	if !intact(venv, cpuKind) {
		t.Error("still damaged")
	}
}

func TestInstallRefuses(t *testing.T) {
	if _, err := Install(context.Background(), "tpu", InstallOptions{}); err == nil || !strings.Contains(err.Error(), "tpu") {
		t.Errorf("tpu: %v", err)
	}
	if checkWheelFits(runtime.GOOS, runtime.GOARCH) != nil {
		return
	}
	if _, err := Install(context.Background(), "cpu", InstallOptions{Venv: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "no Python virtual environment") {
		t.Errorf("no environment: %v", err)
	}
}
