"""Measures other libraries for peerbench: PyTorch, ONNX Runtime and OpenVINO.

peer.py export ARCH FOLDER      writes FOLDER/ARCH.onnx, and FOLDER/ARCH.pth with the same random weights
peer.py SIDE THREADS FOLDER     answers requests, one JSON object a line on stdin and stdout; worker.go has the form of both
"""

import json
import os
import resource
import sys
import time

import numpy as np

CLASSES = 1000


def export(arch, folder):
    """Writes a network of torchvision with random weights, in the forms that the sides read. The .pth appears last, and complete."""
    import torch
    import torchvision

    torch.manual_seed(0)
    model = torchvision.models.get_model(arch, weights=None, num_classes=CLASSES).eval()
    dims = {axis: torch.export.Dim(name) for axis, name in enumerate(("batch", "channels", "height", "width")) if name != "channels"}
    path = os.path.join(folder, arch)
    torch.onnx.export(model, (torch.zeros(2, 3, 224, 224),), path + ".onnx", input_names=["x"], dynamic_shapes=(dims,), dynamo=True, verbose=False)
    torch.save(model.state_dict(), path + ".pth.part")
    os.replace(path + ".pth.part", path + ".pth")


def pictures(batch, size):
    """Returns pixels [N, 3, size, size] with mean 0 and variance 1, the same as pictures of input.go: a hash of each value's place."""
    x = np.arange(batch * 3 * size * size, dtype=np.uint32)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        x ^= x >> np.uint32(shift)
        x *= np.uint32(factor)
    x ^= x >> np.uint32(16)
    return ((x / 2.0**31 - 1) * 3**0.5).astype(np.float32).reshape(batch, 3, size, size)


def labels(batch):
    """Returns the labels, the same as labels of input.go."""
    return np.arange(batch) * 37 % CLASSES


class PyTorch:
    """PyTorch in eager mode, with the memory format that users of a processor are advised to take, or with the default one."""

    def __init__(self, threads, folder, memory_format):
        import torch
        import torchvision

        torch.set_num_threads(threads)
        self.torch, self.networks, self.folder = torch, torchvision.models, folder
        self.format = getattr(torch, memory_format)
        self.versions = {"torch": torch.__version__, "torchvision": torchvision.__version__}

    def prepare(self, arch, kind, batch, size):
        torch = self.torch
        model = self.networks.get_model(arch, weights=None, num_classes=CLASSES)
        model.load_state_dict(torch.load(os.path.join(self.folder, arch + ".pth"), weights_only=True))
        model = model.to(memory_format=self.format)
        x = torch.from_numpy(pictures(batch, size)).to(memory_format=self.format)
        return {"forward": self.forward, "step": self.step}[kind](model, x)

    def forward(self, model, x):
        model.eval()

        def call():
            with self.torch.inference_mode():
                return model(x)[0].tolist()

        return call

    def step(self, model, x):
        model.train()
        y = self.torch.from_numpy(labels(len(x)))
        optimizer = self.torch.optim.Adam(model.parameters(), lr=1e-4)

        def call():
            optimizer.zero_grad()
            loss = self.torch.nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            return [loss.item()]

        return call


class ONNXRuntime:
    """ONNX Runtime on its processor provider, with all graph optimizations (its default)."""

    def __init__(self, threads, folder):
        import onnxruntime

        self.runtime, self.threads, self.folder = onnxruntime, threads, folder
        self.versions = {"onnxruntime": onnxruntime.__version__}

    def prepare(self, arch, kind, batch, size):
        options = self.runtime.SessionOptions()
        options.intra_op_num_threads = self.threads
        for name, value in {"batch": batch, "height": size, "width": size}.items():
            options.add_free_dimension_override_by_name(name, value)
        session = self.runtime.InferenceSession(os.path.join(self.folder, arch + ".onnx"), options, providers=["CPUExecutionProvider"])
        x = pictures(batch, size)
        return lambda: session.run(None, {"x": x})[0][0].tolist()


class OpenVINO:
    """OpenVINO on its processor plugin, tuned for one request at a time, in float32 (it would choose bfloat16 where the processor has it)."""

    def __init__(self, threads, folder):
        import openvino

        self.openvino, self.folder = openvino, folder
        self.options = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
        self.versions = {"openvino": openvino.__version__}

    def prepare(self, arch, kind, batch, size):
        core = self.openvino.Core()
        model = core.read_model(os.path.join(self.folder, arch + ".onnx"))
        model.reshape([batch, 3, size, size])
        request = core.compile_model(model, "CPU", self.options).create_infer_request()
        x = pictures(batch, size)

        def call():
            request.infer({0: x}, share_inputs=True)
            return request.get_output_tensor(0).data[0].tolist()

        return call


SIDES = {
    "pytorch": lambda threads, folder: PyTorch(threads, folder, "channels_last"),
    "pytorch-nchw": lambda threads, folder: PyTorch(threads, folder, "contiguous_format"),
    "onnxruntime": ONNXRuntime,
    "openvino": OpenVINO,
}


def peak_rss():
    """Returns the largest resident size of this process so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


class Worker:
    """Answers requests about one side."""

    def __init__(self, side):
        self.side, self.call = side, None

    def answer(self, do, calls=1, **work):
        wall, processor = time.perf_counter(), time.process_time()
        value = self.prepare(work) if do == "prepare" else self.repeat(calls)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        return {"value": value, "wall": wall / calls, "processor": processor / calls, "peak_rss_bytes": peak_rss()}

    def prepare(self, work):
        self.call = self.side.prepare(**work)
        return self.call()

    def repeat(self, calls):
        for _ in range(calls):
            value = self.call()
        return value


def serve(side):
    """Answers requests until stdin ends. The first line tells the versions."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print must not come between the answers
    worker = Worker(side)
    print(json.dumps({"versions": side.versions, "peak_rss_bytes": peak_rss()}), file=answers, flush=True)
    for line in sys.stdin:
        try:
            answer = worker.answer(**json.loads(line))
        except Exception as err:  # noqa: BLE001 of any library: it becomes the side's result
            answer = {"error": f"{type(err).__name__}: {err}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "export":
        export(*sys.argv[2:])
    else:
        serve(SIDES[sys.argv[1]](int(sys.argv[2]), sys.argv[3]))
