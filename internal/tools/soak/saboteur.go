package main

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"resnetlab/datasets/sketch"
)

// pictures is a folder of pictures by class, with the bytes that they should have.
type pictures struct {
	dir   string
	files map[string][]byte // by path
	names []string
}

// draw makes n pictures for the program to work on.
func draw(dir string, n int) (*pictures, error) {
	p := &pictures{dir: dir, files: map[string][]byte{}}
	drawn := sketch.New("train", sketch.Config{Size: 32, Train: n})
	for i := range n {
		s, err := drawn.Sample(i)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := png.Encode(&b, s.Image.Image()); err != nil {
			return nil, err
		}
		path := filepath.Join(dir, drawn.Classes()[s.Label], fmt.Sprintf("%04d.png", i))
		p.files[path], p.names = b.Bytes(), append(p.names, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return nil, err
		}
	}
	return p, p.restore()
}

// named tells whether an error is about one of the pictures: it has the picture's folder and name in it. A run writes pictures too, of other names.
func (p *pictures) named(err error) bool {
	return slices.ContainsFunc(p.names, func(path string) bool {
		return strings.Contains(err.Error(), strings.TrimPrefix(path, p.dir+string(filepath.Separator)))
	})
}

// restore writes every picture as it should be.
func (p *pictures) restore() error {
	for path, content := range p.files {
		if err := os.WriteFile(path, content, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// sabotage lets pictures vanish, cuts them off and brings them back, until ctx ends. It leaves every sixth alone, so that each class keeps some.
func (p *pictures) sabotage(ctx context.Context, random *rand.Rand) error {
	for ctx.Err() == nil {
		i := random.IntN(len(p.names))
		if i%6 == 0 {
			continue
		}
		path := p.names[i]
		content := p.files[path]
		switch random.IntN(3) {
		case 0:
			if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
				return err
			}
		case 1:
			content = content[:random.IntN(len(content))]
			fallthrough
		default:
			if err := os.WriteFile(path, content, 0o666); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(2 * time.Millisecond):
		}
	}
	return nil
}
