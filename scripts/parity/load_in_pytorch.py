"""Loads a published LeNet (F, B, C .safetensors) into PyTorch modules, strictly, and prints its logits.

usage: python3 load_in_pytorch.py MODEL_FOLDER < float32 samples, [n, 1, 28, 28], raw bytes

The modules are the original's by structure and parameter names (scripts/bench/digits_peer.py). The
files are read as they are: no name and no layout is changed. Prints JSON, [n][K].
"""

import json
import pathlib
import struct
import sys

import numpy as np
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "bench"))
from digits_peer import Bottleneck, Classifier, Features  # noqa: E402

DTYPES = {"F32": np.float32, "I64": np.int64}


def load_file(path):
    """safetensors.torch.load_file, for machines that have torch alone."""
    data = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    body = data[8 + length :]
    return {
        name: torch.from_numpy(
            np.frombuffer(body[slice(*entry["data_offsets"])], DTYPES[entry["dtype"]])
            .reshape(entry["shape"])
            .copy()
        )
        for name, entry in header.items()
    }


model = torch.nn.ModuleDict({"F": Features(), "B": Bottleneck(), "C": Classifier()})
state = {}
for part in "FBC":
    state |= load_file(f"{sys.argv[1]}/{part}.safetensors")
model.load_state_dict(state, strict=True)
model.eval()
x = torch.from_numpy(np.frombuffer(sys.stdin.buffer.read(), np.float32).copy()).view(-1, 1, 28, 28)
with torch.no_grad():
    print(json.dumps(model["C"](model["B"](model["F"](x))).tolist()))
