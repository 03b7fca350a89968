"""What the real PyTorch makes of files, for pytorch_test.go.

pytorch.py read FILE...      prints {file: {key: [dtype, shape, values as float64]}}
pytorch.py reports FOLDER    saves checkpoints there, and prints what load_state_dict says of each
"""
import collections
import json
import os
import sys

import safetensors.torch
import torch
import torchvision


def load(path):
    if path.endswith(".safetensors"):
        return safetensors.torch.load_file(path)
    return torch.load(path, weights_only=True)


def read(paths):
    return {
        path: {
            key: [str(t.dtype).removeprefix("torch."), list(t.shape), t.double().flatten().tolist()]
            for key, t in load(path).items()
        }
        for path in paths
    }


def spec(net):
    return [[key, list(t.shape), str(t.dtype).removeprefix("torch.")] for key, t in net.state_dict().items()]


def result(net, state_dict):
    """missing, unexpected, and the keys of which PyTorch says that their size is another"""
    try:
        found = net.load_state_dict(state_dict, strict=False)
        return [found.missing_keys, found.unexpected_keys, []]
    except RuntimeError as error:
        lines = [line for line in str(error).splitlines() if "size mismatch for" in line]
        return [None, None, [line.split("size mismatch for ")[1].split(":")[0] for line in lines]]


def without(state_dict, suffix, metadata):
    out = collections.OrderedDict((k, v) for k, v in state_dict.items() if not k.endswith(suffix))
    if metadata:
        out._metadata = state_dict._metadata
    return out


def reports(folder):
    models = torchvision.models
    r18, r50 = models.resnet18(num_classes=5), models.resnet50(num_classes=5)
    tiny = torch.nn.Sequential(collections.OrderedDict(layer1=torch.nn.Linear(2, 2), fc=torch.nn.Linear(2, 3)))
    strange = collections.OrderedDict(tiny.state_dict())
    for key in ["zz.weight", "layer1.sub.weight", "fc.scale", "alone", "layer1.extra", "fc.a.b"]:
        strange[key] = torch.zeros(1)
    cases = {
        "same": (r18, r18.state_dict()),
        "classes": (r18, models.resnet18(num_classes=1000).state_dict()),
        "small_in_large": (r50, r18.state_dict()),
        "large_in_small": (r18, r50.state_dict()),
        "no_head": (r18, without(r18.state_dict(), ("fc.weight", "fc.bias"), False)),
        "no_counter": (r18, without(r18.state_dict(), "num_batches_tracked", False)),
        "no_counter_version_2": (r18, without(r18.state_dict(), "num_batches_tracked", True)),
        "strange_keys": (tiny, strange),
        "half": (tiny, collections.OrderedDict((k, v.half()) for k, v in tiny.state_dict().items())),
        "old_scalar": (r18, collections.OrderedDict(
            (k, v.reshape(1) if v.dim() == 0 else v) for k, v in r18.state_dict().items())),
        "prefixed": (r18, collections.OrderedDict(("net." + k, v) for k, v in r18.state_dict().items())),
    }
    out = {}
    for name, (net, state_dict) in cases.items():
        for ending, zipped in ((".pth", True), ("_legacy.pth", False)):
            path = os.path.join(folder, name + ending)
            torch.save(state_dict, path, _use_new_zipfile_serialization=zipped)
            out[path] = {"spec": spec(net), "result": result(net, state_dict)}
    return out


if __name__ == "__main__":
    print(json.dumps(read(sys.argv[2:]) if sys.argv[1] == "read" else reports(sys.argv[2])))
