package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"resnetlab/resnetlib/notebook"
	"resnetlab/resnetlib/transforms"
	"resnetlab/resnetlib/weights"
	"resnetlab/resnetlib/weights/hub"
)

type weightsList struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// listedWeights is an entry of `weights list --json`.
type listedWeights struct {
	Name          string            `json:"name"`
	Arch          string            `json:"arch"`
	Version       string            `json:"version"`
	Default       bool              `json:"default"`
	File          string            `json:"file"`
	SHA256Prefix  string            `json:"sha256_prefix"`
	OlderFile     string            `json:"older_file,omitempty"`
	SizeMiB       float64           `json:"size_mib"`
	Params        int               `json:"params"`
	Acc1          float64           `json:"acc1"` // percent
	Acc5          float64           `json:"acc5"`
	Preprocessing transforms.Preset `json:"preprocessing"`
	URL           string            `json:"url"`
	Path          string            `json:"path"` // in PyTorch's cache folder; "": not downloaded
}

func (w *weightsList) Run() error {
	var all []listedWeights
	for _, p := range weights.AllPublished() {
		path, err := p.LocalPath()
		if err != nil {
			return err
		}
		all = append(all, listedWeights{p.Name(), p.Arch, p.Version, p.Default, p.File(), p.SHA256, p.OlderFile(), p.SizeMiB, p.Params, p.Acc1, p.Acc5,
			p.Preset(), hub.URL(p), path})
	}
	if w.JSON {
		return printJSON(struct {
			Schema  int             `json:"schema"`
			Weights []listedWeights `json:"weights"`
		}{1, all})
	}
	var rows [][]string
	for _, l := range all {
		rows = append(rows, []string{l.Name, fmt.Sprintf("%.3f", l.Acc1), fmt.Sprintf("%.3f", l.Acc5), fmt.Sprintf("%.1f", float64(l.Params)/1e6),
			fmt.Sprintf("%.1f", l.SizeMiB), fmt.Sprintf("%d/%d", l.Preprocessing.Resize, l.Preprocessing.Crop), l.File, tick(l.Default), tick(l.Path != "")})
	}
	_, err := fmt.Print(notebook.FormatTable([]string{"name", "acc@1", "acc@5", "params/M", "MiB", "resize/crop", "file", "default", "here"}, rows))
	return err
}

// tick returns "yes" for true, and an empty cell for false.
func tick(is bool) string {
	if is {
		return "yes"
	}
	return ""
}

type weightsDownload struct {
	Name string `arg:"" help:"Name that 'weights list' shows, such as resnet50/IMAGENET1K_V2; resnet50 stands for torchvision's default."`
	Out  string `help:"Folder to download to, or the file if it ends in .pth. Without it: $$TORCH_HOME/hub/checkpoints, where --weights finds the file." placeholder:"DIR"`
}

// Help returns the longer text of `weights download --help`.
func (w *weightsDownload) Help() string {
	return "Run the command again to resume a download that was interrupted. The file appears under its name when it is complete and its length and sha256 are " +
		"right; a complete file is not downloaded again. Set " + hub.MirrorEnv + " to download from a mirror instead of " + hub.BaseURL + "."
}

func (w *weightsDownload) Run(ctx context.Context, c *commands) error {
	p, ok := weights.FindPublished(w.Name)
	if !ok {
		return usage(fmt.Errorf("%s is no name of published weights: 'resnetlab weights list' shows the names", w.Name))
	}
	o := hub.Options{Folder: w.Out}
	if strings.EqualFold(filepath.Ext(w.Out), ".pth") {
		o.Folder, o.File = filepath.Dir(w.Out), filepath.Base(w.Out) // not Split: the folder "" would stand for the cache
	}
	bar := lateBar{title: "downloading " + p.File() + ", MB"}
	o.Progress = bar.bytes
	path, fetched, err := hub.Download(ctx, p, o)
	bar.end()
	if err != nil {
		return err
	}
	if !fetched {
		c.logf("%s exists and is complete: nothing to do", path)
	}
	return printPath(path)
}
