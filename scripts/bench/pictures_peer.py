"""torchvision's ImageFolder and DataLoader over a folder of classes; prints one JSON line. See pictures.ts."""
import argparse
import json
import time

import torch

# the wheel for CPUs lacks the library with these operators, whose shapes torchvision describes on import
library = torch.library.Library("torchvision", "DEF")
library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

from torch.utils.data import DataLoader  # noqa: E402
from torchvision import transforms  # noqa: E402
from torchvision.datasets import ImageFolder  # noqa: E402

arguments = argparse.ArgumentParser()
arguments.add_argument("folder")
arguments.add_argument("--resize", type=int, required=True)
arguments.add_argument("--crop", type=int, required=True)
arguments.add_argument("--workers", type=int, required=True)
arguments.add_argument("--passes", type=int, required=True)
options = arguments.parse_args()

torch.set_num_threads(1)
torch.manual_seed(2020)
steps = transforms.Compose(
    [
        transforms.Resize((options.resize, options.resize)),
        transforms.RandomCrop(options.crop),
        transforms.RandomHorizontalFlip(),
        transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ]
)
pictures = ImageFolder(options.folder, steps)
loader = DataLoader(
    pictures,
    batch_size=64,
    shuffle=True,
    num_workers=options.workers,
    persistent_workers=options.workers > 0,
)


def one_pass():
    return sum(len(labels) for _, labels in loader)


one_pass()  # starts the workers and warms the file cache
begin, cpu = time.perf_counter(), time.process_time()
count = sum(one_pass() for _ in range(options.passes))
seconds, cpu_seconds = time.perf_counter() - begin, time.process_time() - cpu
print(json.dumps({"pictures": count, "seconds": seconds, "cpuSeconds": cpu_seconds}))
