package runs

// Settings are what a training run was told: the flags of "resnetlab train", the configuration of train.Fit and the
// larger part of run.json, in one struct. Tags are kong's (help, default, enum, arg) and encoding/json's; a flag is
// called as its JSON key, with - for _.
//
// A field left at its zero value takes the default of its tag; see WithDefaults.
type Settings struct {
	Data    string `json:"data" arg:"" optional:"" help:"Folder with train/ and val/, one folder of class folders, or a list (.csv, .txt). Left out: pictures drawn by the program."`
	Arch    string `json:"arch" default:"resnet34" help:"Network: resnet18, resnet34, ... resnext50_32x4d, ... wide_resnet101_2."`
	Weights string `json:"weights" help:"Weights to start from: a file, a run, or a name of 'weights list'. Left out: random weights."`

	WeightsUpTo string `json:"weights_upto" name:"weights-upto" help:"Last layer that is loaded from the weights (conv1, ..., layer4); what comes after starts from random weights. Left out: all." placeholder:"LAYER"`

	Strategy string `json:"strategy" default:"all" help:"What trains: all; last:LAYER, from that layer on (last:fc, last:layer4); new, one more layer behind the loaded head."`
	FreezeBN *bool  `json:"freeze_bn" name:"freeze-bn" default:"true" negatable:"" help:"Batch norms of frozen layers use and keep their running statistics."`

	Epochs         int     `json:"epochs" default:"3" min:"1" help:"Passes over the training pictures."`
	BatchSize      int     `json:"batch_size" default:"16" min:"1" help:"Pictures a step."`
	ImageSize      int     `json:"image_size" default:"224" min:"1" help:"Side in pixels of what the network sees."`
	LR             float64 `json:"lr" name:"lr" default:"0.0001" min:"0" help:"Learning rate."`
	HeadLR         float64 `json:"head_lr" name:"head-lr" default:"0" min:"0" help:"Learning rate of the head; 0: that of the rest."`
	Optimizer      string  `json:"optimizer" default:"adam" enum:"adam,adamw,sgd" help:"Optimiser: ${enum}, as PyTorch's."`
	Momentum       float64 `json:"momentum" default:"0" min:"0" with:"optimizer=sgd" help:"Momentum of sgd."`
	Scheduler      string  `json:"scheduler" default:"none" enum:"none,step,cosine,plateau" help:"Learning rate over the epochs: ${enum}, as PyTorch's StepLR, CosineAnnealingLR and ReduceLROnPlateau."`
	LRStepSize     int     `json:"lr_step_size" name:"lr-step-size" default:"30" min:"1" with:"scheduler=step" help:"Epochs between two drops of the step schedule."`
	LRGamma        float64 `json:"lr_gamma" name:"lr-gamma" default:"0.1" min:"0" with:"scheduler=step,plateau" help:"Factor of a drop, of step and plateau."`
	LRPatience     int     `json:"lr_patience" name:"lr-patience" default:"10" min:"0" with:"scheduler=plateau" help:"Epochs without a lower validation loss that plateau lets pass."`
	Warmup         int     `json:"warmup" default:"0" min:"0" help:"Epochs over which the learning rate rises to its value."`
	WeightDecay    float64 `json:"weight_decay" default:"0" min:"0" help:"Weight decay: in the gradient (sgd, adam), decoupled (adamw)."`
	LabelSmoothing float64 `json:"label_smoothing" default:"0" min:"0" max:"1" help:"Share of the target spread over all classes."`
	ClipNorm       float64 `json:"clip_norm" default:"0" min:"0" help:"Largest norm of all gradients together; 0: no limit."`
	Accumulate     int     `json:"accumulate" default:"1" min:"1" help:"Batches whose gradients make one step; each one's mean loss is divided by their number."`
	EarlyStop      int     `json:"early_stop" default:"0" min:"0" help:"Stop after so many epochs without a better validation accuracy; 0: never."`
	ClassWeights   string  `json:"class_weights" help:"Weights of the classes in the loss: balanced, or one number for each class (1,2,0.5). Left out: all alike."`

	Augment        string  `json:"augment" default:"default" enum:"default,none" help:"Training pictures: default (random crop and flip) or none (as in validation)."`
	AugmentRepeats int     `json:"augment_repeats" default:"0" min:"0" help:"Augmented versions of each picture: epoch e uses version e mod K; 0: a new one each epoch."`
	ValSplit       float64 `json:"val_split" default:"0.1" min:"0" max:"1" help:"Share of each class held out for validation, where the data have no val/."`
	StrictData     bool    `json:"strict_data" help:"An unreadable picture is an error; otherwise it is named and left out."`
	Exif           bool    `json:"exif" help:"Turn pictures as their EXIF orientation says (torchvision does not)."`

	CheckpointEvery int    `json:"checkpoint_every" default:"100" min:"1" help:"Steps between two checkpoints."`
	Seed            uint64 `json:"seed" default:"0" help:"Seed of weights, order, augmentation and split."`
	Workers         int    `json:"workers" default:"0" min:"0" help:"Goroutines that read pictures; 0: one a core. Changes no result."`
	Threads         int    `json:"threads" default:"0" min:"0" help:"Threads of the backend; 0: its own choice."`

	Out       string `json:"-" placeholder:"DIR" help:"Folder of the run. Left out: the next free runs/train-N."`
	Overwrite bool   `json:"-" help:"Replace the run that is in the folder."`
}
