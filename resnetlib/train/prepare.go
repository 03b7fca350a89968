package train

import (
	"context"
	"fmt"

	"github.com/gomlx/compute"

	"resnetlab/datasets"
	"resnetlab/resnetlib/runs"
)

// Setup holds what several trainings on the same data share: an open backend, and pictures that can be read.
type Setup struct {
	Backend     compute.Backend
	BackendName string
	Data        *datasets.Splits
	LeftOut     []runs.Unreadable // of Data
}

// Prepare opens backend and data, test pictures included, as [Fit] would with these settings.
func Prepare(ctx context.Context, c Config, opts ...Option) (*Setup, error) {
	s, err := newSession(c, opts)
	if err != nil {
		return nil, asInput(ctx, err)
	}
	defer s.close()
	if err := s.openData(ctx); err != nil {
		return nil, asInput(ctx, err)
	}
	if s.data.Test != nil {
		data := *s.data
		if data.Test, err = datasets.WithClasses(data.Test, data.Train.Classes()); err != nil {
			return nil, asInput(ctx, fmt.Errorf("test data: %w", err))
		}
		if data.Test, err = s.readable(ctx, "test", data.Test); err != nil {
			return nil, asInput(ctx, err)
		}
		s.data = &data
	}
	return &Setup{s.backend, s.backendName, s.data, s.leftOut}, nil
}

// Options returns the options that make a training use the setup.
func (s *Setup) Options() []Option {
	return []Option{On(s.Backend, s.BackendName), Data(s.Data), Readable(s.LeftOut)}
}
