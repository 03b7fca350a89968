package hub

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"resnetlab/resnetlib/weights"
)

// entry is a made-up entry of the table for the given content, of 2 MiB and a bit.
func entry(content []byte) weights.Published {
	return weights.Published{Arch: "resnet18", Version: "V1", SHA256: fmt.Sprintf("%x", sha256.Sum256(content))[:8],
		SizeMiB: float64(len(content)) / (1 << 20)}
}

func TestDownload(t *testing.T) {
	content := bytes.Repeat([]byte("12345678"), 1<<18+77)
	asked := []string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
	}))
	defer server.Close()
	t.Setenv(MirrorEnv, server.URL+"/models/")
	t.Setenv("TORCH_HOME", t.TempDir())
	p := entry(content)
	for i, want := range []bool{true, false} {
		path, fetched, err := Download(context.Background(), p, Options{})
		if err != nil || fetched != want || path != filepath.Join(os.Getenv("TORCH_HOME"), "hub", "checkpoints", p.File()) {
			t.Errorf("%d: %s %v %v", i, path, fetched, err)
		}
	}
	if len(asked) != 1 || asked[0] != "/models/"+p.File() {
		t.Errorf("asked for %q", asked)
	}
	p.SizeMiB += 0.02
	dir := t.TempDir()
	if _, _, err := Download(context.Background(), p, Options{Folder: dir}); err == nil || !strings.Contains(err.Error(), "bytes") {
		t.Errorf("a file of another size: %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Without a network the error says which file goes where.
func TestDownloadByHand(t *testing.T) {
	t.Setenv(MirrorEnv, "http://127.0.0.1:1")
	dir := t.TempDir()
	p, _ := weights.FindPublished("resnet34")
	_, _, err := Download(context.Background(), p, Options{Folder: dir})
	if err == nil || !strings.Contains(err.Error(), "http://127.0.0.1:1/resnet34-b627a593.pth") ||
		!strings.Contains(err.Error(), "copy it to "+filepath.Join(dir, "resnet34-b627a593.pth")) {
		t.Errorf("error %v", err)
	}
	blocked := filepath.Join(dir, "file")
	if err := os.WriteFile(blocked, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Download(context.Background(), p, Options{Folder: blocked}); err == nil || strings.Contains(err.Error(), "network") {
		t.Errorf("a folder that cannot be made: %v", err)
	}
	t.Setenv(MirrorEnv, "")
	if got := URL(p); got != "https://download.pytorch.org/models/resnet34-b627a593.pth" {
		t.Errorf("address %s", got)
	}
}
