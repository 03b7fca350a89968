package rooms

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/gomlx/compute"

	"resnetlab/datasets"
	"resnetlab/datasets/sketch"
	"resnetlab/resnetlib/evaluate"
	"resnetlab/resnetlib/explain"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/optim"
	"resnetlab/resnetlib/predict"
	"resnetlab/resnetlib/train/featurecache"
	"resnetlab/resnetlib/transforms"
	"resnetlab/resnetlib/weights"
)

// Settings of the room "transfer".
const (
	transferSide    = 64 // pixels of a crop
	transferBatch   = 16
	transferHeldOut = 50 // pictures, of all classes together
	layersRate      = 0.001
	headRate        = 0.01 // where one new layer alone is trained
)

// transferTraining is a training under way. Its inputs are pictures or, where layers are frozen, their features, which are computed once.
type transferTraining struct {
	net        *models.ResNet
	before     *weights.StateDict
	pictures   datasets.LoaderConfig // how they are read
	trainer    *optim.Trainer
	rate       float64
	dims       []int // of one input
	few, held  datasets.Source
	forwards   []*predict.Forward
	classifier predict.Classifier // of held
	answer     TransferAnswer
}

// transferTraining freezes what the strategy does not train, and prepares the training.
func (c *call) transferTraining(a TransferArguments, net *models.ResNet, preset transforms.Preset) (*transferTraining, error) {
	plan, err := a.strategy().Apply(net)
	if err != nil {
		return nil, err
	}
	t := &transferTraining{net: net, rate: layersRate, answer: TransferAnswer{Plan: plan}}
	if len(plan.Trained) == 1 {
		t.rate = headRate
	}
	if t.before, err = net.StateDict(); err != nil {
		return nil, err
	}
	preset.Resize, preset.Crop = int(math.Round(float64(transferSide*preset.Resize)/float64(preset.Crop))), transferSide
	t.pictures = datasets.LoaderConfig{BatchSize: transferBatch, Preset: preset, Seed: a.Seed}
	few, held := t.loaders(a.PerClass)
	options := optim.StepOptions{Optimizer: optim.Optimizer{Name: "adam"}}
	if len(plan.Frozen) == 0 {
		err = t.usePictures(c.session.backend, few, held)
	} else {
		options.Tail, err = t.useFeatures(c.session.backend, few, held)
	}
	if err == nil {
		t.trainer, err = optim.NewTrainer(c.session.backend, net, options)
	}
	if err == nil {
		err = t.measure(c)
	}
	if err != nil {
		t.finalize()
		return nil, err
	}
	return t, nil
}

// loaders returns the pictures: a few of each class to train on, and others to measure with.
func (t *transferTraining) loaders(perClass int) (few, held *datasets.Loader) {
	drawn := sketch.Config{Task: "few", Train: perClass * len(sketch.Classes), Val: transferHeldOut}
	shuffled := t.pictures
	shuffled.Shuffle = true
	return datasets.NewLoader(sketch.New("train", drawn), shuffled), datasets.NewLoader(sketch.New("val", drawn), t.pictures)
}

// usePictures trains the whole network on the pictures.
func (t *transferTraining) usePictures(b compute.Backend, few, held *datasets.Loader) error {
	forward, err := t.forward(b, t.net)
	t.dims, t.few, t.held, t.classifier = []int{transferSide, transferSide, 3}, few, held, forward
	return err
}

// useFeatures trains the layers from the first trained one on, and returns them. The layers before it compute each picture once.
func (t *transferTraining) useFeatures(b compute.Backend, few, held *datasets.Loader) (tail nn.Module, err error) {
	body, err := featurecache.Split(t.net, t.answer.Plan.Trained[0], transferSide)
	if err != nil {
		return nil, err
	}
	frozen, err := t.forward(b, body.Frozen)
	if err != nil {
		return nil, err
	}
	trained, err := t.forward(b, body.Trained)
	if err != nil {
		return nil, err
	}
	if t.few, err = t.features(body, frozen, few); err != nil {
		return nil, err
	}
	t.held, err = t.features(body, frozen, held)
	t.dims, t.classifier = body.Dims, featurecache.Classifier{Forward: trained, Dims: body.Dims}
	return body.Trained, err
}

// features makes the source of the features of pictures, kept in memory.
func (t *transferTraining) features(body *featurecache.Body, frozen *predict.Forward, order *datasets.Loader) (*featurecache.Source, error) {
	return featurecache.New(featurecache.Config{Body: body, Forward: frozen, Order: order, Pictures: t.pictures})
}

// forward makes the forward pass of a part of the network, in evaluation mode.
func (t *transferTraining) forward(b compute.Backend, part nn.Module) (*predict.Forward, error) {
	f, err := predict.NewPart(b, t.net, part, transferBatch)
	if err == nil {
		t.forwards = append(t.forwards, f)
	}
	return f, err
}

// train trains for one epoch and measures.
func (t *transferTraining) train(ctx context.Context, epoch int) error {
	start, sum, pictures := time.Now(), 0.0, 0
	for batch, err := range t.few.Epoch(ctx, epoch, 0) {
		if err != nil {
			return err
		}
		inputs := optim.Inputs(batch.Images, batch.N, t.dims...)
		result, err := t.trainer.Step(inputs, batch.Labels, t.rate)
		inputs.FinalizeAll()
		if err != nil {
			return err
		}
		sum, pictures = sum+result.Loss*float64(batch.N), pictures+batch.N
	}
	loss := sum / float64(pictures)
	if !finite(loss) {
		return fmt.Errorf("the training diverged in epoch %d: its loss is no longer a finite number; choose another seed or strategy", epoch+1)
	}
	t.answer.Loss = append(t.answer.Loss, loss)
	err := t.measure(ctx)
	t.answer.Times = append(t.answer.Times, float64(time.Since(start).Microseconds())/1000)
	return err
}

// measure adds the accuracy on the held-out pictures, and compares the network with that before the training.
func (t *transferTraining) measure(ctx context.Context) error {
	result, err := evaluate.Run(ctx, t.classifier, t.held)
	if err != nil {
		return err
	}
	now, err := t.net.StateDict()
	if err != nil {
		return err
	}
	movement, err := explain.WeightMovement(t.before, now, 1)
	if err != nil {
		return err
	}
	t.answer.Accuracy, t.answer.Moved = append(t.answer.Accuracy, result.Accuracy), nil
	for _, m := range movement {
		t.answer.Moved = append(t.answer.Moved, PartMoved{m.Part, m.Relative})
	}
	d := weights.Diff(t.before, now)
	t.answer.Fixed, t.answer.Tensors = len(d.Equal), len(d.Equal)+len(d.Changed)
	return nil
}

// finalize frees what was compiled.
func (t *transferTraining) finalize() {
	for _, f := range t.forwards {
		f.Finalize()
	}
	if t.trainer != nil {
		_ = t.trainer.Finalize() // of a network that is dropped with it
	}
}
