package train

import (
	"fmt"

	"github.com/gomlx/compute"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/optim"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/train/featurecache"
	"resnetlab/resnetlib/transfer"
)

// GraphCache keeps compiled networks, for trainings that follow one another in one process: a short run on XLA waits mostly for the compiler. A
// training takes over the network of one before it when their graphs are the same, which depends on architecture, frozen layers, loss, optimizer and
// sizes; the values of the weights and of the optimizer's state are set anew, so that it ends with the same bytes as without the cache.
//
// The zero value is an empty cache. One training at a time may use it.
type GraphCache struct{ networks map[string]*compiled }

// compiled is a network with the graphs over its variables.
type compiled struct {
	net      *models.ResNet
	shape    string             // see shapeOf
	body     *featurecache.Body // nil: every epoch computes the whole network
	trainer  *optim.Trainer     // nil: only evaluated
	forwards map[string]*predict.Forward
}

// Finalize frees all networks and graphs of the cache.
func (g *GraphCache) Finalize() {
	for _, c := range g.networks {
		for _, f := range c.forwards {
			f.Finalize()
		}
		if c.trainer != nil {
			_ = c.trainer.Finalize() // of a network that nobody has any more
		}
	}
	g.networks = nil
}

// Forward returns the forward pass, in evaluation mode, of a network with the values of net: by a graph that was compiled for a network like it, such
// as that of a training's validation, if there is one. It is valid until the next use of the cache, which may give the same graph other values. A
// network for which there is no graph yet becomes the cache's, and its values may change with the next use as well.
//
// Networks are alike if their Config and the keys and shapes of their parameters are: one whose modules were replaced by others must not be given.
func (g *GraphCache) Forward(b compute.Backend, net *models.ResNet, batchSize int) (*predict.Forward, error) {
	shape := shapeOf(b, net, batchSize)
	key := "evaluated " + shape
	for other, c := range g.networks {
		if c.shape == shape && c.forwards[wholeNet] != nil {
			key = other
		}
	}
	c, err := g.find(key, net, func() (*compiled, error) { return &compiled{net: net, shape: shape}, nil })
	if err != nil {
		return nil, err
	}
	return c.forward(b, wholeNet, c.net, batchSize)
}

// find returns the compiled network of a key, with the values of net, or makes it.
func (g *GraphCache) find(key string, net *models.ResNet, make func() (*compiled, error)) (*compiled, error) {
	if c := g.networks[key]; c != nil {
		if err := c.load(net); err != nil {
			return nil, err
		}
		return c, nil
	}
	c, err := make()
	if err != nil {
		return nil, err
	}
	if g.networks == nil {
		g.networks = map[string]*compiled{}
	}
	g.networks[key], c.forwards = c, map[string]*predict.Forward{}
	return c, nil
}

// load copies the values of net.
func (c *compiled) load(net *models.ResNet) error {
	if net == c.net {
		return nil
	}
	if err := c.net.CopyValues(net.Net); err != nil {
		return fmt.Errorf("reusing a compiled network: %w", err)
	}
	return nil
}

// shapeOf identifies what the graphs of a network's forward pass depend on. Networks with equal parameters may still differ, as a plain and a residual
// one do: their Config tells.
func shapeOf(b compute.Backend, net *models.ResNet, batchSize int) string {
	key := fmt.Sprintf("%p %d %v", b, batchSize, net.Config)
	for _, spec := range net.Spec() {
		key += fmt.Sprint(" ", spec.Key, spec.Shape)
	}
	return key
}

// forward returns the forward pass of a part of the network, in evaluation mode.
func (c *compiled) forward(b compute.Backend, name string, part nn.Module, batchSize int) (*predict.Forward, error) {
	if f := c.forwards[name]; f != nil {
		return f, nil
	}
	f, err := predict.NewPart(b, c.net, part, batchSize)
	if err != nil {
		return nil, err
	}
	c.forwards[name] = f
	return f, nil
}

// wholeNet names the forward pass of a whole network among the parts of [compiled.forward].
const wholeNet = "net"

// compile freezes what the strategy does not train, and makes the trainer or takes one of the cache. s.net has the values of net afterwards.
func (s *session) compile(net *models.ResNet) (err error) {
	if s.plan, err = transfer.Strategy(s.config.Strategy).Apply(net, transfer.FreezeBN(s.config.FreezesBN())); err != nil {
		return err
	}
	s.note("%s", s.plan)
	options, err := s.stepOptions()
	if err != nil {
		return err
	}
	body, err := s.frozenBody(net)
	if err != nil {
		return err
	}
	shape := shapeOf(s.backend, net, s.config.BatchSize)
	s.compiled, err = s.graphs.find(shape+s.stepKey(body, options), net, func() (*compiled, error) {
		if body != nil {
			options.Tail = body.Trained
		}
		trainer, err := optim.NewTrainer(s.backend, net, options)
		if err != nil {
			return nil, err
		}
		return &compiled{net: net, shape: shape, body: body, trainer: trainer}, nil
	})
	if err != nil {
		return err
	}
	s.net = s.compiled.net
	return s.compiled.trainer.Reset()
}

// stepKey identifies what the graph of a training step depends on, beside the shape of the network. Values are no part of it: parameters, learning rates.
func (s *session) stepKey(body *featurecache.Body, o optim.StepOptions) string {
	return fmt.Sprint(" ", s.config.ImageSize, s.plan.Trained, s.config.FreezesBN(), body != nil,
		o.Optimizer, o.LabelSmoothing, o.ClassWeights, o.ClipNorm, o.Accumulate, o.Group != nil)
}
