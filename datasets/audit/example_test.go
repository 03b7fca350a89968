package audit_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"resnetlab/datasets/audit"
	"resnetlab/datasets/sketch"
)

// The same picture in train and in val makes validation look better than it is.
func ExampleRun() {
	parent, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(parent)
	dir := filepath.Join(parent, "data")
	if err := sketch.Write(context.Background(), dir, sketch.Config{Train: 10, Val: 5, Test: 5, Size: 64}, nil); err != nil {
		log.Fatal(err)
	}
	picture, err := os.ReadFile(filepath.Join(dir, "train", "fern", "00000.png"))
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "val", "fern", "again.png"), picture, 0o666); err != nil {
		log.Fatal(err)
	}
	report, err := audit.Run(context.Background(), dir, audit.Options{Distance: audit.DefaultDistance})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Pictures, "pictures,", report.Broken, "broken")
	for _, same := range report.Duplicates {
		fmt.Println(same.Files, "in more than one part:", same.Across())
	}
	// Output:
	// 21 pictures, 0 broken
	// [train/fern/00000.png val/fern/again.png] in more than one part: true
}
