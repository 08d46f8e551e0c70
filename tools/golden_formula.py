"""The formula behind the golden files, in numpy; tests/golden_formula.c is its C side.

Every value comes from a 32-bit hash of (stream, index), so that no file holds
weights or pictures and no side needs the other's random generator. All values
are exact in float32. Both sides must stay equal: tests/check_golden_case.c
holds them together through the "formula" part of each golden file.
"""

import numpy as np

# Streams: parameter tensor t is stream t; the rest lie above all tensors.
NOISE_STREAM = 0x1000
BLOB_STREAM = 0x2000
PROJECTION_STREAM = 0x3000
SAMPLE_STREAM = 0x4000

PROJECTIONS = 8
SAMPLES = 64
BIAS_SCALE = 0.1
BLOBS = 2


def mix(x):
    """A 32-bit mixing function (two multiply-xorshift rounds) on uint32 arrays."""
    x = np.asarray(x, np.uint32)
    with np.errstate(over="ignore"):
        x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
        x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def hashed(stream, index):
    """hash(stream, index): mix(index ^ mix(stream + 1))."""
    return mix(np.asarray(index, np.uint32) ^ mix(np.uint32(stream + 1)))


def uniform(stream, index):
    """A double in [-1, 1) with 24 bits, so exact in float32."""
    return (hashed(stream, index) >> np.uint32(8)).astype(np.float64) / 2.0**23 - 1.0


def parameter(stream, shape, gain):
    """Weights: gain * Glorot limit * u; biases: 0.1 * u. Rounded once, to float32."""
    count = int(np.prod(shape))
    scale = BIAS_SCALE
    if len(shape) == 4:
        fans = shape[2] * shape[3] * (shape[0] + shape[1])
        scale = gain * np.sqrt(6.0 / fans)
    return (scale * uniform(stream, np.arange(count))).astype(np.float32).reshape(shape)


def masks(batch, height, width):
    """Masks (N,1,H,W) of 0 and 1: two ellipses an image; every third image has none."""
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)
    out = np.zeros((batch, 1, height, width), np.float32)
    for n in range(batch):
        if n % 3 == 2:
            continue
        for b in range(BLOBS):
            cx, cy, rx, ry = (int(v) for v in hashed(BLOB_STREAM, 4 * (BLOBS * n + b) + np.arange(4)))
            cx, cy = cx % width, cy % height
            rx, ry = width // 8 + rx % (width // 8), height // 8 + ry % (height // 8)
            out[n, 0][((x - cx) * ry) ** 2 + ((y - cy) * rx) ** 2 <= (rx * ry) ** 2] = 1.0
    return out


def images(batch, channels, height, width):
    """Images (N,C,H,W) in [0,1): slanted waves + some noise, brighter under the mask."""
    n, c, y, x = np.mgrid[0:batch, 0:channels, 0:height, 0:width]
    wave = np.abs((5 * x + 3 * y + 40 * n + 70 * c) % 256 - 128)
    index = ((n * channels + c) * height + y) * width + x
    noise = (hashed(NOISE_STREAM, index) >> np.uint32(19)).astype(np.int64)
    level = 8192 + 192 * wave + noise + 16384 * masks(batch, height, width).astype(np.int64)
    return (level / 65536.0).astype(np.float32)


def sample_indices(count):
    """64 positions in a flat tensor; all of them, in order, where there are no more."""
    if count <= SAMPLES:
        return np.arange(count)
    return (hashed(SAMPLE_STREAM, np.arange(SAMPLES)) % np.uint32(count)).astype(np.int64)


def record(tensor):
    """What is kept of a tensor: its norm, its projections on formula vectors, samples."""
    flat = np.asarray(tensor, np.float64).ravel()
    index = np.arange(flat.size)
    return {
        "norm": float(np.sqrt(np.sum(flat * flat))),
        "projections": [float(flat @ uniform(PROJECTION_STREAM + k, index)) for k in range(PROJECTIONS)],
        "samples": [float(v) for v in flat[sample_indices(flat.size)]],
    }


def parameter_shapes(channels, filters):
    """(name, shape) in the order of the model file, in PyTorch's layouts."""
    shapes = []

    def conv(name, out, inp, k):
        shapes.append((name + ".weight", (out, inp, k, k)))
        shapes.append((name + ".bias", (out,)))

    inp = channels
    for level, f in enumerate(filters, 1):
        conv(f"enc{level}.conv1", f, inp, 3)
        conv(f"enc{level}.conv2", f, f, 3)
        inp = f
    for level in range(len(filters) - 1, 0, -1):
        out, skip = filters[level] // 2, filters[level - 1]
        shapes.append((f"dec{level}.up.weight", (inp, out, 2, 2)))
        shapes.append((f"dec{level}.up.bias", (out,)))
        conv(f"dec{level}.conv1", out, out + skip, 3)
        conv(f"dec{level}.conv2", out, out, 3)
        inp = out
    conv("head", 1, inp, 1)
    return shapes
