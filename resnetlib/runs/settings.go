package runs

// Settings are the settings of a training run: one struct is the flags of "resnetlab train", the configuration of train.Fit and the larger part of
// run.json. The tags help, default, enum and arg are kong's, json is encoding/json's, and min, max and with are read by [Settings.Validate]. The
// name of a flag is its JSON key, with - for _.
//
// A zero field stands for the default of its tag; see [Settings.WithDefaults].
type Settings struct {
	Data    string `json:"data" arg:"" optional:"" help:"Pictures: a folder with train/ and val/, a folder with one folder for each class, or a list of files (.csv, .txt). Without it: pictures that the program draws."`
	Arch    string `json:"arch" default:"resnet34" help:"Architecture: resnet18, resnet34, ..., resnext50_32x4d, ..., wide_resnet101_2."`
	Weights string `json:"weights" help:"Weights to start from: a file, the folder of a run, or a name that 'weights list' shows. Without it: random weights."`

	WeightsUpTo string `json:"weights_upto" name:"weights-upto" help:"Last layer to load from --weights (conv1, ..., layer4); the layers after it start from random weights. Without it: all layers are loaded." placeholder:"LAYER"`

	Strategy string `json:"strategy" default:"all" help:"Layers to train: all; last:LAYER, that layer and all after it (last:fc, last:layer4); new, one new layer after the loaded head."`
	FreezeBN *bool  `json:"freeze_bn" name:"freeze-bn" default:"true" negatable:"" help:"Batch norms of frozen layers use their running statistics and do not change them."`

	Epochs         int     `json:"epochs" default:"3" min:"1" help:"Passes over the training pictures."`
	BatchSize      int     `json:"batch_size" default:"16" min:"1" help:"Pictures in a batch."`
	ImageSize      int     `json:"image_size" default:"224" min:"1" help:"Side in pixels of the network's input."`
	LR             float64 `json:"lr" name:"lr" default:"0.0001" min:"0" help:"Learning rate."`
	HeadLR         float64 `json:"head_lr" name:"head-lr" default:"0" min:"0" help:"Learning rate of the head; 0: the same as --lr."`
	Optimizer      string  `json:"optimizer" default:"adam" enum:"adam,adamw,sgd" help:"Optimizer: ${enum}, as PyTorch's."`
	Momentum       float64 `json:"momentum" default:"0" min:"0" with:"optimizer=sgd" help:"Momentum of sgd."`
	Scheduler      string  `json:"scheduler" default:"none" enum:"none,step,cosine,plateau" help:"Schedule of the learning rate: ${enum}; PyTorch's StepLR, CosineAnnealingLR and ReduceLROnPlateau."`
	LRStepSize     int     `json:"lr_step_size" name:"lr-step-size" default:"30" min:"1" with:"scheduler=step" help:"Epochs between two reductions by the schedule step."`
	LRGamma        float64 `json:"lr_gamma" name:"lr-gamma" default:"0.1" min:"0" with:"scheduler=step,plateau" help:"Factor of each reduction by the schedules step and plateau."`
	LRPatience     int     `json:"lr_patience" name:"lr-patience" default:"10" min:"0" with:"scheduler=plateau" help:"Epochs without a lower validation loss that the schedule plateau allows before a reduction."`
	Warmup         int     `json:"warmup" default:"0" min:"0" help:"Epochs in which the learning rate rises linearly to its full value."`
	WeightDecay    float64 `json:"weight_decay" default:"0" min:"0" help:"Weight decay: in the gradient (sgd, adam), decoupled (adamw)."`
	LabelSmoothing float64 `json:"label_smoothing" default:"0" min:"0" max:"1" help:"Share of the target spread over all classes."`
	ClipNorm       float64 `json:"clip_norm" default:"0" min:"0" help:"Largest norm of the gradient of all parameters together; 0: no limit."`
	Accumulate     int     `json:"accumulate" default:"1" min:"1" help:"Batches whose gradients are summed for one step; the mean loss of each is divided by their number."`
	EarlyStop      int     `json:"early_stop" default:"0" min:"0" help:"Stop after this number of epochs without a better validation accuracy; 0: never."`
	ClassWeights   string  `json:"class_weights" help:"Weights of the classes in the loss: balanced, or one number for each class (1,2,0.5). Without it: equal weights."`

	Augment        string  `json:"augment" default:"default" enum:"default,none" help:"Augmentation of training pictures: default (random crop and flip) or none (as in validation)."`
	AugmentRepeats int     `json:"augment_repeats" default:"0" min:"0" help:"Number K of augmented versions of each picture: epoch e uses version e mod K; 0: a new version in each epoch." placeholder:"K"`
	ValSplit       float64 `json:"val_split" default:"0.1" min:"0" max:"1" help:"Share of each class that is held out for validation if the data have no val/."`
	StrictData     bool    `json:"strict_data" help:"Stop with an error if a picture cannot be read. Without it, such pictures are named and left out."`
	Exif           bool    `json:"exif" help:"Rotate pictures by their EXIF orientation (torchvision does not)."`

	CheckpointEvery int    `json:"checkpoint_every" default:"100" min:"1" help:"Steps between two checkpoints."`
	Seed            uint64 `json:"seed" default:"0" help:"Seed of random weights, order of pictures, augmentation and split."`
	Workers         int    `json:"workers" default:"0" min:"0" help:"Goroutines that read pictures; 0: one for each core. Results do not depend on it."`
	Threads         int    `json:"threads" default:"0" min:"0" help:"Threads that the backend may use; 0: chosen by the backend."`

	Out       string `json:"-" placeholder:"DIR" help:"Folder for the run. Without it: the next free runs/train-N."`
	Overwrite bool   `json:"-" help:"Replace the run in the folder of --out."`
}
