package weights

import (
	"archive/zip"
	"bytes"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pickled runs one pickle of protocol 2 without storages.
func pickled(opcodes string) (any, error) {
	var none storages
	machine := unpickler{data: []byte("\x80\x02" + opcodes + "."), persistentLoad: none.declare}
	return machine.load()
}

func TestPickleRefuses(t *testing.T) {
	for name, opcodes := range map[string]string{
		"opcode INST":        "(cos\nsystem\n",
		"mark never set":     "t",
		"pop below a mark":   "N(0",
		"two values left":    "NN",
		"append to a tuple":  ")Na",
		"item of a list":     "]NNs",
		"call of a storage":  "ctorch\nFloatStorage\n)R",
		"call with a list":   "ccollections\nOrderedDict\n]R",
		"build of a dict":    "}}b",
		"build of None":      "N}b",
		"NaN of a size":      "ctorch._utils\n_rebuild_tensor_v2\n(NK\x00))tR",
		"not a storage":      "(X\x06\x00\x00\x00moduleNNNNtQ",
		"text that is bytes": "X\x01\x00\x00\x00\xff",
		"an endless name":    "c" + strings.Repeat("a", 1000),
		"pairs that are not": "ccollections\nOrderedDict\n]N\x85a\x85R",
	} {
		if value, err := pickled(opcodes); err == nil {
			t.Errorf("%s: gave %v", name, value)
		}
	}
}

// Python 2 wrote an OrderedDict as a call with a list of pairs.
func TestPickleOrderedDictOfPairs(t *testing.T) {
	value, err := pickled("ccollections\nOrderedDict\n](]U\x01bK\x01aa]U\x01aK\x02ae\x85R")
	if err == nil {
		t.Fatalf("a pair of one was taken: %v", value)
	}
	value, err = pickled("ccollections\nOrderedDict\n](](U\x01bK\x01e](U\x01aK\x02ee\x85R")
	if err != nil {
		t.Fatal(err)
	}
	d := value.(*dict)
	if a, _ := d.get("a"); !slices.Equal(d.names(), []string{"b", "a"}) || a != int64(2) {
		t.Errorf("%+v", d)
	}
}

// A parameter as PyTorch 0.1 wrote it (a call and a state), a size, and a Counter of a learning-rate schedule.
func TestPickleOldNames(t *testing.T) {
	p := pickler("\x80\x02}(")
	p.text("w")
	p.global("torch.nn.parameter", "Parameter")
	p.tensor("0", FromFloat32s([]int{2}, []float32{1, 2}))
	p.emit("\x85R\x88\x89N\x87b") // state: (True, False, None)
	p.text("size")
	p.global("torch", "Size")
	p.emit("K\x02\x85\x85R")
	p.text("milestones")
	p.global("collections", "Counter")
	p.emit("}K\x1eK\x01s\x85Ru.")
	var found storages
	machine := unpickler{data: p, persistentLoad: found.declare}
	value, err := machine.load()
	if err != nil {
		t.Fatal(err)
	}
	d := value.(*dict)
	w, _ := d.get("w")
	size, _ := d.get("size")
	milestones, _ := d.get("milestones")
	if !slices.Equal(w.(*view).shape, []int{2}) || size.(tuple)[0] != int64(2) || milestones.(*dict).keys[0] != int64(30) {
		t.Errorf("%v %v %v", w, size, milestones)
	}
}

// PyTorch 0.1 to 0.3 could name a part of a storage; here it is the elements 1 and 2 of four.
func TestLegacyPart(t *testing.T) {
	part := func(offset, length string) []byte {
		whole := string(smallLegacy())
		whole = strings.Replace(whole, "K\x04NtQ", "K\x04U\x01p"+offset+length+"\x87tQ", 1)
		return []byte(strings.Replace(whole, "K\x02K\x02\x86K\x02K\x01\x86t", "K\x02\x85K\x01\x85t", 1))
	}
	file, err := ReadBytes("part", part("K\x01", "K\x02"))
	if err != nil {
		t.Fatal(err)
	}
	w, _ := file.StateDict.Get("w")
	if values, err := w.Float32s(); err != nil || !slices.Equal(values, []float32{2, 3}) {
		t.Errorf("%v %v", values, err)
	}
	for _, wrong := range [][]byte{part("K\x03", "K\x02"), part("K\x05", "K\x00"), part("J\xff\xff\xff\xff", "K\x02"), part("K\x01", "K\x01")} {
		if _, err := ReadBytes("part", wrong); err == nil {
			t.Error("a part outside its storage, or too small, was read")
		}
	}
}

// An archive that was packed again is read, one that grows too much is not.
func TestDeflated(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	want := NewStateDict()
	values := make([]float32, 1000)
	for i := range values {
		values[i] = random.Float32()
	}
	want.Set("w", FromFloat32s([]int{1000}, values))
	file, err := ReadBytes("packed.pth", deflated(t, want))
	if err != nil {
		t.Fatal(err)
	}
	checkSame(t, file.StateDict, want)
	want.Set("w", FromFloat32s([]int{1 << 20}, make([]float32, 1<<20)))
	if _, err := ReadBytes("bomb.pth", deflated(t, want)); err == nil || !strings.Contains(err.Error(), "would grow") {
		t.Errorf("bomb: %v", err)
	}
}

// deflated is a .pth whose entries are compressed.
func deflated(t *testing.T, sd *StateDict) []byte {
	t.Helper()
	var buffer bytes.Buffer
	out := zip.NewWriter(&buffer)
	for name, content := range map[string][]byte{"data.pkl": pickleStateDict(sd), "data/0": sd.tensors["w"].Data} {
		w, err := out.Create("archive/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func TestStripPrefix(t *testing.T) {
	for name, c := range map[string]struct {
		keys   []string
		prefix string
		want   []string
	}{
		"twice":            {[]string{"module._orig_mod.a.w", "module._orig_mod.b"}, "module._orig_mod.", []string{"a.w", "b"}},
		"averaged":         {[]string{"n_averaged", "module.a"}, "module.", []string{"a"}},
		"not all":          {[]string{"module.a", "b"}, "", []string{"module.a", "b"}},
		"only the counter": {[]string{"n_averaged"}, "", []string{"n_averaged"}},
	} {
		sd := NewStateDict()
		for _, key := range c.keys {
			sd.Set(key, FromFloat32s(nil, []float32{1}))
		}
		sd.ModuleVersions = map[string]int{"": 1, "module": 1, "module._orig_mod": 3, "module._orig_mod.bn": 2}
		file := File{StateDict: sd}
		file.stripPrefix()
		if file.StrippedPrefix != c.prefix || !slices.Equal(file.StateDict.Keys(), c.want) {
			t.Errorf("%s: prefix %q, keys %q", name, file.StrippedPrefix, file.StateDict.Keys())
		}
		if name == "twice" && !maps.Equal(file.StateDict.ModuleVersions, map[string]int{"": 3, "bn": 2}) {
			t.Errorf("versions %v", file.StateDict.ModuleVersions)
		}
	}
}

// checkpoint pickles {key: dict, ...} with one scalar tensor named after the key in each dict, and "epoch": 3.
func checkpoint(keys ...string) *dict {
	top := &dict{}
	for _, key := range keys {
		inner := &dict{}
		_ = inner.set(key+".w", &view{storage: &storage{dtype: UInt8, length: 1, data: []byte{1}}})
		_ = top.set(key, inner)
	}
	_ = top.set("epoch", int64(3))
	return top
}

func TestUnwrap(t *testing.T) {
	nested := &dict{}
	_ = nested.set("checkpoint", int64(1))
	_ = nested.set("model", checkpoint("state_dict"))
	for wrapper, root := range map[string]*dict{
		"state_dict":       checkpoint("model_ema", "state_dict"),
		"model_ema":        checkpoint("model_ema"),
		"backbone":         checkpoint("backbone"),
		"model.state_dict": nested,
	} {
		file, err := fileFrom(root, newBudget(0))
		if err != nil || file.Wrapper != wrapper || file.StateDict.Len() != 1 {
			t.Errorf("%s: %+v %v", wrapper, file, err)
		}
	}
	for problem, root := range map[string]*dict{
		"no state dict":   checkpoint("one", "another"),
		"an optimiser":    {keys: []any{"param_groups"}, values: []any{&list{}}, index: map[any]int{"param_groups": 0}},
		"side by side":    mixed(),
		"a key is an int": {keys: []any{int64(1)}, values: []any{nil}, index: map[any]int{int64(1): 0}},
	} {
		if _, err := fileFrom(root, newBudget(0)); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%s: %v", problem, err)
		}
	}
}

func mixed() *dict {
	d := checkpoint()
	_ = d.set("w", &view{storage: &storage{dtype: UInt8, length: 1}})
	return d
}

// Many dicts that refer to each other in every way must not be walked along every path.
func TestUnwrapEnds(t *testing.T) {
	dicts := make([]*dict, 1000)
	for i := range dicts {
		dicts[i] = &dict{}
	}
	for i, d := range dicts {
		for j, name := range wrappers {
			_ = d.set(name, dicts[(i*7+j)%len(dicts)])
		}
	}
	if _, err := fileFrom(dicts[0], newBudget(0)); err == nil {
		t.Error("found a state dict")
	}
}

// A key of a megabyte of prefixes is refused at once: taking each off would pass over the whole of it.
func TestKeyLength(t *testing.T) {
	for name, count := range map[string]int{"whole": 100, "endless": 1 << 17} {
		path, sd := filepath.Join(t.TempDir(), name+".safetensors"), NewStateDict()
		sd.Set(strings.Repeat("module.", count)+"fc.weight", &Tensor{DType: Float32, Shape: []int{1}, Data: make([]byte, 4)})
		if err := Write(path, sd); err != nil {
			t.Fatal(err)
		}
		f, err := Read(path)
		switch {
		case name == "whole" && (err != nil || f.StateDict.Keys()[0] != "fc.weight"):
			t.Errorf("a key of 709 bytes: %v", err)
		case name == "endless" && (err == nil || !strings.Contains(err.Error(), "are allowed")):
			t.Errorf("a key of a megabyte: %v", err)
		}
	}
}

func TestReadNamesTheFile(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.pth")
	if err := os.WriteFile(broken, []byte("PK\x03\x04"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{broken, dir, filepath.Join(dir, "absent.pth")} {
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// A large file is mapped; its tensors are good until Close.
func TestReadLarge(t *testing.T) {
	want := NewStateDict()
	want.Set("a.weight", FromFloat32s([]int{1 << 19}, slices.Repeat([]float32{1.5}, 1<<19)))
	for _, name := range []string{"large.pth", "large.safetensors"} {
		path := filepath.Join(t.TempDir(), name)
		if err := Write(path, want); err != nil {
			t.Fatal(err)
		}
		file, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		checkSame(t, file.StateDict, want)
		for range 2 { // a second Close does nothing
			if err := file.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// BenchmarkRead reads a file of the size of a ResNet-50's, 102 MB in 161 tensors.
func BenchmarkRead(b *testing.B) {
	sd := NewStateDict()
	for i := range 161 {
		sd.Set(string(rune('a'+i%26))+strings.Repeat("x", i), FromFloat32s([]int{158_750}, make([]float32, 158_750)))
	}
	for _, name := range []string{"resnet50.pth", "resnet50.safetensors"} {
		path := filepath.Join(b.TempDir(), name)
		if err := Write(path, sd); err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(161 * 158_750 * 4)
			for b.Loop() {
				file, err := Read(path)
				if err != nil {
					b.Fatal(err)
				}
				if err := file.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestEndlessPickles: a few hundred bytes that say more than memory or time holds.
func TestEndlessPickles(t *testing.T) {
	magic := "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
	// 1, (1, 1), ((1, 1), (1, 1)) ... as the version of the format: to print it would take 2^60 numbers.
	nested := magic + "\x80\x02)" + strings.Repeat("2\x86", 60) + "."
	// One list of 10,000 pairs in the memo, copied into a dict 200,000 times.
	pairs := "]q\x01("
	for i := range 10_000 {
		pairs += "M" + string([]byte{byte(i), byte(i >> 8)}) + "K\x02\x86"
	}
	pairs += "e0"
	copied := magic + "\x80\x02M\xe9\x03." + "\x80\x02ccollections\nOrderedDict\nq\x000" + pairs + strings.Repeat("h\x00h\x01\x85R0", 200_000) + "N."
	for says, file := range map[string]string{"legacy format 0": nested, "opcodes": copied} {
		if _, err := ReadBytes("bomb.pth", []byte(file)); err == nil || !strings.Contains(err.Error(), says) || len(err.Error()) > 300 {
			t.Errorf("%.300v, want %q", err, says)
		}
	}
}
