// Package models has the ResNet family: ResNet (He et al., arXiv:1512.03385), ResNeXt (Xie et al., arXiv:1611.05431) and Wide ResNet (Zagoruyko and
// Komodakis, arXiv:1605.07146). Names, numbers and state dicts are those of torchvision/models/resnet.py.
//
// # Making a network
//
// [New] makes one of torchvision's ten networks, which [Variants] describes a line each; [NewResNet] makes a network of any [Config]: other depths
// and widths, a stem for small pictures, no norm, no shortcuts.
//
//	net, err := models.New(model.NewStore(), "resnet34", 5, nn.Seed(1))
//
// The weights start random, as torchvision's do. weights.Load reads a file into the network; [ResNet.ReplaceFC] and [ResNet.AddHead] give a loaded
// network other classes, and TrainOnly and SetBatchNormMode of the embedded [nn.Net] freeze parts of it.
//
// # What a network is made of
//
// A [ResNet] is a stem (conv1, bn1, relu, maxpool), stages (layer1 to layer4) and a head (avgpool, fc). A [Stage] is a number of residual blocks,
// [BasicBlock] or [Bottleneck]. A block adds its shortcut to its main branch: [IdentityShortcut] or, where the shape changes, the projection
// [Downsample]; [NoShortcut] in a plain network. Blocks and shortcuts are modules of package nn, and can be used alone.
//
// # Looking at a network
//
// [Summarize] lists the layers with shapes, parameters and multiply-adds, as torchinfo does. [Compare] makes the table of architectures of the
// papers. [Trace] returns the tree of modules in the order in which they compute, [OutputShape] a shape. [ResNet.Split] cuts a network in two.
// None of them computes a number, needs a backend or takes more than milliseconds.
package models
