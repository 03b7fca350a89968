package explain

import (
	"context"
	"fmt"
	"slices"

	"resnetlab/resnetlib/plots"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/transforms"
)

// Mates holds one picture's probabilities in batches with different other pictures, in train and in eval mode.
type Mates struct {
	Classes []string
	Train   [][]float64 // [batches][classes]
	Eval    [][]float64
}

// BatchMates classifies a picture as the first of several batches, one for each list of other pictures, in train and in eval mode. In train
// mode batch norm uses the batch's statistics, so the other pictures change the result, and dropout is random; in eval mode the result is
// the same in every batch.
//
//	m, err := e.BatchMates(ctx, picture, others[0:7], others[7:14])
func (e *Explainer) BatchMates(ctx context.Context, picture *transforms.RGB, companies ...[]*transforms.RGB) (*Mates, error) {
	m := &Mates{Classes: e.Classes}
	for _, company := range companies {
		for _, mode := range []Mode{Train, Eval} {
			acts, err := e.Activations(ctx, mode, slices.Concat([]*transforms.RGB{picture}, company), e.last())
			if err != nil {
				return nil, err
			}
			probs := predict.Softmax(acts[0].Values[:len(e.Classes)])
			if mode == Train {
				m.Train = append(m.Train, probs)
			} else {
				m.Eval = append(m.Eval, probs)
			}
		}
	}
	return m, nil
}

// last returns the name of the layer that computes the logits.
func (e *Explainer) last() string {
	if e.Net.Head != nil {
		return e.Net.Head.Name()
	}
	return e.Net.FC.Name()
}

// Picture draws the probabilities as bars: one group for each batch in train mode, and one for eval mode, where all are the same.
func (m *Mates) Picture() *plots.Picture {
	var groups []plots.Group
	for i, probs := range m.Train {
		groups = append(groups, plots.Group{Name: fmt.Sprintf(plots.Pick("train(), company %d", "train()，邻居 %d"), i+1), Values: probs})
	}
	if len(m.Eval) > 0 {
		groups = append(groups, plots.Group{Name: "eval()", Values: m.Eval[0]})
	}
	title := plots.Pick("One picture's probabilities, by its batch-mates", "同一张图片在不同批次中的概率")
	return plots.Probabilities(title, m.Classes, groups...)
}

// Table returns a row for each batch and mode.
func (m *Mates) Table() (header []string, rows [][]string) {
	header = append([]string{plots.Pick("company", "邻居"), plots.Pick("mode", "模式")}, m.Classes...)
	for i := range m.Train {
		for _, r := range []struct {
			mode  Mode
			probs []float64
		}{{Train, m.Train[i]}, {Eval, m.Eval[i]}} {
			row := []string{fmt.Sprint(i + 1), r.mode.String()}
			for _, p := range r.probs {
				row = append(row, fmt.Sprintf("%.4f", p))
			}
			rows = append(rows, row)
		}
	}
	return header, rows
}
