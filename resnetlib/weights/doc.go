// Package weights reads, compares and writes files of network weights, and loads them into a network as PyTorch's
// load_state_dict does. It reads .pth files (the zip container that PyTorch writes since 1.6, and the older one) and
// .safetensors files.
//
// # Reading
//
// [Read] tells the format by the content and returns a [File]. Its StateDict holds the tensors of the network. They are
// found inside a training checkpoint (File.Wrapper names the key), and behind a prefix such as "module." or "backbone."
// (File.StrippedPrefix). [File.Notes] says what was done, and [File.AsStored] returns all tensors under the file's own
// names. [File.Inspect] lists keys, shapes, types and sums; [Diff] compares two state dicts.
//
// Reading does not trust the file. A .pth file holds a pickle, and a pickle can run any program in Python. Here only
// the opcodes and names of an allow-list exist, which build tensors and plain containers. Every size that a file states
// is compared with the bytes that it has before memory is allocated. Keys are escaped before a message shows them.
//
// # Loading
//
// [Load], [LoadFile] and [LoadStateDict] copy tensors into a [Target], which is all that this package knows of a network:
// a list of keys, shapes and types. Loading is strict, and sets all tensors or none. [WithoutHead] leaves out the
// classifier, for a network with other classes or a file without a classifier; [NonStrict] allows missing and unexpected
// keys. NaN and infinite values are refused ([ErrNotFinite]). The [Report] lists what was missing, unexpected or of
// another shape, and says in sentences what that means.
//
// # Writing
//
// [Write] chooses the format by the extension, [WritePth] and [WriteSafetensors] fix it. A file appears whole or not at
// all. PyTorch and the safetensors library read what they write.
//
// # Published weights
//
// [FindPublished] finds an entry in torchvision's table of trained ResNets; package hub downloads its file.
//
// Keys, shapes and layouts are PyTorch's throughout: [out, in/groups, height, width] for a convolution, [out, in] for a
// linear layer.
package weights
