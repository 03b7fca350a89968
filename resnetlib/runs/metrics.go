package runs

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"resnetlab/internal/atomicfile"
)

// Metrics holds the numbers of one epoch: a line of metrics.csv.
type Metrics struct {
	Epoch       int     `json:"epoch"`      // from 1
	TrainLoss   float64 `json:"train_loss"` // mean over the epoch's pictures
	ValLoss     float64 `json:"val_loss"`
	ValAccuracy float64 `json:"val_accuracy"` // a fraction of 1
	LR          float64 `json:"lr"`           // of the epoch's last step
	Seconds     float64 `json:"seconds"`      // training and validation, without writing files
}

// metricsColumns are the header of metrics.csv. Columns may be added at the end; readers ignore those that they do not know.
var metricsColumns = []string{"epoch", "train_loss", "val_loss", "val_accuracy", "lr", "seconds"}

// record returns the fields of the line. Each number has as many digits as are needed to read back the same number.
func (m Metrics) record() []string {
	record := []string{strconv.Itoa(m.Epoch)}
	for _, v := range []float64{m.TrainLoss, m.ValLoss, m.ValAccuracy, m.LR, m.Seconds} {
		record = append(record, strconv.FormatFloat(v, 'g', -1, 64))
	}
	return record
}

// parseMetrics reads the fields of a line.
func parseMetrics(record []string) (m Metrics, err error) {
	if m.Epoch, err = strconv.Atoi(record[0]); err != nil {
		return Metrics{}, err
	}
	for i, to := range []*float64{&m.TrainLoss, &m.ValLoss, &m.ValAccuracy, &m.LR, &m.Seconds} {
		if *to, err = strconv.ParseFloat(record[i+1], 64); err != nil {
			return Metrics{}, err
		}
	}
	return m, nil
}

// ReadMetrics reads a metrics.csv, whose epochs must be 1, 2, 3 and so on.
func ReadMetrics(path string) ([]Metrics, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading metrics: %w", err)
	}
	metrics, err := decodeMetrics(data)
	if err != nil {
		return nil, fmt.Errorf("reading metrics from %s: %w", path, err)
	}
	return metrics, nil
}

// decodeMetrics reads the content of a metrics.csv.
func decodeMetrics(data []byte) (all []Metrics, err error) {
	reader := csv.NewReader(bytes.NewReader(data))
	header, err := reader.Read()
	if err != nil || len(header) < len(metricsColumns) || !slices.Equal(header[:len(metricsColumns)], metricsColumns) {
		return nil, fmt.Errorf("the first line does not begin with the columns %s", strings.Join(metricsColumns, ","))
	}
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := reader.FieldPos(0)
		m, err := parseMetrics(record)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		if m.Epoch != len(all)+1 {
			return nil, fmt.Errorf("line %d: epoch %d, but epoch %d is next", line, m.Epoch, len(all)+1)
		}
		all = append(all, m)
	}
}

// writeMetrics replaces the whole file, so that a reader never sees part of a line. The file is small.
func writeMetrics(path string, metrics []Metrics) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		writer := csv.NewWriter(w)
		if err := writer.Write(metricsColumns); err != nil {
			return err
		}
		for _, m := range metrics {
			if err := writer.Write(m.record()); err != nil {
				return err
			}
		}
		writer.Flush()
		return writer.Error()
	})
}
