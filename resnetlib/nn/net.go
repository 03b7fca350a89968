package nn

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Root is the scope of the GoMLX store under which a network's variables live: the state-dict key
// "layer1.0.bn1.weight" is the variable "/resnet/layer1/0/bn1/weight".
const Root = "/resnet"

// Node and Graph are GoMLX's: a Node stands for a value that exists only once the graph runs.
type (
	Node  = graph.Node
	Graph = graph.Graph
)

// Module is a part of a network, PyTorch's nn.Module. Modules are compared by ==, so their types are pointers or other comparable types.
type Module interface {
	Name() string          // its place in the network, "layer1.0.conv1"; "" for the network itself
	Forward(x *Node) *Node // adds its operations to the graph of x and returns the output
}

// Net is the state dict of one network: every module made in one of its scopes registers its parameters here. The order is that of PyTorch's
// state dict.
type Net struct {
	Store      *model.Store // holds the values of the parameters
	parameters []*Parameter
	byKey      map[string]*Parameter
	batchNorms []*BatchNorm2D
}

// Scope is a place in the tree of modules, under which a module makes its parameters.
type Scope struct {
	net  *Net
	path string // "layer1.0"; "" at the root
	seed uint64
	skip func(key string) bool // which parameters stay zero; nil: none
}

// Option is an option of [NewScope].
type Option func(*Scope)

// Seed sets the seed of the initial weights and of dropout, 0 without it. A parameter's initial values depend on the seed and its key alone.
func Seed(seed uint64) Option { return func(s *Scope) { s.seed = seed } }

// SkipInit leaves all weights zero, for a network that a file is loaded into (torch.nn.utils.skip_init).
func SkipInit() Option { return SkipInitOf(func(string) bool { return true }) }

// SkipInitOf leaves those weights zero whose key loaded accepts, for a network that a part of a file is loaded into.
func SkipInitOf(loaded func(key string) bool) Option { return func(s *Scope) { s.skip = loaded } }

// NewScope starts a network in a store that has none yet, and returns its root.
func NewScope(store *model.Store, options ...Option) *Scope {
	s := &Scope{net: &Net{Store: store, byKey: map[string]*Parameter{}}}
	for _, o := range options {
		o(s)
	}
	return s
}

// In returns the scope of a child, whose name is given by a format: In("layer%d", 1).
func (s *Scope) In(format string, args ...any) *Scope {
	child := *s
	child.path = join(s.path, fmt.Sprintf(format, args...))
	return &child
}

// Name returns the scope's place in the network, "layer1.0".
func (s *Scope) Name() string { return s.path }

// Net returns the network that the scope belongs to.
func (s *Scope) Net() *Net { return s.net }

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// parameter makes a variable and registers it. Making one twice is an error of the program, and panics.
func (s *Scope) parameter(name string, l layout, dims []int, init initializer) *Parameter {
	p := &Parameter{Key: join(s.path, name), layout: l}
	if s.net.byKey[p.Key] != nil {
		panic(fmt.Errorf("nn: the network already has a parameter %q", p.Key))
	}
	t := tensors.FromShape(shapes.Make(dtypes.Float32, dims...))
	if s.skip == nil || !s.skip(p.Key) {
		rnd := rand.New(rand.NewPCG(s.seed, hash(p.Key)))
		tensors.MustMutableFlatData(t, func(v []float32) { init(v, rnd) })
	}
	s.register(p, t)
	return p
}

// buffer makes a parameter that is saved but never trained: a running statistic.
func (s *Scope) buffer(name string, value *tensors.Tensor) *Parameter {
	p := &Parameter{Key: join(s.path, name), Buffer: true}
	s.register(p, value)
	return p
}

func (s *Scope) register(p *Parameter, value *tensors.Tensor) {
	path := Root + "/" + strings.ReplaceAll(p.Key, ".", "/")
	if s.net.Store.GetVariable(path) != nil { // CreateVariable would share it
		panic(fmt.Errorf("nn: the store already has a variable %s: a network needs a store of its own", path))
	}
	v, err := s.net.Store.CreateVariable(path, value)
	if err != nil {
		panic(fmt.Errorf("nn: making parameter %q: %w", p.Key, err))
	}
	p.Variable = v.SetTrainable(!p.Buffer)
	s.net.parameters = append(s.net.parameters, p)
	s.net.byKey[p.Key] = p
}

// Renew removes the parameters under the scope and returns the scope, in which other ones can take their place. These get initial weights even
// in a network made with [SkipInit].
func (s *Scope) Renew() (*Scope, error) {
	n := s.net
	var kept []*Parameter
	for _, p := range n.parameters {
		if !under(p.Key, s.path) {
			kept = append(kept, p)
			continue
		}
		if err := n.Store.DeleteVariable(p.Variable.Path()); err != nil {
			return nil, fmt.Errorf("nn: dropping parameter %q: %w", p.Key, err)
		}
		delete(n.byKey, p.Key)
	}
	n.parameters = kept
	n.batchNorms = slices.DeleteFunc(n.batchNorms, func(b *BatchNorm2D) bool { return under(b.Name(), s.path) })
	fresh := *s
	fresh.skip = nil
	return &fresh, nil
}

func hash(key string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(key))
	return h.Sum64()
}

// SetTraining sets whether the graph is built for training (batch statistics, dropout) or for evaluation, the default. Call it before Forward.
func SetTraining(g *Graph, training bool) { new(model.Store).SetTraining(g, training) }

// Training tells whether the graph is built for training: module.training in PyTorch.
func Training(g *Graph) bool { return new(model.Store).IsTraining(g) }
