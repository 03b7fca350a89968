package fetch

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// stall is how long a server may send nothing before the download fails.
const stall = time.Minute

// download is the state of one Get.
type download struct {
	File
	file *os.File
	hash hash.Hash // of the first done bytes
	done int64
}

// run asks for what is missing and checks the whole.
func (d *download) run(ctx context.Context) (err error) {
	if d.done, err = io.Copy(d.hash, d.file); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(stall, func() { cancel(fmt.Errorf("the server sent nothing for %v", stall)) })
	defer watch.Stop()
	if err := d.transfer(ctx, watch); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return err
	}
	if err := d.checkSize(d.done); err != nil {
		return err
	}
	return d.checkHash(d.hash)
}

// transfer downloads the missing bytes.
func (d *download) transfer(ctx context.Context, watch *time.Timer) error {
	answer, err := d.ask(ctx)
	if err != nil {
		return err
	}
	defer func() { answer.Body.Close() }()
	if answer.StatusCode == http.StatusRequestedRangeNotSatisfiable && d.done > 0 {
		if total(answer, 0) == d.done { // all of it is here
			return nil
		}
		answer.Body.Close()
		if err := d.restart(); err != nil {
			return err
		}
		if answer, err = d.ask(ctx); err != nil {
			return err
		}
	}
	switch answer.StatusCode {
	case http.StatusPartialContent:
		if !strings.HasPrefix(answer.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", d.done)) {
			return fmt.Errorf("asked for the bytes from %d on, the server sends %q", d.done, answer.Header.Get("Content-Range"))
		}
	case http.StatusOK: // it knows no ranges
		if err := d.restart(); err != nil {
			return err
		}
	default:
		return fmt.Errorf("%s: the server says %s", d.URL, answer.Status)
	}
	return d.copy(answer, watch)
}

// ask requests the file from byte done on.
func (d *download) ask(ctx context.Context) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.URL, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept-Encoding", "identity") // so that lengths are the file's
	if d.done > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", d.done))
	}
	return http.DefaultClient.Do(request)
}

// restart discards the part that has arrived.
func (d *download) restart() error {
	d.hash.Reset()
	d.done = 0
	if _, err := d.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return d.file.Truncate(0)
}

// total is the length of the whole file as the server states it, or 0.
func total(answer *http.Response, done int64) int64 {
	if _, text, ok := strings.Cut(answer.Header.Get("Content-Range"), "/"); ok {
		n, _ := strconv.ParseInt(text, 10, 64)
		return max(n, 0)
	}
	return max(answer.ContentLength+done, 0)
}

// copy appends what the server sends. A length that cannot be the file's ends it before the first byte, and so does more than Max.
func (d *download) copy(answer *http.Response, watch *time.Timer) error {
	whole := total(answer, d.done)
	if answer.ContentLength >= 0 || whole > 0 {
		if err := d.checkSize(whole); err != nil {
			return fmt.Errorf("%s: by the length that the server states, %w", d.URL, err)
		}
	}
	buffer := make([]byte, 1<<18)
	for {
		n, err := answer.Body.Read(buffer)
		watch.Reset(stall)
		if _, err := d.file.Write(buffer[:n]); err != nil {
			return err
		}
		d.hash.Write(buffer[:n])
		d.done += int64(n)
		if d.Max > 0 && d.done > d.Max {
			return d.checkSize(d.done)
		}
		if d.Progress != nil {
			d.Progress(d.done, whole)
		}
		switch {
		case err != nil && !errors.Is(err, io.EOF), whole > 0 && err != nil && d.done < whole:
			return fmt.Errorf("%s: broke off after %d of %d bytes, which are kept: run it again to go on (%w)", d.URL, d.done, whole, err)
		case err != nil:
			return nil
		}
	}
}
