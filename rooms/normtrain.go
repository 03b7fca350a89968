package rooms

import (
	"fmt"

	"github.com/gomlx/gomlx/ml/model"

	"resnetlab/datasets"
	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/explain"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/optim"
	"resnetlab/resnetlib/transforms"
)

// The training of the computation "normtrain": small enough for a second in a page.
const (
	normTrainSide  = 16 // pixels
	normTrainSteps = 40
	normTrainRate  = 3e-3
)

// NormTrainArguments of the computation "normtrain", which trains a small network twice.
type NormTrainArguments struct {
	Channel  int     `json:"channel"`
	Batches  []int   `json:"batches"` // pictures in a batch, of each training
	Momentum float64 `json:"momentum"`
}

// NormTrainAnswer has one training for each batch size.
type NormTrainAnswer struct {
	Trainings []NormTraining `json:"trainings"`
}

// NormTraining holds what was recorded at each step.
type NormTraining struct {
	Batch       int       `json:"batch"`
	Loss        []float64 `json:"loss"`
	RunningMean []float64 `json:"runningMean"` // of the channel: before the first step, and after each
	BatchMean   []float64 `json:"batchMean"`   // of each step
}

// normTrain trains from the same start with each batch size.
func normTrain(c *call, a NormTrainArguments) (answer NormTrainAnswer, err error) {
	if !(a.Momentum > 0 && a.Momentum <= 1) || len(a.Batches) == 0 || len(a.Batches) > 3 {
		return answer, fmt.Errorf("training %d networks with momentum %g: there can be 1 to 3, and momentum is above 0 and at most 1", len(a.Batches), a.Momentum)
	}
	for _, batch := range a.Batches {
		if batch < 2 || batch > 32 {
			return answer, fmt.Errorf("a batch of %d pictures: it must have 2 to 32 here", batch)
		}
		answer.Trainings = append(answer.Trainings, NormTraining{Batch: batch})
		if err := c.trainNorm(&answer, a); err != nil {
			return answer, err
		}
	}
	return answer, nil
}

// trainNorm runs the last training of the answer, and tells the page of it every few steps.
func (c *call) trainNorm(answer *NormTrainAnswer, a NormTrainArguments) error {
	now := &answer.Trainings[len(answer.Trainings)-1]
	net, err := smallNetwork(a.Momentum)
	if err != nil {
		return err
	}
	if err := checkChannel(a.Channel, net.Config.Planes); err != nil {
		return err
	}
	trainer, err := optim.NewTrainer(c.session.backend, net, optim.StepOptions{Optimizer: optim.Optimizer{Name: "adam"}})
	if err != nil {
		return err
	}
	defer trainer.Finalize()
	h, err := explain.NewHistory(net.Net, normLayer)
	if err != nil {
		return err
	}
	data := sketch.New("train", sketch.Config{Size: normTrainSide})
	for step := range normTrainSteps {
		if err := c.Err(); err != nil {
			return err
		}
		loss, err := trainOn(trainer, data, step, now.Batch)
		if err == nil {
			err = h.Record()
		}
		if err != nil {
			return err
		}
		now.Loss = append(now.Loss, loss)
		now.follow(h, a)
		if step%8 == 7 {
			c.part(*answer)
		}
	}
	return nil
}

// smallNetwork makes a residual network of two blocks for five classes, whose batch norms have the momentum.
func smallNetwork(momentum float64) (*models.ResNet, error) {
	norm := func(s *nn.Scope, channels int, gamma float32) nn.Module {
		b := nn.NewBatchNorm2D(s, channels, gamma)
		b.Momentum = momentum
		return b
	}
	return models.NewResNet(nn.NewScope(model.NewStore(), nn.Seed(1)),
		models.Config{Layers: []int{1, 1}, Planes: 8, Stem: models.CIFARStem, Norm: norm, NumClasses: len(sketch.Classes)})
}

// trainOn takes one step on pictures drawn at random from the data, the same in each training.
func trainOn(trainer *optim.Trainer, data datasets.Dataset, step, batch int) (float64, error) {
	rnd := transforms.Rand(uint64(step), 0, 0)
	var pictures []*transforms.RGB
	var labels []int32
	for range batch {
		s, err := data.Sample(rnd.IntN(data.Len()))
		if err != nil {
			return 0, err
		}
		pictures, labels = append(pictures, s.Image), append(labels, int32(s.Label))
	}
	x, err := explain.Input(transforms.EvalPreset(normTrainSide), pictures...)
	if err != nil {
		return 0, err
	}
	defer x.FinalizeAll()
	r, err := trainer.Step(x, labels, normTrainRate)
	return r.Loss, err
}

// follow takes the running mean from the history, and the batch's mean by the rule: running = (1 - momentum) running + momentum batch.
func (n *NormTraining) follow(h *explain.History, a NormTrainArguments) {
	n.RunningMean = n.RunningMean[:0]
	for _, record := range h.Values["running_mean"] {
		n.RunningMean = append(n.RunningMean, record[a.Channel])
	}
	last := len(n.RunningMean) - 1
	n.BatchMean = append(n.BatchMean, (n.RunningMean[last]-(1-a.Momentum)*n.RunningMean[last-1])/a.Momentum)
}
