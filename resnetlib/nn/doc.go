// Package nn has PyTorch's layers and its cross-entropy loss, computed by GoMLX graphs.
//
// # Modules
//
// A [Module] is a part of a network: a layer such as [Conv2D], or a container such as a residual block. It has the name that PyTorch gives it
// ("layer1.0.conv1"), and Forward, which adds the module's operations to a graph. A graph is built once for each shape of input, and runs
// many times afterwards: Forward sees shapes, not numbers.
//
// Tensors are [N, H, W, C]: pictures, height, width, channels. Files keep PyTorch's [N, C, H, W], and a [Parameter] converts.
//
// # Scopes and parameters
//
// A module owns its variables from the moment it is made. [NewScope] opens a network in a GoMLX store; [Scope.In] opens a child of it, and a layer
// that is made in the child's scope has the child's name. The name and the parameter's own make the key of the state dict:
//
//	s := nn.NewScope(model.NewStore(), nn.Seed(1))
//	conv := nn.NewConv2D(s.In("conv1"), 3, 64, 7, 2, 1) // conv1.weight
//	bn := nn.NewBatchNorm2D(s.In("bn1"), 64, 1)         // bn1.weight, bn1.bias, bn1.running_mean, ...
//
// The scope's [Net] lists the parameters in the order of PyTorch's state dict. They can be loaded, compared, counted and frozen before any
// graph exists. Initial weights follow PyTorch's distributions; they depend on the seed and the key alone.
//
// # Training and evaluation
//
// Whether a module trains is a property of the graph, not of the module: [SetTraining] before Forward. Batch norm then uses the batch's statistics
// and updates the running ones, and dropout drops. A graph evaluates unless told otherwise. [BatchNorm2D] can be kept in evaluation mode while the
// rest trains, as bn.eval() does: see [Net.SetBatchNormMode].
//
// # Hooks
//
// A [Hook] is called with the output of every module while a graph is built, and may replace it: PyTorch's forward hook. [WithHook] sets it
// for one graph. Summaries, feature maps and Grad-CAM are hooks, so a network is written once.
//
// # A layer of your own
//
// A layer is a pointer type with Name and Forward, which returns its output through [Observe]. With Describe (see [Describer]) a summary shows its
// window, parameters and multiply-adds.
//
// # Errors
//
// Building a graph panics, as GoMLX's operations do. A layer whose input has the wrong shape panics with a [LayerError]; where a graph is built
// and run, the panic becomes an error, and [Plain] returns the part that names the layer.
package nn
