package main

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// drawn draws a data set of 10 pictures to train on, 5 to validate and 5 to test, and returns its folder.
func drawn(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	must(t, 0, "data", "sketch", "--out", dir, "--train", "10", "--val", "5", "--test", "5", "--size", "40", "-q")
	return dir
}

func TestDataCheckReportsBrokenPictures(t *testing.T) {
	dir := drawn(t)
	sheet := filepath.Join(t.TempDir(), "sheet.png")
	stdout, _ := must(t, 0, "data", "check", dir)
	if !strings.Contains(stdout, "20 pictures: 0 broken, 0 other findings") {
		t.Errorf("check of clean data:\n%s", stdout)
	}
	broken := filepath.Join(dir, "val", "daisy", "broken.jpg")
	if err := os.WriteFile(broken, []byte{0xff, 0xd8, 0xff}, 0o666); err != nil {
		t.Fatal(err)
	}
	stdout, _ = must(t, 4, "data", "check", dir, "--json", "--sheet", sheet)
	var r struct {
		Schema, Pictures, Broken int
		Findings                 []struct{ File, Kind string }
		Parts                    map[string]map[string]int
	}
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatal(err)
	}
	if r.Schema != 1 || r.Pictures != 21 || r.Broken != 1 || len(r.Findings) != 1 || r.Findings[0].File != "val/daisy/broken.jpg" ||
		r.Findings[0].Kind != "truncated" || r.Parts["val"]["daisy"] != 2 {
		t.Errorf("%+v", r)
	}
	if data, err := os.ReadFile(sheet); err != nil || !strings.HasPrefix(string(data), "\x89PNG") {
		t.Errorf("no PNG: %v", err)
	}
}

func TestDataCommandsWriteIntoAnEmptyWorkingDirectory(t *testing.T) {
	from := filepath.Join(drawn(t), "train")
	t.Chdir(t.TempDir())
	must(t, 0, "data", "split", from, "--out", ".", "-q")
	must(t, 0, "data", "check", ".", "--distance", "-1")
	t.Chdir(t.TempDir())
	must(t, 0, "data", "sketch", "--out", ".", "--train", "10", "--val", "5", "--test", "5", "--size", "8", "-q")
	must(t, 0, "data", "sketch", "--out", ".", "--train", "10", "--val", "5", "--test", "5", "--size", "8", "-q") // it exists already
}

func TestDataCheckWithoutAReadablePictureIsBadInput(t *testing.T) {
	dir := t.TempDir()
	must(t, 3, "data", "check", dir)
	must(t, 3, "data", "check", filepath.Join(dir, "none"))
	if err := os.WriteFile(filepath.Join(dir, "a.png"), []byte("text"), 0o666); err != nil {
		t.Fatal(err)
	}
	must(t, 3, "data", "check", dir)
	must(t, 2, "data", "check", dir, "--distance", "40")
}

func TestDataSplitWritesBothPartsAndKeepsAnExistingFolder(t *testing.T) {
	dir := filepath.Join(drawn(t), "train")
	out := filepath.Join(t.TempDir(), "split")
	stdout, _ := must(t, 0, "data", "split", dir, "--out", out, "--val", "0.5", "--seed", "3")
	if !strings.Contains(stdout, "5 pictures to train on, 5 to validate") {
		t.Errorf("split says %q", stdout)
	}
	must(t, 2, "data", "split", dir, "--out", out)
	must(t, 2, "data", "split", dir, "--out", out+"2", "--val", "1.5")
	must(t, 3, "data", "split", filepath.Join(dir, "none"), "--out", out+"2")
	must(t, 3, "data", "split", out, "--out", out+"2")
	must(t, 0, "data", "check", out)
}

// archiveOf packs the content of a folder into a .tgz and returns its path.
func archiveOf(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "photos.tgz")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	zip := gzip.NewWriter(file)
	archive := tar.NewWriter(zip)
	if err := archive.AddFS(os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	for _, closer := range []io.Closer{archive, zip, file} {
		if err := closer.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func TestDataFlowersUnpacksAnArchiveAndRefusesWrongOnes(t *testing.T) {
	archive := archiveOf(t, filepath.Join(drawn(t), "train"))
	parent := t.TempDir()
	out := filepath.Join(parent, "flowers")
	stdout, stderr := must(t, 0, "data", "flowers", "--out", out, "--archive", archive, "--val", "0.5")
	if !strings.Contains(stdout, "5 pictures to train on, 5 to validate") || !strings.Contains(stderr, "not the published archive") {
		t.Errorf("flowers says %q and %q", stdout, stderr)
	}
	must(t, 0, "data", "check", out)
	must(t, 2, "data", "flowers", "--out", out, "--archive", archive)
	must(t, 2, "data", "flowers", "--out", out+"2", "--archive", archive, "--url", "http://127.0.0.1:1")
	must(t, 3, "data", "flowers", "--out", out+"2", "--archive", filepath.Join(parent, "none.tgz"))
	must(t, 3, "data", "flowers", "--out", out+"2", "--archive", filepath.Join(out, "train", "daisy", "00000.png"))

	server := httptest.NewServer(http.FileServer(http.Dir(filepath.Dir(archive)))) // other bytes than the published ones
	defer server.Close()
	_, stderr = must(t, 3, "data", "flowers", "--out", out+"2", "--url", server.URL+"/photos.tgz")
	if !strings.Contains(stderr, "flower_photos.tgz") {
		t.Errorf("a wrong download says %q", stderr)
	}
	must(t, 1, "data", "flowers", "--out", out+"2", "--url", server.URL+"/none.tgz")
	if entries, _ := os.ReadDir(parent); len(entries) != 1 {
		t.Errorf("the folder holds %v, want flowers alone", entries)
	}
}

func TestDataCheckPrintsFirstNamesOfALargeGroupAndAllInJSON(t *testing.T) {
	dir := drawn(t)
	from, err := os.ReadFile(filepath.Join(dir, "train", "daisy", "00000.png"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 200 {
		if err := os.WriteFile(filepath.Join(dir, "train", "daisy", fmt.Sprintf("copy%03d.png", i)), from, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	stdout, _ := must(t, 0, "data", "check", dir)
	for line := range strings.Lines(stdout) {
		if len(line) > 600 {
			t.Errorf("a line of %d letters: %.200s", len(line), line)
		}
	}
	if !strings.Contains(stdout, "and 191 more") {
		t.Errorf("no count of the rest:\n%s", stdout)
	}
	stdout, _ = must(t, 0, "data", "check", dir, "--json")
	if n := strings.Count(stdout, "copy"); n != 200 {
		t.Errorf("%d of 200 copies in JSON", n)
	}
}

func TestDataSplitLeavesOutBrokenLinks(t *testing.T) {
	dir := filepath.Join(drawn(t), "train")
	if err := os.Symlink("nowhere", filepath.Join(dir, "daisy", "gone.jpg")); err != nil {
		t.Skip(err)
	}
	out := filepath.Join(t.TempDir(), "split")
	stdout, stderr := must(t, 4, "data", "split", dir, "--out", out, "--val", "0.5", "-q")
	if !strings.Contains(stdout, "5 pictures to train on, 5 to validate") || !strings.Contains(stderr, "left out: daisy/gone.jpg") {
		t.Errorf("%s%s", stdout, stderr)
	}
	must(t, 4, "data", "split", dir, "--out", out+"2", "--val", "0.5", "--link")
}
