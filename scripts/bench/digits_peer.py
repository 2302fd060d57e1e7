"""The mnist10k -> usps28 job of `npm run bench:digits` as a PyTorch script: what its timing is held against.

usage: python3 scripts/bench/digits_peer.py DIGITS_FOLDER [--seed 2020] [--epochs 30] [--threads 2]

Written as SHOT is usually run: a DataLoader over a dataset, F, B and C as modules, SGD with Nesterov
momentum, ten scorings in source training, pseudo-labels and one scoring per epoch of adaptation.
Samples are tensors that were normalised once, so no time goes into image decoding.
Prints one line of JSON.
"""

import argparse
import gzip
import json
import time

import numpy as np
import torch
from torch import nn
from torch.nn.utils import weight_norm
from torch.utils.data import DataLoader, TensorDataset


def idx(path):
    data = gzip.open(path).read()
    rank = data[3]
    shape = np.frombuffer(data, ">i4", rank, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def dataset(folder, name):
    x = torch.from_numpy(idx(f"{folder}/{name}-images-idx3-ubyte.gz").copy()).float()
    y = torch.from_numpy(idx(f"{folder}/{name}-labels-idx1-ubyte.gz").astype(np.int64))
    return TensorDataset((x[:, None] / 255 - 0.5) / 0.5, y, torch.arange(len(y)))


class Features(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_params = nn.Sequential(
            nn.Conv2d(1, 20, 5), nn.MaxPool2d(2), nn.ReLU(),
            nn.Conv2d(20, 50, 5), nn.Dropout2d(0.5), nn.MaxPool2d(2), nn.ReLU(),
        )

    def forward(self, x):
        return self.conv_params(x).flatten(1)


class Bottleneck(nn.Module):
    def __init__(self, width=800):
        super().__init__()
        self.bottleneck = nn.Linear(width, 256)
        nn.init.xavier_normal_(self.bottleneck.weight)
        nn.init.zeros_(self.bottleneck.bias)
        self.bn = nn.BatchNorm1d(256)
        self.dropout = nn.Dropout(0.5)

    def forward(self, x):
        return self.dropout(self.bn(self.bottleneck(x)))


class Classifier(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.fc = weight_norm(nn.Linear(256, classes), name="weight")

    def forward(self, x):
        return self.fc(x)


def schedule(optimizer, iteration, iterations):
    for group in optimizer.param_groups:
        group["lr"] = 0.01 * (1 + 10 * iteration / iterations) ** -0.75


def sgd(parameters):
    return torch.optim.SGD(parameters, lr=0.01, momentum=0.9, weight_decay=1e-3, nesterov=True)


@torch.no_grad()
def outputs(loader, F, B, C):
    for net in (F, B, C):
        net.eval()
    features, probabilities, labels = [], [], []
    for x, y, _ in loader:
        f = B(F(x))
        features.append(f)
        probabilities.append(C(f).softmax(1))
        labels.append(y)
    return torch.cat(features), torch.cat(probabilities), torch.cat(labels)


def accuracy(loader, *nets):
    _, p, y = outputs(loader, *nets)
    return (p.argmax(1) == y).float().mean().item()


def pseudo_labels(loader, *nets):
    features, p, _ = outputs(loader, *nets)
    f = torch.cat([features, torch.ones(len(features), 1)], 1)
    f = f / f.norm(dim=1, keepdim=True)
    weights, labels = p, p.argmax(1)
    for _ in range(2):
        present = torch.bincount(labels, minlength=p.shape[1]) > 0
        centres = weights.T @ f / (1e-8 + weights.sum(0)[:, None])
        similarity = f @ nn.functional.normalize(centres, dim=1).T
        labels = similarity.masked_fill(~present, -torch.inf).argmax(1)
        weights = nn.functional.one_hot(labels, p.shape[1]).float()
    return labels


def train_source(train, held_out, epochs):
    F, B, C = Features(), Bottleneck(), Classifier()
    nets = (F, B, C)
    optimizer = sgd([p for net in nets for p in net.parameters()])
    iterations, iteration, best, kept = epochs * len(train), 0, 0.0, None
    for epoch in range(epochs):
        for net in nets:
            net.train()
        for x, y, _ in train:
            if len(y) == 1:
                continue
            iteration += 1
            schedule(optimizer, iteration, iterations)
            loss = nn.functional.cross_entropy(C(B(F(x))), y, label_smoothing=0.1)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if (epoch + 1) * 10 // epochs > epoch * 10 // epochs:
            share = accuracy(held_out, *nets)
            if share >= best:
                best = share
                kept = [{k: v.clone() for k, v in net.state_dict().items()} for net in nets]
    for net, state in zip(nets, kept):
        net.load_state_dict(state)
    return nets, best


def adapt(nets, train, everything, test, epochs):
    F, B, C = nets
    C.requires_grad_(False)
    optimizer = sgd([*F.parameters(), *B.parameters()])
    iterations, iteration, share = epochs * len(train), 0, 0.0
    for _ in range(epochs):
        labels = pseudo_labels(everything, F, B, C)
        F.train(), B.train()
        for x, _, index in train:
            if len(x) == 1:
                continue
            iteration += 1
            schedule(optimizer, iteration, iterations)
            logits = C(B(F(x)))
            p = logits.softmax(1)
            mean = p.mean(0)
            entropy = -(p * torch.log(p + 1e-5)).sum(1).mean()
            diversity = -(mean * torch.log(mean + 1e-5)).sum()
            loss = 0.1 * nn.functional.cross_entropy(logits, labels[index]) + entropy - diversity
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        share = accuracy(test, F, B, C)
    return share


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("digits")
    parser.add_argument("--seed", type=int, default=2020)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    started = time.perf_counter()

    def loader(data, shuffle=False, batch=64):
        return DataLoader(data, batch_size=batch, shuffle=shuffle)

    mnist, t10k = dataset(args.digits, "mnist10k-train"), dataset(args.digits, "t10k")
    usps, usps_test = dataset(args.digits, "usps28-train"), dataset(args.digits, "usps28-test")
    held_out, everything, test = (loader(data, batch=128) for data in (t10k, usps, usps_test))
    nets, best = train_source(loader(mnist, shuffle=True), held_out, args.epochs)
    trained = time.perf_counter()
    before = accuracy(test, *nets)
    after = adapt(nets, loader(usps, shuffle=True), everything, test, args.epochs)
    done = time.perf_counter()
    print(json.dumps({
        "torch": torch.__version__, "threads": torch.get_num_threads(), "seed": args.seed,
        "sourceHeldOut": best, "sourceOnly": before, "adapted": after,
        "trainSeconds": trained - started, "adaptSeconds": done - trained, "seconds": done - started,
    }))


if __name__ == "__main__":
    main()
