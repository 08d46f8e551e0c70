#!/usr/bin/python3
"""Run a trained model in PyTorch, to compare with what unetcl predicts.

usage: tools/torch_twin.py MODEL.safetensors IMAGE.png [--compare NAME_prob.png]
                           [--out map.npy] [--tolerance 1e-4]

Needs torch and numpy (Debian: python3-torch), nothing else: the model file and
PNGs are read here. The image is taken at its own size, so give one of the size
the network was trained at (unetcl resizes others). Prints the range of the
probability map; with --compare (a 16-bit grey PNG as unetcl predict writes it)
also the largest difference. Exit: 0 within the tolerance, 1 over it, 2 bad input.
"""

import argparse
import json
import struct
import sys
import zlib

import numpy as np
import torch
import torch.nn.functional as F

PNG_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}  # colour type -> samples per pixel; palettes are refused


def load_safetensors(path):
    """Tensors by name. The file: 8 bytes of length, a JSON header, then the data."""
    with open(path, "rb") as file:
        data = file.read()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    tensors = {}
    for name, entry in json.loads(data[8:start]).items():
        if name == "__metadata__":
            continue
        if entry["dtype"] != "F32":
            raise ValueError(f"{path}: {name} is {entry['dtype']}, not F32")
        begin, end = (start + offset for offset in entry["data_offsets"])
        values = np.frombuffer(data[begin:end], "<f4").reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors


def png_chunks(data):
    position = 8
    while position < len(data):
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        yield kind, data[position + 8 : position + 8 + length]
        position += 12 + length


def unfilter(rows, pixel):
    """Undo the PNG row filters in place; rows: (H, 1 + bytes), pixel: bytes of one pixel."""
    previous = np.zeros(rows.shape[1] - 1, np.uint8)
    for row in rows:
        kind, line = row[0], row[1:]
        if kind == 1:
            for k in range(pixel):
                line[k::pixel] = np.cumsum(line[k::pixel], dtype=np.uint8)
        elif kind == 2:
            line += previous
        elif kind >= 3:
            unfilter_slowly(kind, line, previous, pixel)
        previous = line
    return rows[:, 1:]


def unfilter_slowly(kind, line, previous, pixel):
    """Average (3) and Paeth (4): each byte needs the one before it."""
    out, above = line.tolist(), previous.tolist()
    for i, value in enumerate(out):
        left, corner = (out[i - pixel], above[i - pixel]) if i >= pixel else (0, 0)
        if kind == 3:
            guess = (left + above[i]) // 2
        else:
            base = left + above[i] - corner
            guess = min((left, above[i], corner), key=lambda v: abs(base - v))
        out[i] = (value + guess) & 255
    line[:] = out


def load_png(path):
    """(H,W,C) float64 in [0,1], C being 1 or 3; alpha is dropped."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError(f"{path}: not a PNG")
    packed = b""
    for kind, body in png_chunks(data):
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            packed += body
    if depth not in (8, 16) or colour not in PNG_CHANNELS or interlaced:
        raise ValueError(f"{path}: only plain 8- and 16-bit grey or RGB PNGs are read here")
    samples, size = PNG_CHANNELS[colour], depth // 8
    rows = np.frombuffer(bytearray(zlib.decompress(packed)), np.uint8).reshape(height, -1)
    values = unfilter(rows, samples * size).copy().view(">u2" if size == 2 else np.uint8)
    image = values.reshape(height, width, samples)[:, :, : 1 if samples < 3 else 3]
    return image / (2.0**depth - 1)


def logits(tensors, image):
    """The logits (N,1,H,W) of images (N,C,H,W); widths and depth come from the tensors. Convolutions that have a
    scale and a shift are normalised over the batch, as in training."""

    def parameters(name):
        return tensors[name + ".weight"], tensors.get(name + ".bias")

    def normalise(x, name):
        if name + ".scale" not in tensors:
            return x
        return F.batch_norm(x, None, None, tensors[name + ".scale"], tensors[name + ".shift"], training=True)

    def pair(x, name):
        for part in (name + ".conv1", name + ".conv2"):
            x = F.elu(normalise(F.conv2d(x, *parameters(part), padding=1), part))
        return x

    levels = sum(name.startswith("enc") and name.endswith("conv1.weight") for name in tensors)
    x, skips = image, []
    for level in range(1, levels + 1):
        x = pair(x if level == 1 else F.max_pool2d(x, 2), f"enc{level}")
        skips.append(x)
    for level in range(levels - 1, 0, -1):
        x = F.conv_transpose2d(x, *parameters(f"dec{level}.up"), stride=2)
        x = pair(torch.cat([x, skips[level - 1]], 1), f"dec{level}")
    return F.conv2d(x, *parameters("head"))


def predict(model_path, image_path):
    """The probability map (H,W) of one image file."""
    tensors = load_safetensors(model_path)
    image = load_png(image_path)
    channels = tensors["enc1.conv1.weight"].shape[1]
    if channels == 1 and image.shape[2] == 3:
        image = image @ np.array([[0.299], [0.587], [0.114]])
    elif channels == 3 and image.shape[2] == 1:
        image = np.repeat(image, 3, axis=2)
    multiple = 2 ** sum(name.endswith("up.weight") for name in tensors)
    if image.shape[0] % multiple or image.shape[1] % multiple:
        raise ValueError(f"{image_path}: height and width must be multiples of {multiple}")
    batch = torch.from_numpy(image.transpose(2, 0, 1)[None].astype(np.float32))
    with torch.no_grad():
        return torch.sigmoid(logits(tensors, batch))[0, 0].numpy()


def compare(probability, path, tolerance):
    """Print the largest difference from a 16-bit map; True where it is within the tolerance."""
    other = load_png(path)[:, :, 0]
    if other.shape != probability.shape:
        raise ValueError(f"{path}: is {other.shape}, the image is {probability.shape} (rows, columns)")
    difference = np.abs(other - probability)
    y, x = np.unravel_index(difference.argmax(), difference.shape)
    print(f"largest difference {difference[y, x]:.3g} at row {y}, column {x}")
    return bool(difference[y, x] <= tolerance)


def main():
    parser = argparse.ArgumentParser(description="run a trained model in PyTorch")
    parser.add_argument("model", help="a model file, e.g. best.safetensors")
    parser.add_argument("image", help="a PNG of the network's size")
    parser.add_argument("--compare", metavar="PROB", help="the 16-bit map that unetcl predict wrote")
    parser.add_argument("--out", metavar="NPY", help="write the map as a numpy file")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    args = parser.parse_args()
    try:
        probability = predict(args.model, args.image)
        print(f"map {probability.shape}: {probability.min():.6f} .. {probability.max():.6f}")
        if args.out:
            np.save(args.out, probability)
        near = not args.compare or compare(probability, args.compare, args.tolerance)
    except (OSError, ValueError, KeyError, struct.error, zlib.error) as error:
        print(f"torch_twin: {error}", file=sys.stderr)
        return 2
    return 0 if near else 1


if __name__ == "__main__":
    sys.exit(main())
