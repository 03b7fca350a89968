// Package weights reads, compares and writes files of network weights, and loads them into a network as PyTorch's
// load_state_dict does. It reads .pth files (the zip container that PyTorch writes since 1.6, and the older one) and
// .safetensors files.
//
// # Reading
//
// [Read] recognises the format by the content and returns a [File]; close it when its tensors are no longer needed.
// File.StateDict holds the tensors of the network under PyTorch's names: Read finds it in a training checkpoint (File.Wrapper is
// its key there) and removes a prefix such as "module." or "backbone." from the keys (File.StrippedPrefix). [File.Notes] says
// what Read did, and [File.AsStored] returns all tensors under the names in the file. [File.Inspect] lists keys, shapes, types
// and sums; [Diff] compares two state dicts.
//
// A file may come from anywhere, so Read does not trust it. A .pth file holds a pickle, which in Python can run any code. This
// package executes only opcodes and names of an allow-list, which build tensors and plain containers. It compares every size
// that a file states with the bytes in the file before it allocates memory, and escapes keys in messages.
//
// # Loading
//
// [Load] (from a path), [LoadFile] (from a [File]) and [LoadStateDict] copy tensors into a [Target], which is a network seen as a
// list of keys, shapes and types. Loading is strict, and a file that does not fit changes no tensor. [WithoutHead] skips the
// classifier, for a network with other classes or a file without a classifier; [NonStrict] allows missing and unexpected keys.
// NaN and infinite values are refused ([ErrNotFinite]). The [Report] lists keys that are missing, unexpected or of another shape,
// and says in sentences what that means.
//
// # Writing
//
// [Write] chooses the format by the extension of the path; [WritePth] and [WriteSafetensors] write one format, whatever the name.
// The file appears only when it is complete. [EncodePth] and [EncodeSafetensors] write to an io.Writer. PyTorch and the
// safetensors library can read the files.
//
// # Published weights
//
// [FindPublished] finds an entry in torchvision's table of trained ResNets; package [resnetlab/resnetlib/weights/hub] downloads its
// file.
//
// Keys, shapes and layouts are PyTorch's throughout: [out, in/groups, height, width] for a convolution, [out, in] for a
// linear layer.
package weights
