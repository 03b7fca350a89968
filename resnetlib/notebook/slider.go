package notebook

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/janpfeifer/gonb/gonbui"

	"resnetlab/resnetlib/plots"
)

// Slider shows one of several pictures, chosen by a slider: draw makes the picture of each value. All pictures are drawn at once and are part of
// the cell's output, so the slider also works after the cell has ended, and in a trusted notebook that was only opened; use up to about 20
// values. The middle one is shown first, and it is the only one where scripts do not run. On a terminal it is one line of text.
//
//	notebook.Slider("momentum", []float64{0.01, 0.1, 0.5}, func(m float64) *plots.Picture { ... })
func Slider[T any](name string, values []T, draw func(T) *plots.Picture) {
	if len(values) == 0 {
		return
	}
	middle := len(values) / 2
	if !here.cell {
		showText(fmt.Sprintf("%s = %v: %s", name, values[middle], draw(values[middle])))
		return
	}
	var labels, frames []string
	for _, v := range values {
		content, err := draw(v).PNG()
		if err != nil {
			ShowError(err)
			return
		}
		labels = append(labels, fmt.Sprintf("%s = %v", name, v))
		frames = append(frames, "data:image/png;base64,"+base64.StdEncoding.EncodeToString(content))
	}
	here.showHTML(sliderHTML("slider_"+gonbui.UniqueId(), labels, frames, middle))
}

// sliderHTML returns the middle picture and a script that puts a slider above it. The other pictures are in the script: where it is removed (a
// notebook that is not trusted) one picture is left, without a slider that does nothing.
func sliderHTML(id string, labels, frames []string, middle int) string {
	return fmt.Sprintf(`<div id="%[1]s"><div>%[2]s</div><img src="%[3]s" alt="%[2]s" style="max-width: 100%%"></div>
<script>(function () {
	const box = document.getElementById(%[4]s), labels = %[5]s, frames = %[6]s;
	const range = document.createElement("input");
	Object.assign(range, {type: "range", min: 0, max: labels.length - 1, step: 1, value: %[7]d});
	range.style.width = "300px";
	range.setAttribute("aria-label", labels[%[7]d]);
	range.oninput = function () {
		const label = labels[range.value], picture = box.querySelector("img");
		picture.src = frames[range.value];
		picture.alt = box.firstChild.textContent = label;
		range.setAttribute("aria-label", label);
	};
	box.insertBefore(range, box.querySelector("img"));
	box.insertBefore(document.createElement("br"), range.nextSibling);
})()</script>`, escape(id), escape(labels[middle]), frames[middle], script(id), script(labels), script(frames), middle)
}

// script encodes a value for JavaScript; json escapes <, > and &, so no text can end the script.
func script(v any) string {
	text, _ := json.Marshal(v) // strings always can be
	return string(text)
}
