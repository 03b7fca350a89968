package explain

import (
	"fmt"

	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/plots"
)

// History records a batch norm's parameters and running statistics through training: call Record after each step to be recorded.
//
//	h, err := explain.NewHistory(net.Net, "bn1")
//	for range 50 { trainer.Step(images, labels, 1e-3); h.Record() }
//	notebook.Show(h.Lines("weight")) // gamma; or "bias", "running_mean", "running_var"
type History struct {
	Layer  string
	Values map[string][][]float64 // by entry of the state dict: [records][C]
	net    *nn.Net
}

// NewHistory returns a history whose first record holds the present values. A layer that is no batch norm is an error.
func NewHistory(net *nn.Net, layer string) (*History, error) {
	h := &History{Layer: layer, Values: map[string][][]float64{}, net: net}
	if err := h.Record(); err != nil {
		return nil, err
	}
	return h, nil
}

// Record appends the present gamma, beta and running statistics.
func (h *History) Record() error {
	values, err := normParameters(h.net, h.Layer)
	if err != nil {
		return err
	}
	for name, v := range values {
		h.Values[name] = append(h.Values[name], v)
	}
	return nil
}

// Lines draws one entry, "weight" (gamma), "bias" (beta), "running_mean" or "running_var", of six channels spread over the layer.
func (h *History) Lines(entry string) *plots.Picture {
	records := h.Values[entry]
	var series []plots.Series
	if len(records) > 0 {
		channels := len(records[0])
		n := min(6, channels)
		for i := range n {
			c := i * channels / n
			s := plots.Series{Name: fmt.Sprintf(plots.Pick("channel %d", "通道 %d"), c)}
			for _, r := range records {
				s.Y = append(s.Y, r[c])
			}
			series = append(series, s)
		}
	}
	return plots.Lines(h.Layer+"."+entry, plots.Pick("record", "记录"), entry, series...)
}

// Picture draws gamma.
func (h *History) Picture() *plots.Picture { return h.Lines("weight") }
