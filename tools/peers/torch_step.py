#!/usr/bin/python3
"""Time a training step and inference of the U-Net in PyTorch, to compare unetcl with.

usage: tools/peers/torch_step.py [--size 256] [--batch 8] [--filters 8,16,...] [--runs 5] [--device cpu]
                                 [--norm none|batch] [--compile] [--channels-last]

The network is torch_twin.py's, the loss BCE + 1 - dice, the optimizer Adam, all in float32; a step takes a batch
from host memory and gives the loss back. With --norm batch the convolutions of the training step are normalised;
inference has that folded into them. Prints the medians: train_images_per_s and infer_images_per_s.
"""

import os
import sys

import torch
import torch.nn.functional as F
from timing import make_parser, print_speed

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import torch_twin  # noqa: E402


def make_parameters(filters, device):
    """Tensors by the model file's names: Glorot's range, biases 0."""
    tensors = {}

    def layer(name, shape, outputs):
        limit = (6.0 / (shape[2] * shape[3] * (shape[0] + shape[1]))) ** 0.5
        tensors[name + ".weight"] = torch.empty(shape, device=device).uniform_(-limit, limit).requires_grad_()
        tensors[name + ".bias"] = torch.zeros(outputs, device=device, requires_grad=True)

    inputs = 3
    for level, f in enumerate(filters, 1):
        layer(f"enc{level}.conv1", (f, inputs, 3, 3), f)
        layer(f"enc{level}.conv2", (f, f, 3, 3), f)
        inputs = f
    for level in range(len(filters) - 1, 0, -1):
        f = filters[level] // 2
        layer(f"dec{level}.up", (inputs, f, 2, 2), f)
        layer(f"dec{level}.conv1", (f, f + filters[level - 1], 3, 3), f)
        layer(f"dec{level}.conv2", (f, f, 3, 3), f)
        inputs = f
    layer("head", (1, inputs, 1, 1), 1)
    return tensors


def normalised(tensors):
    """The same with a scale and a shift for each 3x3 convolution in the place of its bias."""
    out = dict(tensors)
    for name in tensors:
        if ".conv" in name and name.endswith(".bias"):
            bias = out.pop(name)
            out[name[: -len("bias")] + "scale"] = torch.ones_like(bias).requires_grad_()
            out[name[: -len("bias")] + "shift"] = bias
    return out


def loss_of(logits, target):
    p = torch.sigmoid(logits)
    dice = (2 * (target * p).sum() + 1) / (target.sum() + p.sum() + 1)
    return F.binary_cross_entropy_with_logits(logits, target) + 1 - dice


def main():
    parser = make_parser("time the U-Net in PyTorch")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--norm", choices=("none", "batch"), default="none")
    parser.add_argument("--compile", action="store_true", help="torch.compile (PyTorch 2)")
    parser.add_argument("--channels-last", action="store_true")
    args = parser.parse_args()

    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    tensors = make_parameters([int(f) for f in args.filters.split(",")], args.device)
    trained = normalised(tensors) if args.norm == "batch" else tensors
    optimizer = torch.optim.Adam(trained.values(), lr=1e-4, eps=1e-7)
    layout = torch.channels_last if args.channels_last else torch.contiguous_format
    images = torch.rand(args.batch, 3, args.size, args.size).contiguous(memory_format=layout)
    target = (torch.rand(args.batch, 1, args.size, args.size) > 0.9).float()
    forward = torch.compile(torch_twin.logits) if args.compile else torch_twin.logits

    def train():
        optimizer.zero_grad()
        loss = loss_of(forward(trained, images.to(args.device)), target.to(args.device))
        loss.backward()
        optimizer.step()
        loss.item()

    def infer():
        with torch.no_grad():
            torch.sigmoid(forward(tensors, images.to(args.device))).cpu()

    print_speed(args, train, infer)


if __name__ == "__main__":
    main()
