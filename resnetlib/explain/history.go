package explain

import (
	"fmt"

	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/plots"
)

// History follows a batch norm through training: call Record before the first step and after each one that you want to see.
//
//	h, err := explain.NewHistory(net.Net, "bn1")
//	for range 50 { trainer.Step(images, labels, 1e-3); h.Record() }
//	notebook.Show(h.Lines("weight")) // gamma; or "bias", "running_mean", "running_var"
type History struct {
	Layer  string
	Values map[string][][]float64 // by entry of the state dict: [records][C]
	net    *nn.Net
}

// NewHistory starts a history with the present values.
func NewHistory(net *nn.Net, layer string) (*History, error) {
	h := &History{Layer: layer, Values: map[string][][]float64{}, net: net}
	return h, h.Record()
}

// Record notes gamma, beta and the running statistics as they are now.
func (h *History) Record() error {
	values, err := normParameters(h.net, h.Layer)
	if err != nil {
		return err
	}
	for i, name := range normEntries {
		h.Values[name] = append(h.Values[name], values[i])
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
