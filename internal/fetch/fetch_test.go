package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

var content = bytes.Repeat([]byte("weights "), 1<<16)

// kept is how many bytes of a file that is not whole lie beside it.
func kept(f File) int64 {
	info, err := os.Stat(f.Path + partial)
	if err != nil {
		return 0
	}
	return info.Size()
}

// server answers with handle; requests are counted.
func server(t *testing.T, handle http.HandlerFunc) (File, *int) {
	t.Helper()
	requests := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		handle(w, r)
	}))
	t.Cleanup(s.Close)
	size := int64(len(content))
	return File{URL: s.URL + "/a.pth", Path: filepath.Join(t.TempDir(), "deep", "a.pth"), Min: size - 8, Max: size + 8,
		SHA256: fmt.Sprintf("%x", sha256.Sum256(content))[:8]}, &requests
}

// whole knows ranges, as download.pytorch.org does.
func whole(w http.ResponseWriter, r *http.Request) {
	http.ServeContent(w, r, "a.pth", time.Time{}, bytes.NewReader(content))
}

// breaksOff states the right length and ends in the middle.
func breaksOff(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	w.Write(content[:len(content)/2])
}

// noRanges sends everything whatever it is asked for.
func noRanges(w http.ResponseWriter, r *http.Request) { w.Write(content) }

func (f File) check(t *testing.T) {
	t.Helper()
	if got, err := os.ReadFile(f.Path); err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes (%v), want %d", len(got), err, len(content))
	}
	if kept(f) != 0 {
		t.Error("the partial file is still there")
	}
}

func TestGet(t *testing.T) {
	f, requests := server(t, whole)
	var last int64
	f.Progress = func(done, total int64) {
		if total != int64(len(content)) || done < last {
			t.Errorf("progress %d of %d after %d", done, total, last)
		}
		last = done
	}
	if fetched, err := f.Get(t.Context()); err != nil || !fetched {
		t.Fatal(fetched, err)
	}
	f.check(t)
	if fetched, err := f.Get(t.Context()); err != nil || fetched || *requests != 1 || last != int64(len(content)) {
		t.Errorf("a whole file was fetched again: %v %v, %d requests", fetched, err, *requests)
	}
}

// A part is resumed; where the server cannot do that, the whole file is downloaded again.
func TestResume(t *testing.T) {
	for name, next := range map[string]http.HandlerFunc{"ranges": whole, "no ranges": noRanges} {
		t.Run(name, func(t *testing.T) {
			handle, sent := http.HandlerFunc(breaksOff), ""
			f, _ := server(t, func(w http.ResponseWriter, r *http.Request) { sent = r.Header.Get("Range"); handle(w, r) })
			_, err := f.Get(t.Context())
			if err == nil || !strings.Contains(err.Error(), "run it again to go on") || kept(f) != int64(len(content)/2) {
				t.Fatalf("%d bytes kept: %v", kept(f), err)
			}
			if _, err := os.Stat(f.Path); err == nil {
				t.Error("half a file has the name of a whole one")
			}
			handle = next
			if _, err := f.Get(t.Context()); err != nil {
				t.Fatal(err)
			}
			f.check(t)
			if want := fmt.Sprintf("bytes=%d-", len(content)/2); sent != want {
				t.Errorf("asked for %q, want %q", sent, want)
			}
		})
	}
}

// All bytes were there but for the rename, or too many were.
func TestResumeAtTheEnd(t *testing.T) {
	for _, extra := range []string{"", "too much"} {
		f, _ := server(t, whole)
		os.MkdirAll(filepath.Dir(f.Path), 0o777)
		os.WriteFile(f.Path+partial, append(bytes.Clone(content), extra...), 0o666)
		if _, err := f.Get(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.check(t)
	}
}

// What a server can do wrong. Nothing may appear under the name, and no wrong byte may stay.
func TestRefuses(t *testing.T) {
	other := bytes.Repeat([]byte("x"), len(content))
	for name, c := range map[string]struct {
		handle http.HandlerFunc
		says   string
	}{
		"other bytes": {func(w http.ResponseWriter, _ *http.Request) { w.Write(other) }, "sha256"},
		"too short":   {func(w http.ResponseWriter, _ *http.Request) { w.Write(content[:100]) }, "100 bytes"},
		"length states more": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "999999999")
			w.Write(content)
		}, "999999999 bytes"},
		"length a little more": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(content)+4))
			w.Write(content)
		}, "broke off"},
		"length a little less": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(content)-4))
			w.Write(content[:len(content)-4])
		}, "sha256"},
		"no length and no end": {func(w http.ResponseWriter, _ *http.Request) {
			for range 40 {
				w.Write(other)
				w.(http.Flusher).Flush()
			}
		}, "bytes"},
		"no length, short": {func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush(); w.Write(content[:9]) }, "9 bytes"},
		"not found":        {http.NotFound, "404"},
		"an HTML page":     {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>Sign in") }, "13 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			f, _ := server(t, c.handle)
			_, err := f.Get(t.Context())
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want %q in it", err, c.says)
			}
			if _, err := os.Stat(f.Path); err == nil {
				t.Error("a wrong file has the name")
			}
			if n := kept(f); n != 0 && n != int64(len(content)) {
				t.Errorf("%d wrong bytes stay", n)
			}
		})
	}
}

// A range that was not asked for must not be appended.
func TestOtherRange(t *testing.T) {
	f, _ := server(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", len(content)-1, len(content)))
		w.WriteHeader(http.StatusPartialContent)
		w.Write(content)
	})
	os.MkdirAll(filepath.Dir(f.Path), 0o777)
	os.WriteFile(f.Path+partial, content[:10], 0o666)
	if _, err := f.Get(t.Context()); err == nil || !strings.Contains(err.Error(), "from 10 on") || kept(f) != 10 {
		t.Errorf("%v, %d bytes", err, kept(f))
	}
}

// A damaged file under the name is replaced; an interrupt leaves what has come.
func TestReplacesAndStops(t *testing.T) {
	handle := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		breaksOff(w, r)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	f, _ := server(t, func(w http.ResponseWriter, r *http.Request) { handle(w, r) })
	os.MkdirAll(filepath.Dir(f.Path), 0o777)
	os.WriteFile(f.Path, content[9:], 0o666)
	ctx, cancel := context.WithCancel(t.Context())
	f.Progress = func(int64, int64) { cancel() }
	if _, err := f.Get(ctx); !errors.Is(err, context.Canceled) || kept(f) == 0 {
		t.Fatalf("%v, %d bytes", err, kept(f))
	}
	f.Progress, handle = nil, whole
	if fetched, err := f.Get(t.Context()); err != nil || !fetched {
		t.Fatal(fetched, err)
	}
	f.check(t)
}
