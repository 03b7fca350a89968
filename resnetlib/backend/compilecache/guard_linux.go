package compilecache

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// checkFolder checks that dir is a folder of this user that nobody else can enter.
func checkFolder(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%w: it is not a folder", errForeign)
	case ownerOf(info) != os.Geteuid():
		return fmt.Errorf("%w: it belongs to user %d, not to %d who runs this", errForeign, ownerOf(info), os.Geteuid())
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("%w: others can enter it (mode %#o): chmod 700 it, or name another folder", errForeign, info.Mode().Perm())
	}
	return nil
}

// ownerOf returns the numeric id of a file's owner.
func ownerOf(info fs.FileInfo) int {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Uid)
	}
	return -1
}

// openOwn opens a regular file of this user that nobody else can write, and returns its size. The checks are made on the open file, so that it
// cannot be exchanged in between. Links are not followed, and pipes do not block.
func openOwn(path string) (f *os.File, size int64, err error) {
	f, err = os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ELOOP) {
		return nil, 0, fmt.Errorf("%w: it is a link", errForeign)
	}
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = fmt.Errorf("%w: not a regular file", errForeign)
	case ownerOf(info) != os.Geteuid():
		err = fmt.Errorf("%w: it belongs to user %d, not to %d who runs this", errForeign, ownerOf(info), os.Geteuid())
	case info.Mode().Perm()&0o022 != 0:
		err = fmt.Errorf("%w: others can write it (mode %#o)", errForeign, info.Mode().Perm())
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// openLocked opens a marker, makes it if need be, and locks it. locked is false if another process has it locked. The lock ends with the process.
func openLocked(path string) (marker *os.File, locked bool, err error) {
	marker, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, false, err
	}
	err = syscall.Flock(int(marker.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil && !errors.Is(err, syscall.EWOULDBLOCK) {
		marker.Close()
		return nil, false, fmt.Errorf("locking %s: %w", path, err)
	}
	return marker, err == nil, nil
}

// Processor returns the model and the features of this machine's first processor, which decide what code a compiler makes for it.
func Processor() (string, error) {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "", fmt.Errorf("looking for the processor's features: %w", err)
	}
	defer f.Close()
	return describeProcessor(bufio.NewScanner(f))
}

// processorLines are the lines of /proc/cpuinfo that name the model and the features, on x86 and on ARM. The others change from time to time.
var processorLines = []string{
	"vendor_id", "cpu family", "model", "model name", "stepping", "flags",
	"CPU implementer", "CPU architecture", "CPU variant", "CPU part", "Features",
}

// describeProcessor returns these lines of the first processor.
func describeProcessor(lines *bufio.Scanner) (string, error) {
	lines.Buffer(nil, 1<<20)
	var text strings.Builder
	features := false
	for lines.Scan() && lines.Text() != "" { // an empty line ends the first processor
		name, value, _ := strings.Cut(lines.Text(), ":")
		name = strings.TrimSpace(name)
		for _, wanted := range processorLines {
			if name == wanted {
				fmt.Fprintf(&text, "%s:%s\n", name, value)
				features = features || name == "flags" || name == "Features"
			}
		}
	}
	if err := lines.Err(); err != nil {
		return "", fmt.Errorf("looking for the processor's features: %w", err)
	}
	if !features {
		return "", errors.New("looking for the processor's features: /proc/cpuinfo names none")
	}
	return text.String(), nil
}
