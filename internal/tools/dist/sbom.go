package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"runtime/debug"
	"strings"
)

// bill is a CycloneDX 1.6 bill of materials (https://cyclonedx.org/docs/1.6/json) with the fields that a Go program needs.
type bill struct {
	Format   string `json:"bomFormat"`
	Spec     string `json:"specVersion"`
	Serial   string `json:"serialNumber"`
	Version  int    `json:"version"`
	Metadata struct {
		Component component `json:"component"`
	} `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Purl       string     `json:"purl,omitempty"` // https://github.com/package-url/purl-spec
	Hashes     []hash     `json:"hashes,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn"`
}

// billOfMaterials lists the modules that the linker recorded in the program. It has no time, and its serial number is a hash of its content,
// so the same program has the same bill.
func billOfMaterials(info *debug.BuildInfo, version string, t target, program []byte) ([]byte, error) {
	sum := sha256.Sum256(program)
	b := bill{Format: "CycloneDX", Spec: "1.6", Version: 1}
	b.Metadata.Component = component{Type: "application", Ref: "resnetlab", Name: "resnetlab", Version: version,
		Hashes: []hash{{"SHA-256", hex.EncodeToString(sum[:])}}, Properties: []property{{"target", t.String()}}}
	for _, s := range info.Settings {
		b.Metadata.Component.Properties = append(b.Metadata.Component.Properties, property{"go:build:" + s.Key, s.Value})
	}
	goVersion := strings.TrimPrefix(strings.Fields(info.GoVersion)[0], "go")
	b.Components = append(b.Components, component{Type: "library", Ref: "std", Name: "std", Version: goVersion, Purl: "pkg:golang/std@" + goVersion})
	for _, m := range info.Deps {
		b.Components = append(b.Components, componentOf(m))
	}
	var all []string
	for _, c := range b.Components {
		all = append(all, c.Ref)
	}
	b.Dependencies = []dependency{{"resnetlab", all}}
	b.Serial = serial(fmt.Append(nil, b))
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(b)
	return out.Bytes(), err
}

// componentOf describes a linked module, or the one that replaces it.
func componentOf(m *debug.Module) component {
	if m.Replace != nil {
		m = m.Replace
	}
	c := component{Type: "library", Ref: m.Path + "@" + m.Version, Name: m.Path, Version: m.Version,
		Purl: "pkg:golang/" + strings.ReplaceAll(url.PathEscape(m.Path), "%2F", "/") + "@" + url.QueryEscape(m.Version)}
	if h1, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(m.Sum, "h1:")); err == nil && m.Sum != "" {
		c.Properties = []property{{"go:h1", hex.EncodeToString(h1)}} // of the module's files (golang.org/x/mod/sumdb/dirhash), not of an archive
	}
	return c
}

// serial makes a UUID of version 8 (RFC 9562) from a hash of the content.
func serial(content []byte) string {
	u := sha256.Sum256(content)
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:16])
}
