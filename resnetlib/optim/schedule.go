package optim

import (
	"fmt"
	"math"
)

// Schedule returns the learning rate of step t (from 0) for a base rate. The schedules of torch.optim.lr_scheduler that have a closed form are
// here under PyTorch's names; [Plateau], which depends on results, is a type of its own. A number of steps must be at least 1: a schedule of fewer
// panics when it is called.
type Schedule func(base float64, t int) float64

// atLeastOne panics where a schedule would divide by zero, or never end.
func atLeastOne(what string, steps int) {
	if steps < 1 {
		panic(fmt.Sprintf("optim: %s is %d: it must be at least 1", what, steps))
	}
}

// ConstantLR returns the base rate at every step.
func ConstantLR() Schedule { return func(base float64, _ int) float64 { return base } }

// StepLR multiplies by gamma every stepSize steps.
func StepLR(stepSize int, gamma float64) Schedule {
	return func(base float64, t int) float64 {
		atLeastOne("stepSize of StepLR", stepSize)
		return base * math.Pow(gamma, float64(t/stepSize))
	}
}

// MultiStepLR multiplies by gamma at each milestone.
func MultiStepLR(gamma float64, milestones ...int) Schedule {
	return func(base float64, t int) float64 {
		passed := 0
		for _, m := range milestones {
			if t >= m {
				passed++
			}
		}
		return base * math.Pow(gamma, float64(passed))
	}
}

// ExponentialLR multiplies by gamma every step.
func ExponentialLR(gamma float64) Schedule { return StepLR(1, gamma) }

// CosineAnnealingLR goes from base to etaMin along half a cosine of tMax steps, and back up after them (arXiv:1608.03983).
func CosineAnnealingLR(tMax int, etaMin float64) Schedule {
	return func(base float64, t int) float64 {
		atLeastOne("tMax of CosineAnnealingLR", tMax)
		return etaMin + (base-etaMin)*(1+math.Cos(math.Pi*float64(t)/float64(tMax)))/2
	}
}

// CosineAnnealingWarmRestarts starts the cosine anew after t0 steps, then after t0*tMult, and so on.
func CosineAnnealingWarmRestarts(t0, tMult int, etaMin float64) Schedule {
	return func(base float64, t int) float64 {
		atLeastOne("t0 of CosineAnnealingWarmRestarts", t0)
		atLeastOne("tMult of CosineAnnealingWarmRestarts", tMult)
		period := t0
		for t >= period {
			t -= period
			period *= tMult
		}
		return CosineAnnealingLR(period, etaMin)(base, t)
	}
}

// LinearLR goes from startFactor*base to base in a straight line of totalIters steps: a warm-up.
func LinearLR(startFactor float64, totalIters int) Schedule {
	return func(base float64, t int) float64 {
		atLeastOne("totalIters of LinearLR", totalIters)
		return base * (startFactor + (1-startFactor)*float64(min(t, totalIters))/float64(totalIters))
	}
}

// PolynomialLR goes to 0 in totalIters steps by a power.
func PolynomialLR(totalIters int, power float64) Schedule {
	return func(base float64, t int) float64 {
		atLeastOne("totalIters of PolynomialLR", totalIters)
		return base * math.Pow(1-float64(min(t, totalIters))/float64(totalIters), power)
	}
}

// OneCycleLR rises from maxLR/25 to maxLR in the first 30 % of totalSteps and falls to maxLR/25/10^4, both along cosines; the base rate is
// not used (arXiv:1708.07120).
func OneCycleLR(maxLR float64, totalSteps int) Schedule {
	return func(_ float64, t int) float64 {
		atLeastOne("totalSteps of OneCycleLR", totalSteps)
		top, end := 0.3*float64(totalSteps)-1, float64(totalSteps-1)
		between := func(from, to, share float64) float64 { return to + (from-to)/2*(1+math.Cos(math.Pi*share)) }
		if float64(t) <= top {
			return between(maxLR/25, maxLR, float64(t)/top)
		}
		return between(maxLR, maxLR/25/1e4, (float64(t)-top)/(end-top))
	}
}

// SequentialLR runs each schedule from its milestone on, counting from there; the first begins at 0. It panics unless there is one milestone less
// than there are schedules.
func SequentialLR(milestones []int, schedules ...Schedule) Schedule {
	if len(schedules) != len(milestones)+1 {
		panic(fmt.Sprintf("optim: SequentialLR of %d schedules with %d milestones", len(schedules), len(milestones)))
	}
	return func(base float64, t int) float64 {
		current, start := 0, 0
		for i, m := range milestones {
			if t >= m {
				current, start = i+1, m
			}
		}
		return schedules[current](base, t-start)
	}
}

// Plateau is torch's ReduceLROnPlateau with mode "min": when the metric has not fallen by the relative Threshold for more than Patience
// steps, the rate is multiplied by Factor. Its fields are its state, so that it can be kept in a checkpoint.
type Plateau struct {
	Factor    float64 `json:"factor"`
	Patience  int     `json:"patience"`
	Threshold float64 `json:"threshold"`
	Best      float64 `json:"best"` // +Inf is no JSON: Seen tells whether there is one
	Seen      bool    `json:"seen"`
	Bad       int     `json:"bad"`
	Scale     float64 `json:"scale"` // of the base rate, at first 1
}

// NewPlateau makes a Plateau with PyTorch's default threshold, 1e-4.
func NewPlateau(factor float64, patience int) *Plateau {
	return &Plateau{Factor: factor, Patience: patience, Threshold: 1e-4, Scale: 1}
}

// Observe takes the metric after a step, and lowers Scale when it has not improved for too long.
func (p *Plateau) Observe(metric float64) {
	if !p.Seen || metric < p.Best*(1-p.Threshold) {
		p.Best, p.Seen, p.Bad = metric, true, 0
		return
	}
	if p.Bad++; p.Bad > p.Patience {
		p.Scale *= p.Factor
		p.Bad = 0
	}
}
