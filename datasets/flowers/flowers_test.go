package flowers

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"resnetlab/datasets"
)

// pack makes a gzipped tar of headers whose files hold their own names.
func pack(t *testing.T, headers ...tar.Header) string {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	archive := tar.NewWriter(zip)
	for _, h := range headers {
		content := []byte(h.Name)
		if h.Typeflag == 0 {
			h.Typeflag = tar.TypeReg
		}
		if h.Typeflag == tar.TypeReg {
			h.Size = int64(len(content))
		}
		h.Mode = 0o644
		if err := archive.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			if _, err := archive.Write(content); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(archive.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return save(t, b.Bytes())
}

func save(t *testing.T, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "archive.tgz")
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func named(names ...string) (headers []tar.Header) {
	for _, name := range names {
		headers = append(headers, tar.Header{Name: name})
	}
	return headers
}

// photos is an archive like the published one, with n pictures of each of two classes.
func photos(t *testing.T, n int) string {
	headers := []tar.Header{{Name: "flower_photos/", Typeflag: tar.TypeDir}, {Name: "flower_photos/LICENSE.txt"}}
	for _, class := range []string{"daisy", "tulips"} {
		for i := range n {
			headers = append(headers, tar.Header{Name: fmt.Sprintf("flower_photos/%s/%d.jpg", class, i)})
		}
	}
	return pack(t, headers...)
}

func TestWrite(t *testing.T) {
	out := filepath.Join(t.TempDir(), "flowers")
	r, err := Write(t.Context(), photos(t, 25), out, datasets.SplitConfig{Val: 0.1})
	if err != nil || r.Train != 46 || r.Val != 4 {
		t.Fatalf("%+v, error %v; want 46 and 4", r, err)
	}
	s, err := datasets.Open(out, datasets.OpenOptions{})
	if err != nil || s.Train.Len() != 46 || s.Val.Len() != 4 {
		t.Fatalf("%+v, error %v", s, err)
	}
	name, _, _ := datasets.Entry(s.Val, 0)
	if data, err := os.ReadFile(filepath.Join(out, "val", name)); err != nil || string(data) != "flower_photos/"+name {
		t.Errorf("content %q, error %v", data, err)
	}
	entries, err := os.ReadDir(out)
	if err != nil || len(entries) != 3 || entries[0].Name() != "LICENSE.txt" {
		t.Errorf("in the folder: %v, error %v; want LICENSE.txt, train, val", entries, err)
	}
	if _, err := Write(t.Context(), photos(t, 3), out, datasets.SplitConfig{Val: 0.1}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v where the folder holds something, want fs.ErrExist", err)
	}
}

func TestHostileArchives(t *testing.T) {
	half, err := os.ReadFile(pack(t, named("a/1.jpg", "a/2.jpg")...))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		archive string
		says    string
	}{
		"climbs out":      {pack(t, named("a/1.jpg", "a/../../evil.jpg")...), "leads out"},
		"dots alone":      {pack(t, named("../evil.jpg")...), "leads out"},
		"absolute":        {pack(t, named("/tmp/evil.jpg")...), "leads out"},
		"symbolic link":   {pack(t, tar.Header{Name: "a/l", Typeflag: tar.TypeSymlink, Linkname: "/etc"}), "no regular file"},
		"hard link":       {pack(t, tar.Header{Name: "a/l", Typeflag: tar.TypeLink, Linkname: "/etc/passwd"}), "no regular file"},
		"device":          {pack(t, tar.Header{Name: "a/d", Typeflag: tar.TypeChar}), "no regular file"},
		"twice":           {pack(t, named("a/1.jpg", "a/1.jpg")...), "exists"},
		"too many":        {pack(t, named("a/1", "a/2", "a/3", "a/4", "a/5")...), "too many"},
		"too large":       {pack(t, named("a/"+strings.Repeat("x", 60), "a/"+strings.Repeat("y", 60))...), "too large"},
		"a promised bomb": {save(t, promise(t, math.MaxInt64/2)), "too large"},
		"cut off":         {save(t, half[:len(half)/2]), "EOF"},
		"no archive":      {save(t, []byte("not at all")), "EOF"},
		"empty":           {pack(t), ""},
	} {
		parent := t.TempDir()
		err := unpack(t.Context(), c.archive, filepath.Join(parent, "d"), limits{entries: 4, bytes: 100})
		if name != "empty" && (!errors.Is(err, ErrArchive) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), c.archive)) {
			t.Errorf("%s: error %v, want one that says %q and names the archive", name, err, c.says)
		}
		if entries, _ := os.ReadDir(parent); len(entries) != 1 {
			t.Errorf("%s: files beside the folder: %v", name, entries)
		}
		out := filepath.Join(parent, "out")
		if _, err := Write(t.Context(), c.archive, out, datasets.SplitConfig{Val: 0.1}); err == nil {
			t.Errorf("%s: no error", name)
		}
		if entries, _ := os.ReadDir(parent); len(entries) != 1 {
			t.Errorf("%s: something is left: %v", name, entries)
		}
	}
}

// promise is a tar whose header promises a file of that size.
func promise(t *testing.T, size int64) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := tar.NewWriter(&b).WriteHeader(&tar.Header{Name: "a/1.jpg", Typeflag: tar.TypeReg, Size: size}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFetch(t *testing.T) {
	path := photos(t, 20)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, path) }))
	defer server.Close()
	right := Archive{URL: server.URL, Bytes: int64(len(data)), SHA256: fmt.Sprintf("%x", sha256.Sum256(data))}
	to := filepath.Join(t.TempDir(), "flower_photos.tgz")
	if err := right.Fetch(t.Context(), to, nil); err != nil {
		t.Fatal(err)
	}
	if is, err := right.Is(to); !is || err != nil {
		t.Errorf("it is the archive: %t, %v", is, err)
	}
	if is, err := Published.Is(to); is || err != nil {
		t.Errorf("it is the published archive: %t, %v", is, err)
	}
	for _, wrong := range []Archive{
		{server.URL, right.Bytes, strings.Repeat("0", 64)},
		{server.URL, right.Bytes + 1, right.SHA256},
	} {
		other := filepath.Join(t.TempDir(), "other.tgz")
		if err := wrong.Fetch(t.Context(), other, nil); err == nil {
			t.Errorf("%+v was taken", wrong)
		}
		if _, err := os.Stat(other); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a wrong file is there: %v", err)
		}
	}
}

func TestCancelled(t *testing.T) {
	parent := t.TempDir()
	for _, cause := range []error{nil, errors.New("interrupted")} { // a notebook's context has a cause of its own
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		_, err := Write(ctx, photos(t, 5), filepath.Join(parent, "out"), datasets.SplitConfig{Val: 0.1})
		if !errors.Is(err, context.Cause(ctx)) && !errors.Is(err, context.Canceled) || errors.Is(err, ErrArchive) {
			t.Errorf("error %v, want %v", err, context.Cause(ctx))
		}
	}
	if entries, _ := os.ReadDir(parent); len(entries) != 0 {
		t.Errorf("left: %v", entries)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add([]byte("a/1.jpg"), byte(tar.TypeReg))
	f.Add([]byte("../x"), byte(tar.TypeSymlink))
	f.Fuzz(func(t *testing.T, name []byte, kind byte) {
		var b bytes.Buffer
		archive := tar.NewWriter(&b)
		if archive.WriteHeader(&tar.Header{Name: string(name), Typeflag: kind, Linkname: "/"}) != nil || archive.Close() != nil {
			return
		}
		parent := t.TempDir()
		path := save(t, b.Bytes())
		_ = unpack(t.Context(), path, filepath.Join(parent, "d"), limits{entries: 4, bytes: 100})
		if entries, _ := os.ReadDir(parent); len(entries) > 1 {
			t.Fatalf("%q wrote beside the folder: %v", name, entries)
		}
	})
}
