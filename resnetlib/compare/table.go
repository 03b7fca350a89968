package compare

import (
	"fmt"
	"slices"

	"resnetlab/resnetlib/plots"
)

// Table returns a header and a row for each strategy.
func (r *Result) Table() (header []string, rows [][]string) {
	header = []string{"strategy", "test accuracy", "standard error", "s/epoch", "trained", "MB"}
	stages := r.stages()
	for _, stage := range stages {
		header = append(header, "moved "+stage)
	}
	for _, s := range r.Strategies {
		spread := "-"
		if r.Seeds > 1 {
			spread = fmt.Sprintf("%.4f", float64(s.Accuracy.Error))
		}
		row := []string{s.Name, fmt.Sprintf("%.4f", s.Accuracy.Mean), spread, fmt.Sprintf("%.2f", s.SecondsPerEpoch), fmt.Sprint(s.Trained),
			fmt.Sprintf("%.1f", float64(s.Memory)/1e6)}
		for _, stage := range stages {
			row = append(row, fmt.Sprintf("%.3f", s.Moved[stage]))
		}
		rows = append(rows, row)
	}
	return header, rows
}

// Caption says how the table's figures were measured.
func (r *Result) Caption() string {
	from := "of test/"
	if r.HeldOut {
		from = "held out from the training pictures"
	}
	seeds := "1 seed"
	if r.Seeds > 1 {
		seeds = fmt.Sprint(r.Seeds, " seeds")
	}
	return fmt.Sprintf("%s; tested on %d pictures %s, which chose no epoch. s/epoch: the median epoch. MB: weights, gradients and optimizer state. "+
		"moved: |best - start| / |start|, mean over the seeds.", seeds, r.TestPictures, from)
}

// Plot draws the comparison.
func (r *Result) Plot() *plots.Picture {
	stages := r.stages()
	var contenders []plots.Contender
	for _, s := range r.Strategies {
		x := plots.Contender{Name: s.Name, Accuracy: s.Accuracy.Mean, Error: float64(s.Accuracy.Error), Seconds: s.SecondsPerEpoch, Trained: float64(s.Trained)}
		for _, stage := range stages {
			x.Moved = append(x.Moved, s.Moved[stage])
		}
		contenders = append(contenders, x)
	}
	title := fmt.Sprintf(plots.Pick("Training strategies, %d seeds, %d test pictures", "训练策略比较：%d 个随机种子，%d 张测试图片"), r.Seeds, r.TestPictures)
	return plots.Strategies(title, stages, contenders)
}

// stages returns those of all strategies, in the network's order; "head" is what strategy new adds at the end.
func (r *Result) stages() (stages []string) {
	for _, s := range r.Strategies {
		for stage := range s.Moved {
			if !slices.Contains(stages, stage) {
				stages = append(stages, stage)
			}
		}
	}
	order := []string{"conv1", "bn1", "layer1", "layer2", "layer3", "layer4", "fc", "head"}
	slices.SortFunc(stages, func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) })
	return stages
}
