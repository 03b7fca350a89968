package sketch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/image/vector"

	"resnetlab/datasets"
	"resnetlab/resnetlib/transforms"
)

var small = Config{Seed: 3, Train: 23, Val: 6, Test: 5, Size: 32}

func TestClassesAreSorted(t *testing.T) {
	if !slices.IsSorted(Classes) || len(Classes) != 5 {
		t.Errorf("classes %v: want five, sorted, so that folders give the same labels", Classes)
	}
}

// TestPinned notices any change of the drawings: then version must change with it.
func TestPinned(t *testing.T) {
	const want = "28a1668daa37a159d28e979d5db60e952495466099ddef41eb104ee54f80ff8b"
	hash := sha256.New()
	ds := New("val", Config{Val: 50})
	for i := range ds.Len() {
		hash.Write(sample(t, ds, i).Image.Pix)
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != want || version != 1 {
		t.Errorf("the drawings of version %d have sha256 %s, want %s of version 1", version, got, want)
	}
}

func TestEveryPictureIsItsOwn(t *testing.T) {
	seen := map[string]string{}
	for _, split := range Splits {
		for _, seed := range []uint64{0, 1} {
			c := small
			c.Seed = seed
			ds := New(split, c)
			for i := range ds.Len() {
				s := sample(t, ds, i)
				if other, ok := seen[string(s.Image.Pix)]; ok {
					t.Errorf("%s %s is %s again", split, s.Name, other)
				}
				seen[string(s.Image.Pix)] = split + " " + s.Name
				if again := sample(t, New(split, c), i); !bytes.Equal(again.Image.Pix, s.Image.Pix) {
					t.Errorf("%s %s is another picture when it is drawn again", split, s.Name)
				}
				if short := min(s.Image.Width, s.Image.Height); short != small.Size {
					t.Errorf("%s: shorter side %d, want %d", s.Name, short, small.Size)
				}
			}
		}
	}
}

func TestALargerSetBeginsWithTheSmaller(t *testing.T) {
	larger := small
	larger.Train = 40
	pixels := map[string][]byte{}
	a, b := New("train", small), New("train", larger)
	for i := range b.Len() {
		s := sample(t, b, i)
		pixels[s.Name] = s.Image.Pix
	}
	for i := range a.Len() {
		if s := sample(t, a, i); !bytes.Equal(pixels[s.Name], s.Image.Pix) {
			t.Errorf("%s differs in the larger set", s.Name)
		}
	}
}

func TestFingerprintKnowsTheDrawings(t *testing.T) {
	seen := map[string]Config{}
	for _, c := range []Config{{}, {Seed: 1}, {Size: 48}, {Train: 10}, {Test: 10}} {
		fingerprint, err := All(c).Fingerprint()
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := seen[fingerprint]; ok {
			t.Errorf("%+v and %+v have the same fingerprint", c, other)
		}
		seen[fingerprint] = c
	}
	again, err := All(Config{Train: 2000}).Fingerprint()
	if _, ok := seen[again]; !ok || err != nil {
		t.Errorf("the same data have another fingerprint (error %v)", err)
	}
}

func TestUnknownSplit(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("New accepts a split that is none of Splits")
		}
	}()
	New("validation", small)
}

func TestWrite(t *testing.T) {
	first, second := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	last, total := 0, 0
	if err := Write(t.Context(), first, small, func(done, of int) { last, total = max(last, done), of }); err != nil {
		t.Fatal(err)
	}
	if last != 34 || total != 34 {
		t.Errorf("progress ended at %d of %d, want 34 of 34", last, total)
	}
	if err := Write(t.Context(), second, small, nil); err != nil {
		t.Fatal(err)
	}
	a, b := tree(t, first), tree(t, second)
	if len(a) != 35 || !slices.Equal(a, b) {
		t.Errorf("two folders of one seed have %d and %d files, or other bytes", len(a), len(b))
	}
	sameAsFolder(t, first)
}

// sameAsFolder proves that a reader of the folder gets the drawn data set: same order, names, labels and pixels.
func sameAsFolder(t *testing.T, dir string) {
	splits, err := datasets.Open(dir, datasets.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i, folder := range []datasets.Dataset{splits.Train, splits.Val, splits.Test} {
		ds := New(Splits[i], small)
		if ds.Len() != folder.Len() || !slices.Equal(ds.Classes(), folder.Classes()) {
			t.Fatalf("%s: %d pictures of %v, the folder has %d of %v", Splits[i], ds.Len(), ds.Classes(), folder.Len(), folder.Classes())
		}
		for j := range ds.Len() {
			a, b := sample(t, ds, j), sample(t, folder, j)
			name, label, _ := datasets.Entry(ds, j)
			if a.Name != b.Name || a.Label != b.Label || name != a.Name || label != a.Label || !bytes.Equal(a.Image.Pix, b.Image.Pix) {
				t.Errorf("%s %d: %s (%d) is drawn, %s (%d) is in the folder", Splits[i], j, a.Name, a.Label, b.Name, b.Label)
			}
		}
	}
}

func TestWriteTwice(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a")
	if err := os.Mkdir(dir, 0o755); err != nil { // an empty folder is taken
		t.Fatal(err)
	}
	if err := Write(t.Context(), dir, small, nil); err != nil {
		t.Fatal(err)
	}
	if err := Write(t.Context(), dir, small, func(int, int) { t.Error("the same data set is drawn again") }); err != nil {
		t.Error(err)
	}
	before := tree(t, dir)
	other := small
	other.Seed++
	if err := Write(t.Context(), dir, other, nil); !errors.Is(err, ErrOther) {
		t.Errorf("error %v, want ErrOther", err)
	}
	if !slices.Equal(before, tree(t, dir)) {
		t.Error("the refused Write changed the folder")
	}
}

func TestCancelledWriteLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	parent := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	err := Write(ctx, filepath.Join(parent, "a"), small, func(done, total int) {
		if done == 5 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if entries, _ := os.ReadDir(parent); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

// TestShapesCoverAlike draws each class in one colour and counts: if the covered share told the class, shape need not
// be learnt.
func TestShapesCoverAlike(t *testing.T) {
	const side, each = 96, 150
	var shares []float64
	for _, kind := range plants {
		covered := 0
		for i := range each {
			page := image.NewRGBA(image.Rect(0, 0, side, side))
			p := &pen{page: page, rasterizer: vector.NewRasterizer(side, side), affine: affine{a: side / 4, d: -side / 4, dx: side / 2, dy: side / 2}}
			white := colour{1, 1, 1}
			kind.kind.draw(p, paints{white, white, white}, rand.New(rand.NewPCG(7, uint64(i))))
			for j := 3; j < len(page.Pix); j += 4 {
				if page.Pix[j] > 127 {
					covered++
				}
			}
		}
		shares = append(shares, float64(covered)/each/side/side)
		t.Logf("%-8s covers %.3f", kind.name, shares[len(shares)-1])
	}
	if ratio := slices.Max(shares) / slices.Min(shares); ratio > 1.25 {
		t.Errorf("the largest class covers %.2f times what the smallest does", ratio)
	}
}

// TestColourAloneDoesNotSolveIt classifies by the nearest mean colour histogram, of whole pictures and of their middles,
// where the plant is. Chance is 0.2.
func TestColourAloneDoesNotSolveIt(t *testing.T) {
	train, val := New("train", Config{Train: 1000, Size: 48}), New("val", Config{Val: 500, Size: 48})
	for name, histogram := range map[string]func(*transforms.RGB) []float64{"RGB": rgbHistogram, "hue of the middle": hueHistogram} {
		accuracy := nearestMean(t, train, val, histogram)
		t.Logf("nearest mean histogram of %s: accuracy %.3f", name, accuracy)
		if accuracy > 0.45 {
			t.Errorf("the histogram of %s alone gives %.3f", name, accuracy)
		}
	}
}

func nearestMean(t *testing.T, train, val datasets.Dataset, histogram func(*transforms.RGB) []float64) float64 {
	means := make([][]float64, len(Classes))
	for i := range train.Len() {
		s := sample(t, train, i)
		h := histogram(s.Image)
		if means[s.Label] == nil {
			means[s.Label] = make([]float64, len(h))
		}
		for bin := range h {
			means[s.Label][bin] += h[bin] / float64(train.Len()/len(Classes))
		}
	}
	right := 0
	for i := range val.Len() {
		s := sample(t, val, i)
		if nearest(means, histogram(s.Image)) == s.Label {
			right++
		}
	}
	return float64(right) / float64(val.Len())
}

// rgbHistogram is the share of the pixels in each of 4x4x4 colours.
func rgbHistogram(p *transforms.RGB) []float64 {
	h := make([]float64, 64)
	for i := 0; i < len(p.Pix); i += 3 {
		h[int(p.Pix[i])>>6<<4|int(p.Pix[i+1])>>6<<2|int(p.Pix[i+2])>>6] += 3 / float64(len(p.Pix))
	}
	return h
}

// hueHistogram is the colourfulness in each of 12 hues, in the middle quarter of the picture.
func hueHistogram(p *transforms.RGB) []float64 {
	side := min(p.Width, p.Height) / 2
	p = transforms.CenterCrop(p, side, side)
	h, total := make([]float64, 12), 0.0
	for i := 0; i < len(p.Pix); i += 3 {
		r, g, b := float64(p.Pix[i]), float64(p.Pix[i+1]), float64(p.Pix[i+2])
		angle := math.Atan2(math.Sqrt(3)*(g-b), 2*r-g-b)/(2*math.Pi) + 1
		spread := max(r, g, b) - min(r, g, b)
		h[int(angle*12)%12] += spread
		total += spread
	}
	for bin := range h {
		h[bin] /= total + 1
	}
	return h
}

func nearest(means [][]float64, h []float64) (best int) {
	least := math.Inf(1)
	for label := range means {
		distance := 0.0
		for bin := range h {
			distance += (means[label][bin] - h[bin]) * (means[label][bin] - h[bin])
		}
		if distance < least {
			best, least = label, distance
		}
	}
	return best
}

func sample(t *testing.T, ds datasets.Dataset, i int) datasets.Sample {
	t.Helper()
	s, err := ds.Sample(i)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// tree lists path and sha256 of every file below dir.
func tree(t *testing.T, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		sum := sha256.Sum256(content)
		name, _ := filepath.Rel(dir, path)
		files = append(files, name+" "+hex.EncodeToString(sum[:]))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func BenchmarkDraw(b *testing.B) {
	ds := New("train", Config{})
	for i := range b.N {
		if _, err := ds.Sample(i % ds.Len()); err != nil {
			b.Fatal(err)
		}
	}
}

// Tasks are drawn by name, sorted by class as folders are, and are each a data set of their own.
func TestTasks(t *testing.T) {
	seen := map[string]string{}
	for _, name := range Tasks() {
		s, err := Open(Name+":"+name, 3)
		if err != nil {
			t.Fatal(err)
		}
		fingerprint, err := s.Fingerprint()
		if other, ok := seen[fingerprint]; ok || err != nil {
			t.Errorf("%s and %s have the same fingerprint (error %v)", name, other, err)
		}
		seen[fingerprint] = name
		classes := s.Train.Classes()
		if !slices.IsSorted(classes) || len(slices.Compact(slices.Clone(classes))) != len(classes) {
			t.Errorf("%s: classes %v are not sorted, or some are the same", name, classes)
		}
		for _, class := range classes {
			if name == "many" && slices.Contains(Classes, class) {
				t.Errorf("the first training has the class %s of the second", class)
			}
		}
	}
	plain, _ := Open(Name, 3)
	few, _ := Open(Name+":few", 3)
	if a, b := sample(t, plain.Test, 7), sample(t, few.Test, 7); !bytes.Equal(a.Image.Pix, b.Image.Pix) {
		t.Error("few has other test pictures than plants")
	}
	for _, bad := range []string{"sketch:", "sketch:none", "sketches", "photos"} {
		if _, err := Open(bad, 0); err == nil {
			t.Errorf("%q is opened", bad)
		}
	}
}
