package transforms

import (
	"math"
	"math/rand/v2"
)

// Rand returns the source of random numbers of one sample in one epoch. It depends on nothing else, so one sample
// can be computed again alone, whatever the number of workers.
func Rand(seed uint64, epoch, index int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, mix(mix(uint64(epoch))^uint64(index))))
}

// mix is the finaliser of SplitMix64: neighbouring epochs and samples get unrelated streams.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// RandomResizedCropBox draws the box of torchvision's RandomResizedCrop with its defaults: 8 % to 100 % of the area,
// aspect ratio from 3/4 to 4/3.
func RandomResizedCropBox(rnd *rand.Rand, width, height int) (top, left, h, w int) {
	return cropBox(rnd, width, height, [2]float64{0.08, 1}, [2]float64{3. / 4, 4. / 3})
}

// cropBox is RandomResizedCrop.get_params: ten tries, then the largest central box of an allowed ratio.
func cropBox(rnd *rand.Rand, width, height int, scale, ratio [2]float64) (top, left, h, w int) {
	area := float64(width) * float64(height)
	logRatio := [2]float64{math.Log(ratio[0]), math.Log(ratio[1])}
	for range 10 {
		target := area * uniform(rnd, scale)
		aspect := math.Exp(uniform(rnd, logRatio))
		w = int(math.RoundToEven(math.Sqrt(target * aspect)))
		h = int(math.RoundToEven(math.Sqrt(target / aspect)))
		if 0 < w && w <= width && 0 < h && h <= height {
			return rnd.IntN(height - h + 1), rnd.IntN(width - w + 1), h, w
		}
	}
	w, h = width, height
	switch have := float64(width) / float64(height); {
	case have < ratio[0]:
		h = int(math.RoundToEven(float64(w) / ratio[0]))
	case have > ratio[1]:
		w = int(math.RoundToEven(float64(h) * ratio[1]))
	}
	return (height - h) / 2, (width - w) / 2, h, w
}

func uniform(rnd *rand.Rand, between [2]float64) float64 {
	return between[0] + float64((between[1]-between[0])*rnd.Float64())
}
