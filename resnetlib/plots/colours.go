package plots

import (
	"image/color"
	"math"
)

// The colours of a field without negative values: nine of matplotlib's "inferno" (CC0), even in lightness, so that it can be read in
// grey and by the colour-blind.
var inferno = []color.NRGBA{
	{0, 0, 4, 255}, {31, 12, 72, 255}, {85, 15, 109, 255}, {136, 34, 106, 255}, {186, 54, 85, 255},
	{227, 89, 51, 255}, {249, 140, 10, 255}, {249, 201, 50, 255}, {252, 255, 164, 255},
}

// heatColour is the colour of v: inferno from 0 to high, or blue over white to red-brown where low is negative.
func heatColour(v, low, high float64) color.NRGBA {
	if !(high > 0) {
		return inferno[0]
	}
	if low < 0 {
		end := vermillion
		if v < 0 {
			end = blue
		}
		return mix(background, end, min(1, math.Abs(v)/high))
	}
	at := min(max(v/high, 0), 1) * float64(len(inferno)-1)
	i := min(int(at), len(inferno)-2)
	return mix(inferno[i], inferno[i+1], at-float64(i))
}

// mix goes from a (share 0) to b (share 1).
func mix(a, b color.NRGBA, share float64) color.NRGBA {
	part := func(x, y uint8) uint8 { return uint8(math.Round(float64(x)*(1-share) + float64(y)*share)) }
	return color.NRGBA{part(a.R, b.R), part(a.G, b.G), part(a.B, b.B), 255}
}
