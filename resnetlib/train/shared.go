package train

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"

	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/weights"
)

// machinery is what a run computes with: a network, and the compiled graphs over its variables. A short run on XLA waits mostly for compiling,
// so the members of a comparison that train the same layers hand it on: graphs depend on shapes and on what is frozen, not on values.
type machinery struct {
	net      *models.ResNet
	frozen   *frozenBody
	trainer  *Trainer
	forwards map[string]*predict.Forward // by the part's name: net, body, tail
}

// poolKey is where sessions that can share keep their machinery: by strategy, and apart where the network has an added layer ("scratch" has
// none even where the weights of the others do).
func poolKey(s Strategy, net *models.ResNet) string { return fmt.Sprint(s, " ", net.Head != nil) }

// sharing makes a session leave its machinery in the pool, by strategy, and take one that is there. Sessions with one pool differ in nothing
// but strategy, seed, starting weights and folder; their data have been read, and these pictures are left out of them. The pool's owner
// finalizes what is in it.
func sharing(pool map[string]*machinery, leftOut []runs.Unreadable) Option {
	return func(s *session) { s.shared, s.unreadable = pool, leftOut }
}

// borrow takes over the machinery that a session before has left, with this one's weights and a new optimizer. It is as good as new: the
// run ends with the same bytes.
func (s *session) borrow() (bool, error) {
	m := s.shared[poolKey(Strategy(s.config.Strategy), s.net)]
	if m == nil {
		return false, nil
	}
	if err := m.load(s.net); err != nil {
		return false, err
	}
	s.machinery, s.net, s.frozen, s.trainer = m, m.net, m.frozen, m.trainer
	return true, s.trainer.restart()
}

// own makes a machinery of what the session has made, for this run or for the sessions after it, too.
func (s *session) own() {
	s.machinery = &machinery{net: s.net, frozen: s.frozen, trainer: s.trainer, forwards: map[string]*predict.Forward{}}
	if s.shared != nil {
		s.shared[poolKey(Strategy(s.config.Strategy), s.net)] = s.machinery
	}
}

// release frees what is nobody else's.
func (s *session) release() {
	if s.shared == nil {
		s.machinery.finalize()
	}
}

// load copies a network's values into the machinery's.
func (m *machinery) load(net *models.ResNet) error {
	sd, err := net.StateDict()
	if err != nil {
		return err
	}
	if _, err = weights.LoadStateDict(sd, m.net); err != nil {
		return fmt.Errorf("using a compiled network again: %w", err)
	}
	return nil
}

// forward is the forward pass of a part of the network, in eval mode.
func (m *machinery) forward(b compute.Backend, name string, part nn.Module, batchSize int) (*predict.Forward, error) {
	if f := m.forwards[name]; f != nil {
		return f, nil
	}
	f, err := predict.NewPart(b, m.net, part, batchSize)
	if err == nil {
		m.forwards[name] = f
	}
	return f, err
}

func (m *machinery) finalize() {
	for _, f := range m.forwards {
		f.Finalize()
	}
	if m.trainer != nil {
		m.trainer.Finalize()
	}
}

// restart makes the trainer one that has taken no step.
func (t *Trainer) restart() error {
	t.Steps = 0
	return t.eachState(func(_ string, p *nn.Parameter, _ func() (*tensors.Tensor, error), set func(*tensors.Tensor) error) error {
		return set(tensors.FromShape(p.Variable.Shape()))
	})
}
