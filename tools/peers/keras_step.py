#!/usr/bin/env python3
"""Time a training step and inference of the U-Net in Keras, to compare unetcl with.

usage: tools/peers/keras_step.py [--size 256] [--batch 8] [--filters 8,16,...] [--runs 5]

Prints the medians: train_images_per_s and infer_images_per_s.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from timing import make_parser, print_speed  # noqa: E402


def build_model(filters, size):
    layers = keras.layers

    def pair(x, f):
        for _ in range(2):
            x = layers.Conv2D(f, 3, padding="same", activation="elu")(x)
        return x

    x = image = keras.Input((size, size, 3))
    skips = []
    for level, f in enumerate(filters):
        x = pair(layers.MaxPooling2D(2)(x) if level else x, f)
        skips.append(x)
    for level in range(len(filters) - 2, -1, -1):
        f = filters[level + 1] // 2
        x = layers.Conv2DTranspose(f, 2, strides=2)(x)
        x = pair(layers.concatenate([x, skips[level]]), f)
    return keras.Model(image, layers.Conv2D(1, 1, activation="sigmoid")(x))


def bce_dice_loss(target, p):
    dice = (2.0 * tf.reduce_sum(target * p) + 1.0) / (tf.reduce_sum(target) + tf.reduce_sum(p) + 1.0)
    return tf.reduce_mean(keras.losses.binary_crossentropy(target, p)) + 1.0 - dice


def main():
    args = make_parser("time the U-Net in Keras").parse_args()

    model = build_model([int(f) for f in args.filters.split(",")], args.size)
    model.compile(optimizer=keras.optimizers.Adam(1e-4), loss=bce_dice_loss)
    images = np.random.rand(args.batch, args.size, args.size, 3).astype("float32")
    target = (np.random.rand(args.batch, args.size, args.size, 1) > 0.9).astype("float32")
    print_speed(args, lambda: model.train_on_batch(images, target), lambda: model.predict_on_batch(images))


if __name__ == "__main__":
    main()
