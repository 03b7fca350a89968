// Package weights reads and writes the files that networks are kept in: PyTorch's .pth (the zip container and the legacy
// one) and .safetensors. It loads them into a network with the semantics of PyTorch's load_state_dict and explains in
// words what does not fit.
//
// Files are foreign bytes. A .pth is a pickle, which in Python can run any program; the pickle machine here knows an
// allow-list of opcodes and of globals with which tensors and plain containers can be built, and nothing else. Every size
// that a file states is checked against the bytes that it has before memory is taken.
//
// A network is known here only as a [Target]: a list of keys and shapes into which tensors go. Keys, shapes and layouts
// ([out, in/groups, kh, kw] for a convolution, [out, in] for a linear layer) are PyTorch's throughout.
package weights
