"""The same networks and steps as `fedshot engine bench`, in eager PyTorch.

python3 scripts/bench/peer.py '{"archs": ["lenet"], "batch": 64, "steps": {"lenet": 50}, "threads": 2,
"device": "cpu"}' prints one JSON object per architecture.
"""

import json
import statistics
import sys
import time

import torch
import torch.nn.functional as functional
from torch import nn
from torch.nn.utils import weight_norm


def lenet():
    features = nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.MaxPool2d(2), nn.ReLU(),
        nn.Conv2d(20, 50, 5), nn.Dropout2d(0.5), nn.MaxPool2d(2), nn.ReLU(),
    )
    return features, 800, (1, 28, 28)


def dtn():
    layers, channels = [], 3
    for width, rate in ((64, 0.1), (128, 0.3), (256, 0.5)):
        layers += [
            nn.Conv2d(channels, width, 5, stride=2, padding=2), nn.BatchNorm2d(width),
            nn.Dropout2d(rate), nn.ReLU(),
        ]
        channels = width
    return nn.Sequential(*layers), 4096, (3, 32, 32)


def stack():
    layers, channels = [], 3
    for width, stride in STACK:
        layers += [
            nn.Conv2d(channels, width, 3, stride=stride, padding=1), nn.BatchNorm2d(width), nn.ReLU(),
        ]
        channels = width
    return nn.Sequential(*layers, nn.MaxPool2d(4)), 512, (3, 64, 64)


STACK = [(64, 2)] + [
    (width, 2 if i == 0 and width > 64 else 1) for width in (64, 128, 256, 512) for i in range(4)
]
ARCHS = {"lenet": lenet, "dtn": dtn, "stack": stack}


def entropy(p):
    return -(p * torch.log(p + 1e-5)).sum(-1)


def bench(arch, batch, steps, device):
    if arch not in ARCHS:
        sys.exit(f"no network {arch} in {__file__}")
    torch.manual_seed(0)
    features, width, shape = ARCHS[arch]()
    bottleneck = nn.Sequential(nn.Linear(width, 256), nn.BatchNorm1d(256), nn.Dropout(0.5))
    classifier = weight_norm(nn.Linear(256, 10), name="weight")
    model = nn.Sequential(features, nn.Flatten(), bottleneck, classifier).to(device)
    for p in classifier.parameters():
        p.requires_grad_(False)
    params = [*features.parameters(), *bottleneck.parameters()]
    sgd = torch.optim.SGD(params, lr=1e-2, momentum=0.9, weight_decay=1e-3, nesterov=True)
    samples = 8 * batch
    x = torch.randn(samples, *shape, device=device)
    pseudo = torch.randint(0, 10, (samples,), device=device)

    def synchronise():
        if device == "cuda":
            torch.cuda.synchronize()

    def train(i):
        index = torch.arange(batch, device=device) + (i % 8) * batch
        logits = model(x[index])
        p = logits.softmax(1)
        im = entropy(p).mean() - entropy(p.mean(0))
        loss = im + 0.1 * functional.cross_entropy(logits, pseudo[index])
        sgd.zero_grad()
        loss.backward()
        sgd.step()

    def forward(i):
        with torch.no_grad():
            model(x[(i % 8) * batch : (i % 8 + 1) * batch])

    def median(f, count):
        times = []
        for i in range(count + max(3, count // 10)):
            start = time.perf_counter()
            f(i)
            synchronise()
            times.append(1000 * (time.perf_counter() - start))
        return statistics.median(times[-count:])

    model.train()
    train_ms = median(train, steps)
    model.eval()
    return {"trainMsPerStep": train_ms, "forwardMsPerBatch": median(forward, steps)}


def main():
    job = json.loads(sys.argv[1])
    torch.set_num_threads(job["threads"])
    for arch in job["archs"]:
        row = bench(arch, job["batch"], job["steps"][arch], job["device"])
        row |= {"engine": "pytorch", "version": torch.__version__, "device": job["device"]}
        print(json.dumps(row | {"arch": arch, "batch": job["batch"]}), flush=True)


main()
