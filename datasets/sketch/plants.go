package sketch

import (
	"math"
	"math/rand/v2"
)

// plant is a class: a name, the hues it is often (not always) of, and how one of its kind is drawn, about the origin,
// within a radius of about 1. Another task is another table.
type plant struct {
	name string
	hues [2]float64 // from, to, as parts of the colour circle
	kind interface {
		draw(p *pen, c paints, rnd *rand.Rand)
	}
}

// plants is the five-class task, sorted by name. The sizes make each class cover the same share of a picture.
var plants = []plant{
	{"clover", [2]float64{0.24, 0.4}, radial{petals: [2]int{3, 4}, width: [2]float64{0.85, 1.05}, size: 0.95, shape: heart, mark: chevron}},
	{"daisy", [2]float64{0.1, 0.18}, radial{petals: [2]int{11, 17}, width: [2]float64{0.19, 0.26}, size: 0.97, shape: oval, core: [2]float64{0.24, 0.34}}},
	{"fern", [2]float64{0.36, 0.52}, frond{pairs: [2]int{7, 10}, size: 1.43}},
	{"lily", [2]float64{0.7, 0.86}, radial{petals: [2]int{5, 6}, width: [2]float64{0.36, 0.48}, size: 1.15, shape: lance, mark: freckles, core: [2]float64{0.06, 0.1}, stamens: true}},
	{"tulip", [2]float64{0.92, 1.06}, cup{size: 1.3}},
}

func names(table []plant) []string {
	all := make([]string, len(table))
	for i, p := range table {
		all[i] = p.name
	}
	return all
}

// paints are the colours of one plant.
type paints struct{ main, second, stem colour }

// stalk draws a stem downwards from the origin.
func stalk(p *pen, c paints, rnd *rand.Rand) {
	width := between(rnd, 0.05, 0.1)
	p.with(turn(math.Pi)).fill(ribbon(bow(between(rnd, 1.1, 1.9), between(rnd, -0.25, 0.25)), width, width), c.stem)
}

// radial is a flower or leaf seen from above: petals about a centre.
type radial struct {
	petals  [2]int     // fewest, most
	width   [2]float64 // of a petal, in lengths of it
	size    float64
	shape   func(width float64) outline
	mark    func(petal *pen, shape outline, c colour) // drawn on each petal, where there is one
	core    [2]float64                                // radius of the centre; none where it is 0
	stamens bool
}

func lance(width float64) outline { return pointed(width, 0.45) }

// chevron is the pale band across a clover's leaflet.
func chevron(petal *pen, shape outline, c colour) {
	petal.with(shift(0, 0.14), scale(0.72, 0.72)).fill(shape, c.shaded(0.5).mixed(colour{1, 1, 1}, 0.6))
	petal.with(shift(0, 0.02), scale(0.72, 0.72)).fill(shape, c)
}

// freckles are the dark spots along a lily's petal, and its rib.
func freckles(petal *pen, _ outline, c colour) {
	dark := c.shaded(0.45)
	petal.fill(ribbon(bow(0.8, 0), 0.05, 0.02), dark)
	for i := range 6 {
		petal.with(shift(0.09*float64(2*(i%2)-1), 0.3+0.09*float64(i))).fill(disc(0.035), dark)
	}
}

func (r radial) draw(p *pen, c paints, rnd *rand.Rand) {
	if chance(rnd, 0.7) {
		stalk(p, c, rnd)
	}
	p = p.with(scale(r.size, r.size), turn(between(rnd, 0, 2*math.Pi)))
	n, petal := within(rnd, r.petals[0], r.petals[1]), r.shape(between(rnd, r.width[0], r.width[1]))
	for i := range n {
		angle := (float64(i) + between(rnd, -0.12, 0.12)) / float64(n) * 2 * math.Pi
		length, light := between(rnd, 0.9, 1.08), between(rnd, 0.82, 1.12)
		q := p.with(turn(angle), scale(length, length))
		q.with(scale(1.1, 1.03)).fill(petal, c.main.shaded(light*0.7)) // a rim, so that petals stand apart
		q.fill(petal, c.main.shaded(light))
		if r.mark != nil {
			r.mark(q, petal, c.main.shaded(light))
		}
	}
	if r.core[1] > 0 {
		core := between(rnd, r.core[0], r.core[1])
		p.fill(disc(core*1.08), c.second.shaded(0.7))
		p.fill(disc(core), c.second)
	}
	if r.stamens {
		for range within(rnd, 4, 6) {
			q := p.with(turn(between(rnd, 0, 2*math.Pi)))
			q.fill(ribbon(bow(0.32, 0.03), 0.025, 0.025), c.second)
			q.with(shift(0, 0.33)).fill(disc(0.05), c.second)
		}
	}
}

// frond is a stem with pairs of leaflets that grow shorter towards its tip.
type frond struct {
	pairs [2]int
	size  float64
}

func (f frond) draw(p *pen, c paints, rnd *rand.Rand) {
	p = p.with(scale(f.size, f.size), shift(0, -0.85))
	n, bend := within(rnd, f.pairs[0], f.pairs[1]), between(rnd, -0.22, 0.22)
	curve := bow(1.75, bend)
	p.fill(ribbon(curve, 0.08, 0.03), c.stem)
	leaflet, slant := pointed(between(rnd, 0.3, 0.42), 0.4), between(rnd, 0.9, 1.25)
	for i := range n {
		t := 0.16 + 0.8*float64(i)/float64(n)
		at := point{4 * bend * t * (1 - t), 1.75 * t}
		length := 0.72 * (1 - 0.75*t) * between(rnd, 0.92, 1.08)
		for _, side := range []float64{-1, 1} {
			q := p.with(shift(at.x, at.y), turn(side*slant), scale(length, length))
			light := between(rnd, 0.8, 1.12)
			q.with(scale(1.1, 1.03)).fill(leaflet, c.main.shaded(light*0.7))
			q.fill(leaflet, c.main.shaded(light))
		}
	}
	p.with(shift(0, 1.62), scale(0.3, 0.3)).fill(leaflet, c.main)
}

// cup is a flower seen from the side: three petals that rise from one point, a stem, a long leaf or two.
type cup struct{ size float64 }

func (k cup) draw(p *pen, c paints, rnd *rand.Rand) {
	p = p.with(scale(k.size, k.size), shift(0, -0.25))
	bend := between(rnd, -0.12, 0.12)
	p.with(turn(math.Pi)).fill(ribbon(bow(1.15, bend), 0.09, 0.09), c.stem)
	for _, side := range []float64{-1, 1} {
		if chance(rnd, 0.6) {
			q := p.with(shift(0, -1.05), turn(side*between(rnd, 0.3, 0.6)))
			q.fill(pointed(between(rnd, 0.16, 0.24), 0.4), c.stem.shaded(between(rnd, 0.8, 1.1)))
		}
	}
	width, lean, height := between(rnd, 0.55, 0.7), between(rnd, 0.2, 0.32), between(rnd, 1.05, 1.25)
	for _, petal := range []struct{ lean, light float64 }{{lean, 0.86}, {-lean, 0.92}, {0, 1.06}} {
		q := p.with(shift(0, -0.08), turn(petal.lean), scale(height, height))
		o := pointed(width, 0.42)
		q.with(scale(1.06, 1.03)).fill(o, c.main.shaded(petal.light*0.7))
		q.fill(o, c.main.shaded(petal.light))
		for _, x := range []float64{-0.12, 0, 0.12} { // streaks
			q.with(shift(x, 0.12)).fill(ribbon(bow(0.6, x/2), 0.035, 0.01), c.main.shaded(petal.light*0.6))
		}
	}
}
