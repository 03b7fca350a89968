package fetch_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"resnetlab/internal/fetch"
)

// A file is downloaded once, and checked by its length and hash before it has its name.
func ExampleFile_Get() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }))
	defer server.Close()
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := fetch.File{URL: server.URL, Path: filepath.Join(dir, "hello.txt"), SHA256: "2cf24dba", Min: 5, Max: 5}
	fmt.Println(file.Get(context.Background()))
	fmt.Println(file.Get(context.Background()))
	// Output:
	// true <nil>
	// false <nil>
}
