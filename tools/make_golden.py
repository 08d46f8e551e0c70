#!/usr/bin/env python3
"""Make the golden files in tests/golden with real Keras, in float64.

usage:  python3 -m venv /tmp/venv && /tmp/venv/bin/pip install tensorflow-cpu
        /tmp/venv/bin/python tools/make_golden.py [--out tests/golden]
        /tmp/venv/bin/python tools/make_golden.py --float32   (writes nothing: how far
            the same model in float32 lies from the golden files)

The model is the article's U-Net (Conv2D 3x3 same + ELU, MaxPooling2D,
Conv2DTranspose 2x2 stride 2, concatenate [up, skip], 1x1 head, sigmoid) on the
weights, images and masks of golden_formula.py. Kept: the probability map, the
loss, and of each tensor's gradient, of its value after 5 Adam steps on the same
batch and of its change over them the norm, eight projections and 64 samples.
"""

import argparse
import json
import os

import golden_formula as formula

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

STEPS = 5
LEARNING_RATE = 1e-3
EPSILON = 1e-7
CASES = {
    "article": dict(filters=[8, 16, 32, 64, 64, 128], channels=3, batch=3, height=64, width=64, gain=1.4),
    "small": dict(filters=[4, 8, 8, 12], channels=1, batch=2, height=32, width=48, gain=1.5),
}


def build_model(case):
    """The network up to the logits; layer names are the model file's, '.' as '_'."""
    layers = keras.layers

    def conv(x, name, filters, size=3, activation="elu"):
        return layers.Conv2D(filters, size, padding="same", activation=activation, name=name)(x)

    filters = case["filters"]
    x = image = keras.Input((case["height"], case["width"], case["channels"]))
    skips = []
    for level, f in enumerate(filters, 1):
        x = conv(conv(x, f"enc{level}_conv1", f), f"enc{level}_conv2", f)
        if level < len(filters):
            skips.append(x)
            x = layers.MaxPooling2D(2)(x)
    for level in range(len(filters) - 1, 0, -1):
        f = filters[level] // 2
        x = layers.Conv2DTranspose(f, 2, strides=2, padding="same", name=f"dec{level}_up")(x)
        x = layers.concatenate([x, skips[level - 1]])
        x = conv(conv(x, f"dec{level}_conv1", f), f"dec{level}_conv2", f)
    return keras.Model(image, conv(x, "head", 1, size=1, activation=None))


def to_keras(tensor):
    """PyTorch's layout to Keras': (out,in,kh,kw) -> (kh,kw,in,out), and the like for up."""
    return tensor.transpose(2, 3, 1, 0) if tensor.ndim == 4 else tensor


def to_torch(tensor):
    tensor = np.asarray(tensor)
    return tensor.transpose(3, 2, 0, 1) if tensor.ndim == 4 else tensor


def variables_of(model, names):
    """The model's variables in the order of the model file."""
    found = []
    for name in names:
        layer, kind = name.replace(".", "_").rsplit("_", 1)
        found.append(getattr(model.get_layer(layer), "kernel" if kind == "weight" else "bias"))
    return found


def losses(logits, mask):
    """(loss, bce, dice) with BCE from the logits: max(z,0) - z y + log(1 + exp(-|z|))."""
    bce = tf.reduce_mean(tf.maximum(logits, 0) - logits * mask + tf.math.log1p(tf.exp(-tf.abs(logits))))
    p = tf.sigmoid(logits)
    dice = (2 * tf.reduce_sum(mask * p) + 1) / (tf.reduce_sum(mask) + tf.reduce_sum(p) + 1)
    return bce + 1 - dice, bce, dice


def run_case(case):
    """Everything that is computed: a dict of plain numbers and arrays."""
    shapes = formula.parameter_shapes(case["channels"], case["filters"])
    start = [formula.parameter(t, shape, case["gain"]) for t, (_, shape) in enumerate(shapes)]
    size = (case["height"], case["width"])
    dtype = keras.config.floatx()
    image = tf.constant(formula.images(case["batch"], case["channels"], *size).transpose(0, 2, 3, 1), dtype)
    mask = tf.constant(formula.masks(case["batch"], *size).transpose(0, 2, 3, 1), dtype)
    model = build_model(case)
    variables = variables_of(model, [name for name, _ in shapes])
    assert len(variables) == len(model.trainable_variables)
    for variable, value in zip(variables, start):
        variable.assign(to_keras(value.astype(dtype)))
    # Keras would round Python numbers to float32 on their way into the formula; numpy's stay whole.
    adam = keras.optimizers.Adam(LEARNING_RATE, np.dtype(dtype).type(0.9), np.dtype(dtype).type(0.999), EPSILON)
    adam.build(variables)

    out = {"shapes": shapes, "step_losses": []}
    for step in range(STEPS + 1):
        with tf.GradientTape() as tape:
            logits = model(image, training=True)
            loss, bce, dice = losses(logits, mask)
        assert logits.dtype == dtype and loss.dtype == dtype
        out["step_losses"].append(float(loss))
        if step == STEPS:
            break
        gradients = tape.gradient(loss, [v.value for v in variables])
        if step == 0:
            clipped = tf.reduce_mean(keras.losses.binary_crossentropy(mask, tf.sigmoid(logits).numpy()))
            out.update(loss=float(loss), bce=float(bce), dice=float(dice), keras_bce=float(clipped))
            out.update(logits=logits.numpy(), probability=tf.sigmoid(logits).numpy().ravel())
            out["gradients"] = [to_torch(g) for g in gradients]
        adam.apply(gradients, variables)
    out["weights"] = [to_torch(v.numpy()) for v in variables]
    out["changes"] = [w - s.astype(w.dtype) for w, s in zip(out["weights"], start)]
    return out


def rounded(record):
    """Eleven digits for the lists; the norm stays whole."""
    return {k: [float(f"{x:.10e}") for x in v] if isinstance(v, list) else v for k, v in record.items()}


def formula_part(case, shapes):
    """Figures that tell whether the C side's formula makes the same values."""
    size = (case["height"], case["width"])
    image = formula.images(case["batch"], case["channels"], *size).astype(np.float64)
    masks = formula.masks(case["batch"], *size)
    return {
        "hashes": [[s, i, int(formula.hashed(s, i))] for s, i in ((0, 0), (1, 2), (55, 73727), (0x4000, 63))],
        "image_sum_x_65536": int(np.sum(image * 65536)),
        "image_projection": float(image.ravel() @ formula.uniform(0x3000, np.arange(image.size))),
        "mask_pixels": [int(m.sum()) for m in masks],
        "last_parameters": [
            float(formula.parameter(t, s, case["gain"]).ravel()[-1]) for t, (_, s) in enumerate(shapes)
        ],
    }


def golden_of(name, case, result):
    tensors = []
    for t, (tensor, shape) in enumerate(result["shapes"]):
        entry = {"name": tensor, "shape": list(shape)}
        for key in ("gradient", "weights", "change"):
            values = result[key if key == "weights" else key + "s"][t]
            entry[key] = rounded(formula.record(values))
        tensors.append(entry)
    return {
        "made_by": f"tools/make_golden.py: Keras {keras.__version__}, TensorFlow {tf.__version__}, float64",
        "case": dict(name=name, **case),
        "adam": dict(steps=STEPS, learning_rate=LEARNING_RATE, epsilon=EPSILON),
        "formula": formula_part(case, result["shapes"]),
        "loss": result["loss"],
        "bce": result["bce"],
        "dice": result["dice"],
        "step_losses": result["step_losses"],
        "probability": [round(float(p), 9) for p in result["probability"]],
        "tensors": tensors,
    }


def print_summary(name, result):
    logits = result["logits"]
    difference = abs(result["keras_bce"] - result["bce"])
    print(f"{name}: {sum(int(np.prod(s)) for _, s in result['shapes'])} parameters in {len(result['shapes'])} tensors")
    print(f"  logits {logits.min():.3f} .. {logits.max():.3f}, deviation {logits.std():.3f}")
    print(f"  loss {result['loss']:.17g}, bce {result['bce']:.17g}, dice {result['dice']:.17g}")
    print(f"  Keras' clipped binary_crossentropy differs from the BCE of the logits by {difference:.2g}")
    print(f"  losses of the steps: {[round(v, 6) for v in result['step_losses']]}")


def record_errors(record, golden):
    """(norm, projection, sample) errors: by the norm, by the norm, by the root mean square."""
    scale = golden["norm"]
    rms = scale / np.sqrt(record["count"])
    projections = np.abs(np.subtract(record["projections"], golden["projections"])).max() / scale
    samples = np.abs(np.subtract(record["samples"], golden["samples"])).max() / rms
    return abs(record["norm"] - scale) / scale, projections, samples


def print_errors(result, golden):
    """How far a float32 run lies from the golden file."""
    map_error = np.abs(result["probability"] - golden["probability"]).max()
    print(f"  float32: map off by {map_error:.2g}, loss by {abs(result['loss'] / golden['loss'] - 1):.2g} relative")
    for key in ("gradient", "weights", "change"):
        errors = []
        for entry, values in zip(golden["tensors"], result[key if key == "weights" else key + "s"]):
            record = dict(formula.record(values), count=values.size)
            errors.append(record_errors(record, entry[key]))
        worst = np.argmax(errors, axis=0)
        parts = zip(("norm", "projection", "sample"), np.max(errors, axis=0), worst)
        print(f"  {key}: " + ", ".join(f"{p} {e:.2g} ({golden['tensors'][w]['name']})" for p, e, w in parts))


def main():
    parser = argparse.ArgumentParser(description="make the golden files with Keras")
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--out", default=os.path.join(here, "..", "tests", "golden"))
    parser.add_argument("--float32", action="store_true", help="compare a float32 run; write nothing")
    args = parser.parse_args()
    keras.backend.set_floatx("float32" if args.float32 else "float64")
    for name, case in CASES.items():
        path = os.path.join(args.out, name + ".json")
        result = run_case(case)
        print_summary(name, result)
        if args.float32:
            with open(path, encoding="ascii") as file:
                print_errors(result, json.load(file))
            continue
        with open(path, "w", encoding="ascii") as file:
            json.dump(golden_of(name, case, result), file, separators=(",", ":"))
            file.write("\n")


if __name__ == "__main__":
    main()
