package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// machine is where something was measured.
type machine struct {
	Processor string `json:"processor"`
	Cores     int    `json:"cores"` // that this program may use
	Memory    int64  `json:"memory_bytes"`
	System    string `json:"system"`
}

// String returns the machine in one line.
func (m machine) String() string {
	return fmt.Sprintf("%s, %d cores, %.0f GB, %s", m.Processor, m.Cores, float64(m.Memory)/1e9, m.System)
}

// thisMachine describes this machine. What the system does not tell stays empty.
func thisMachine() machine {
	m := machine{Cores: runtime.NumCPU(), Memory: memory("MemTotal"), System: runtime.GOOS + "/" + runtime.GOARCH}
	m.Processor = field("/proc/cpuinfo", "model name")
	return m
}

// memory returns a number of bytes from /proc/meminfo; 0 where there is none.
func memory(name string) int64 {
	kilobytes, err := strconv.ParseInt(strings.TrimSuffix(field("/proc/meminfo", name), " kB"), 10, 64)
	if err != nil {
		return 0
	}
	return kilobytes * 1024
}

// field returns the value of the first line "NAME: VALUE" of a file; "" where there is none.
func field(path, name string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// roomForAnother reports whether enough memory is free to start another worker: more than the largest of them needs.
func roomForAnother() bool {
	total := memory("MemTotal")
	return total == 0 || memory("MemAvailable") > total*2/5
}
