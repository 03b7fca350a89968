package nn

// Describer is a layer: a module that computes something itself. A module without Describe is a container, such as a block or a stage:
// a summary counts what is inside it, and nothing of its own.
type Describer interface {
	Module
	Describe() Description
}

// Description is what a summary says of a layer. Zero values stand for what a layer does not have.
type Description struct {
	Kind       string       // shown in place of the type's name: "Dropout 0.5"
	Kernel     int          // side of the window in pixels
	Stride     int          // in pixels
	Padding    int          // pixels added on each side
	Groups     int          // of a convolution
	MACs       int          // multiply-adds for one element of the output, as torchvision counts: of convolutions and fully connected layers
	Parameters []*Parameter // without running statistics
}

// layer is embedded by every layer of this package: its name, and a description with nothing in it.
type layer struct{ name string }

// Name returns the layer's place in the network, "layer1.0.conv1".
func (l layer) Name() string { return l.name }

// Describe returns an empty description: a layer with a window, parameters or multiply-adds has its own.
func (l layer) Describe() Description { return Description{} }
