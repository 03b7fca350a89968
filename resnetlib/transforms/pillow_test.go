package transforms

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"testing"
)

// TestEqualsPillow compares with files made and decoded by Pillow; see testdata/make.py.
func TestEqualsPillow(t *testing.T) {
	data, err := os.ReadFile("testdata/pillow.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		What          string
		Width, Height int
		CRC32         string
		File          []byte
	}
	if err := json.Unmarshal(data, &cases); err != nil || len(cases) == 0 {
		t.Fatalf("testdata/pillow.json: %d cases, %v", len(cases), err)
	}
	for _, c := range cases {
		t.Run(c.What, func(t *testing.T) {
			got, err := Decode(c.File)
			if err != nil {
				t.Fatal(err)
			}
			if got.Width != c.Width || got.Height != c.Height {
				t.Fatalf("size %dx%d, want %dx%d", got.Width, got.Height, c.Width, c.Height)
			}
			if sum := fmt.Sprintf("%08x", crc32.ChecksumIEEE(got.Pix)); sum != c.CRC32 {
				t.Errorf("crc32 %s, want %s", sum, c.CRC32)
			}
		})
	}
}
