package sketch

import "math"

type point struct{ x, y float64 }

// affine maps (x, y) to (a*x + b*y + dx, c*x + d*y + dy).
type affine struct{ a, b, c, d, dx, dy float64 }

// The explicit conversions keep compilers from fusing a product and a sum, which would round differently from one
// processor to another: the pictures of a seed are the same everywhere.

func (m affine) apply(p point) point {
	return point{
		float64(m.a*p.x) + float64(m.b*p.y) + m.dx,
		float64(m.c*p.x) + float64(m.d*p.y) + m.dy,
	}
}

// times returns the map that applies n first.
func (m affine) times(n affine) affine {
	origin := m.apply(point{n.dx, n.dy})
	return affine{
		float64(m.a*n.a) + float64(m.b*n.c), float64(m.a*n.b) + float64(m.b*n.d),
		float64(m.c*n.a) + float64(m.d*n.c), float64(m.c*n.b) + float64(m.d*n.d),
		origin.x, origin.y,
	}
}

// turn rotates counter-clockwise (y points up).
func turn(angle float64) affine {
	sin, cos := math.Sincos(angle)
	return affine{a: cos, b: -sin, c: sin, d: cos}
}

func shift(x, y float64) affine { return affine{a: 1, d: 1, dx: x, dy: y} }
func scale(x, y float64) affine { return affine{a: x, d: y} }

// outline is a closed curve. All outlines grow from the origin along +y, one unit long.
type outline []point

// blade is an outline that is symmetric about the y axis; half is its half width at t of its length.
func blade(half func(t float64) float64) outline {
	const steps = 16
	var right, left outline
	for i := 0; i <= steps; i++ {
		t := float64(i) / steps
		w := half(t)
		right = append(right, point{w, t})
		left = append(left, point{-w, t})
	}
	for i := steps; i >= 0; i-- {
		right = append(right, left[i])
	}
	return right
}

// oval has round ends.
func oval(width float64) outline {
	return blade(func(t float64) float64 { return width / 2 * math.Sqrt(max(0, float64(4*t)*(1-t))) })
}

// pointed has its largest width at belly of its length and sharp ends.
func pointed(width, belly float64) outline {
	power := math.Log(0.5) / math.Log(belly)
	return blade(func(t float64) float64 { return width / 2 * math.Abs(math.Sin(math.Pi*math.Pow(t, power))) })
}

// heart stands on its tip; its notch is at the far end.
func heart(width float64) outline {
	const steps = 40
	var o outline
	for i := range steps {
		a := 2 * math.Pi * float64(i) / steps
		sin := math.Sin(a)
		y := float64(13*math.Cos(a)) - float64(5*math.Cos(2*a)) - float64(2*math.Cos(3*a)) - math.Cos(4*a)
		o = append(o, point{width / 2 * sin * sin * sin, (y + 17) / 29})
	}
	return o
}

// disc is a circle of radius r about the origin.
func disc(r float64) outline {
	const steps = 24
	var o outline
	for i := range steps {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / steps)
		o = append(o, point{r * cos, r * sin})
	}
	return o
}

// ribbon is a stroke along a curve, from one width to another.
func ribbon(curve []point, from, to float64) outline {
	n := len(curve)
	o := make(outline, 2*n)
	for i, p := range curve {
		before, after := curve[max(i-1, 0)], curve[min(i+1, n-1)]
		dx, dy := after.x-before.x, after.y-before.y
		length := math.Sqrt(float64(dx*dx) + float64(dy*dy))
		half := (from + float64((to-from)*float64(i)/float64(n-1))) / 2 / length
		o[i] = point{p.x - float64(dy*half), p.y + float64(dx*half)}
		o[2*n-1-i] = point{p.x + float64(dy*half), p.y - float64(dx*half)}
	}
	return o
}

// bow is a curve from (0, 0) to (0, length) that bends sideways by bend in the middle.
func bow(length, bend float64) []point {
	const steps = 12
	curve := make([]point, steps+1)
	for i := range curve {
		t := float64(i) / steps
		curve[i] = point{float64(4*bend*t) * (1 - t), length * t}
	}
	return curve
}
