"""What the peers' timers share: their options, and how a step is timed."""

import argparse
import statistics
import time

WARM_UP = 2


def make_parser(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--filters", default="8,16,32,64,64,128")
    parser.add_argument("--runs", type=int, default=5)
    return parser


def print_speed(args, train, infer):
    """Times both steps and prints images per second."""
    print(f"train_images_per_s {args.batch / median_time(train, args.runs):.3f}")
    print(f"infer_images_per_s {args.batch / median_time(infer, args.runs):.3f}")


def median_time(step, runs):
    for _ in range(WARM_UP):
        step()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
