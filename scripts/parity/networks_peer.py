"""What torchvision and timm make of a network's weights: outputs and every gradient.

usage: python3 networks_peer.py INPUTS.safetensors RESULTS.safetensors '{"name": ..., "side": ...}'

INPUTS holds `weight.NAME`, `x` and `r`; RESULTS gets the output as `eval` and `train`, by the mode, the
gradients of the sum of r times it as `eval grad NAME` and `train grad NAME`, and `moved NAME`, the running
statistics after training mode. Without arguments it says whether this Python has what it takes.
"""

import json
import sys

import torch

# torchvision's wheel may lack its CPU library; these two are registered when it is imported.
library = torch.library.Library("torchvision", "DEF")
for name in ("nms", "qnms"):
    library.define(f"{name}(Tensor boxes, Tensor scores, float threshold) -> Tensor")

import timm  # noqa: E402
import torchvision  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402
from timm.layers import resample_abs_pos_embed  # noqa: E402
from timm.models import efficientnet  # noqa: E402

VITS = {
    "vit_small_patch14": "vit_small_patch14_dinov2",
    "vit_small_patch16": "vit_small_patch16_224",
    "vit_base_patch14": "vit_base_patch14_dinov2",
    "vit_base_patch16": "vit_base_patch16_224",
}


def network(name, side, parameters):
    if name.startswith("resnet"):
        made = getattr(torchvision.models, name)()
        made.fc = torch.nn.Identity()
        return made
    if name.startswith("mobilenetv1"):
        share = int(name.split("_")[1]) / 100
        return efficientnet._gen_mobilenet_v1(
            "mobilenetv1_100", share, bn_eps=1e-3, pad_type="same", num_classes=0
        )
    scale = 1e-5 if parameters.get("layerScale") else None
    return timm.create_model(VITS[name], img_size=side, num_classes=0, init_values=scale)


def main(inputs, results, case):
    given = load_file(inputs)
    if case["name"] == "positions":
        rows, columns = case["to"]
        made = resample_abs_pos_embed(given["x"], [rows, columns])
        return save_file({"positions": made.contiguous()}, results)
    torch.set_num_threads(1)
    model = network(case["name"], case["side"], case.get("parameters", {}))
    weights = {key[7:]: value for key, value in given.items() if key.startswith("weight.")}
    model.load_state_dict(weights, strict=True)
    found = {}
    for mode in ("eval", "train"):
        model.train(mode == "train")
        model.zero_grad()
        found[mode] = model(given["x"])
        (found[mode] * given["r"]).sum().backward()
        gradients = {f"{mode} grad {key}": p.grad.clone() for key, p in model.named_parameters()}
        found |= gradients
    found |= {f"moved {key}": v for key, v in model.state_dict().items() if "running_" in key}
    save_file({key: value.detach().contiguous() for key, value in found.items()}, results)


if len(sys.argv) > 1:
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
else:
    print(f"torch {torch.__version__}, torchvision {torchvision.__version__}, timm {timm.__version__}")
