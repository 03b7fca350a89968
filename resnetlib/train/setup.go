package train

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"resnetlab/datasets"
	"resnetlab/datasets/named"
	"resnetlab/resnetlib/backend"
	"resnetlab/resnetlib/models"
	"resnetlab/resnetlib/nn"
	"resnetlab/resnetlib/optim"
	"resnetlab/resnetlib/runs"
	"resnetlab/resnetlib/transfer"
	"resnetlab/resnetlib/transforms"
)

// session is one training, from its settings to its last epoch.
type session struct {
	options
	config   Config
	source   runs.Source // weights to start from; zero: random ones
	preset   transforms.Preset
	net      *models.ResNet
	plan     transfer.Plan
	compiled *compiled // of net
	run      *runs.Run
	progress *progress
	best     *bestEpoch  // not written yet; nil: nothing to write
	ownCache *GraphCache // nil: the cache is the caller's
}

// newSession completes the settings by what the weights to start from say, and by the defaults, and checks them.
func newSession(c Config, opts []Option) (*session, error) {
	s := &session{options: newOptions(opts)}
	source, err := startingWeights(c)
	if err != nil {
		return nil, err
	}
	s.use(c.StartFrom(source), source)
	return s, s.config.Validate()
}

// use sets the settings, the weights that they start from and the preprocessing.
func (s *session) use(c Config, source runs.Source) {
	s.config, s.source = c, source
	s.preset = source.TrainingPreset(c.ImageSize)
	s.preset.Exif = c.Exif
	if s.graphs == nil {
		s.ownCache = &GraphCache{}
		s.graphs = s.ownCache
	}
}

// close frees what was compiled for this training alone.
func (s *session) close() {
	if s.ownCache != nil {
		s.ownCache.Finalize()
	}
}

// startingWeights finds the weights that the settings name; random ones are the zero Source.
func startingWeights(c Config) (runs.Source, error) {
	if c.Weights == "" {
		return runs.Source{}, nil
	}
	return runs.FindWeights(c.Weights, c.Arch)
}

// openData opens backend and data, and leaves out the pictures that cannot be read.
func (s *session) openData(ctx context.Context) (err error) {
	if s.backend == nil {
		b, choice, err := backend.OpenWith("", backend.Options{Threads: s.config.Threads})
		if err != nil {
			return err
		}
		s.backend, s.backendName = b, choice.Name
		s.note("%s", choice)
	}
	if s.data == nil {
		c := s.config
		if s.data, err = named.Open(c.Data, named.Options{ValSplit: c.ValSplit, Seed: c.Seed, Exif: c.Exif}); err != nil {
			return err
		}
	}
	if s.data.Train == nil || s.data.Val == nil {
		return errors.New("a training needs pictures to train on and pictures to validate with: the data lack Train or Val")
	}
	if !s.read {
		if err := s.readPictures(ctx); err != nil {
			return err
		}
	}
	classes := s.data.Train.Classes()
	s.note("%d pictures to train on, %d to validate, %d classes", s.data.Train.Len(), s.data.Val.Len(), len(classes))
	if len(classes) == 1 {
		s.note("there is only one class, %s, and nothing to tell apart: often the path is one level too high", classes[0])
	}
	return nil
}

// readPictures leaves out of the data what cannot be read, or refuses it where the settings say so.
func (s *session) readPictures(ctx context.Context) (err error) {
	data := *s.data
	if data.Val, err = datasets.WithClasses(data.Val, data.Train.Classes()); err != nil {
		return fmt.Errorf("validation data: %w", err)
	}
	if data.Train, err = s.readable(ctx, "train", data.Train); err != nil {
		return err
	}
	if data.Val, err = s.readable(ctx, "val", data.Val); err != nil {
		return err
	}
	s.data = &data
	return nil
}

func (s *session) readable(ctx context.Context, split string, ds datasets.Dataset) (datasets.Dataset, error) {
	readable, leftOut, err := datasets.Readable(ctx, ds, s.config.Workers)
	for _, bad := range leftOut {
		if s.config.StrictData {
			return nil, fmt.Errorf("unreadable picture: %w", bad)
		}
		s.note("left out of %s: %v", split, bad)
		s.leftOut = append(s.leftOut, runs.Unreadable{File: split + "/" + bad.Name, Error: bad.Err.Error()})
	}
	if errors.Is(err, datasets.ErrNoneReadable) {
		return nil, fmt.Errorf("%w in %s", err, split)
	}
	return readable, err
}

// startNetwork makes the network from the starting weights, and all that its steps need.
func (s *session) startNetwork() error {
	net, note, err := transfer.Start(s.source, s.config, len(s.data.Train.Classes()))
	if err != nil {
		return err
	}
	s.note("%s", note)
	if err := s.compile(net); err != nil {
		return err
	}
	return s.checkBatches()
}

// stepOptions are those of the settings.
func (s *session) stepOptions() (o optim.StepOptions, err error) {
	c := s.config
	o = optim.StepOptions{LabelSmoothing: c.LabelSmoothing, ClipNorm: c.ClipNorm, Accumulate: c.Accumulate,
		Optimizer: optim.Optimizer{Name: c.Optimizer, Momentum: c.Momentum, WeightDecay: c.WeightDecay}}
	if c.HeadLR > 0 {
		o.Group = headGroup
	}
	o.ClassWeights, err = classWeights(c, s.data.Train)
	return o, err
}

// headGroup puts the head, fc or the layer that was added behind it, into the second parameter group.
func headGroup(p *nn.Parameter) int {
	if models.IsHead(p.Key) {
		return 1
	}
	return 0
}

// classWeights returns one weight a class, or nil. "balanced" is pictures / (classes * pictures of the class).
func classWeights(c Config, data datasets.Dataset) ([]float32, error) {
	given, balanced, err := c.ParseClassWeights()
	if err != nil || !balanced && given == nil {
		return nil, err
	}
	classes := len(data.Classes())
	if balanced {
		labels, err := datasets.Labels(data)
		if err != nil {
			return nil, err
		}
		given = balancedWeights(labels, classes)
	}
	if len(given) != classes {
		return nil, fmt.Errorf("%d class weights for %d classes", len(given), classes)
	}
	weights := make([]float32, classes)
	for i, w := range given {
		weights[i] = float32(w)
	}
	return weights, nil
}

func balancedWeights(labels []int, classes int) []float64 {
	counts, weights := make([]int, classes), make([]float64, classes)
	for _, l := range labels {
		counts[l]++
	}
	for i, n := range counts {
		weights[i] = float64(len(labels)) / float64(classes*max(n, 1))
	}
	return weights
}

// createRun makes the run's folder, with a checkpoint of step 0 unless checkpoints are sparse.
func (s *session) createRun() error {
	info, err := s.info()
	if err != nil {
		return err
	}
	s.progress = newProgress(s.config)
	var first *runs.Checkpoint
	if !s.sparse {
		if first, err = s.snapshot(); err != nil {
			return err
		}
	}
	if s.run, err = runs.Create(s.config, info, first); err != nil {
		return err
	}
	s.note("run %s", s.run.Dir)
	return nil
}

func (s *session) info() (runs.Info, error) {
	fingerprint, err := s.data.Fingerprint()
	if err != nil {
		return runs.Info{}, err
	}
	info := runs.Info{Classes: s.data.Train.Classes(), Preset: s.preset, Backend: s.backendName, Versions: runs.ModuleVersions(), DataFingerprint: fingerprint,
		TrainPictures: s.data.Train.Len(), ValPictures: s.data.Val.Len(), Unreadable: s.leftOut}
	info.PyTorchRecipe = s.pytorchRecipe()
	return info, nil
}

// pytorchRecipe says how PyTorch loads best.safetensors; "" where torchvision's network of the same name takes it as it is.
func (s *session) pytorchRecipe() string {
	arch, fc, head := s.config.Arch, s.net.FC.Out, ""
	if s.net.Head != nil {
		head = fmt.Sprintf("; net = torch.nn.Sequential(collections.OrderedDict(net=net, head=torch.nn.Linear(%d, %d))); load keys head.* into head", fc, s.net.Head.Out)
	}
	if c, narrow := models.Narrow[arch]; narrow {
		layers := strings.Join(strings.Fields(fmt.Sprint(c.Layers)), ", ")
		return fmt.Sprintf("net = torchvision.models.ResNet(torchvision.models.resnet.BasicBlock, %s, num_classes=%d); net.maxpool = torch.nn.Identity(); "+
			"tensors = dict(net.named_parameters()) | dict(net.named_buffers()); "+
			"for each key and value of the file that is in tensors: tensors[key].data = value.to(tensors[key].dtype)%s", layers, fc, head)
	}
	if head == "" {
		return ""
	}
	return fmt.Sprintf("net = torchvision.models.%s(num_classes=%d)%s and all others into net", arch, fc, head)
}
