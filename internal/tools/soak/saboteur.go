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

// pictures is a folder of pictures by class, with their original bytes.
type pictures struct {
	dir   string
	files map[string][]byte // by path
	names []string
}

// draw writes n pictures.
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

// named reports whether an error is about one of the pictures: it contains the picture's folder and name. Pictures that a run writes have other
// names.
func (p *pictures) named(err error) bool {
	return slices.ContainsFunc(p.names, func(path string) bool {
		return strings.Contains(err.Error(), strings.TrimPrefix(path, p.dir+string(filepath.Separator)))
	})
}

// restore writes the original bytes of every picture.
func (p *pictures) restore() error {
	for path, content := range p.files {
		if err := os.WriteFile(path, content, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// sabotage removes, truncates and restores pictures until ctx ends. It does not change every sixth, so that each class keeps some.
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
