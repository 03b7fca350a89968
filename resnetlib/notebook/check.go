package notebook

import (
	"fmt"
	"math"

	"resnetlab/internal/printable"
)

// Check shows whether the answer to an exercise is correct, and the hint where it is not. It returns ok.
func Check(name string, ok bool, hint string) bool {
	if ok {
		verdict(green, "✓", name, pick("correct, well done", "正确，很好"))
	} else {
		verdict(amber, "✗", name, pick("not yet. ", "还不对。")+hint)
	}
	return ok
}

// CheckEqual checks that got equals want. It shows got, but not want.
func CheckEqual[T comparable](name string, got, want T, hint string) bool {
	return Check(name, got == want, withAnswer(fmt.Sprint(got), hint))
}

// CheckClose checks that got differs from want by at most tolerance. NaN is never close.
func CheckClose(name string, got, want, tolerance float64, hint string) bool {
	return Check(name, math.Abs(got-want) <= tolerance || got == want, withAnswer(fmt.Sprintf("%.6g", got), hint))
}

// CheckAllClose checks that got has as many values as want, each within tolerance, and shows the first that is not.
func CheckAllClose(name string, got, want []float64, tolerance float64, hint string) bool {
	if len(got) != len(want) {
		return Check(name, false, fmt.Sprintf(pick("Your answer has %d values, not %d. ", "你的答案有 %d 个值，应有 %d 个。"), len(got), len(want))+hint)
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= tolerance) {
			return Check(name, false, fmt.Sprintf(pick("Value %d of your answer is %.6g. ", "你的答案里 %d 号值（从 0 数起）是 %.6g。"), i, got[i])+hint)
		}
	}
	return Check(name, true, hint)
}

func withAnswer(answer, hint string) string {
	return fmt.Sprintf(pick("Your answer: %s. ", "你的答案：%s。"), answer) + hint
}

// verdict shows one line: a mark with the exercise's name, in the colour, and a text.
func verdict(colour, mark, name, text string) {
	name, text = printable.Text(name), printable.Text(text)
	if here.cell {
		hue := map[string]string{green: "#009E73", amber: "#D55E00"}[colour]
		here.showHTML(fmt.Sprintf(`<div><b style="color:%s">%s %s</b>: %s</div>`, hue, mark, escape(name), escape(text)))
		return
	}
	fmt.Fprintf(here.stdout, "%s: %s\n", paint(here.colour.stdout, colour, mark+" "+name), text)
}
