/* How fast a device trains and runs a network, and how much of what the device can do that is. */
#ifndef UNETCL_BENCH_H
#define UNETCL_BENCH_H

#include <stdbool.h>
#include <stddef.h>

#include "unetcl/device.h"
#include "unetcl/model.h"
#include "unetcl/recipe.h"

/* As they are told in help and errors. */
#define UNET_ALGORITHM_NAMES "naive, vector, group, clblast, winograd, channels or im2col"

typedef struct unet_bench_options {
  unet_architecture architecture;
  unet_norm norm;        /* of the training; nothing is left of it in the model */
  size_t batch;          /* images at a time, 1 or more */
  size_t runs;           /* timed runs, 1 or more; the median counts */
  const char *algorithm; /* of UNET_ALGORITHM_NAMES: taken wherever an op has it and it fits; NULL: what
                            training takes */
  bool by_layer;     /* ops[] has an entry for each step of the plan; otherwise for each op and algorithm */
  const char *trace; /* file for a timeline of the launches, in the Trace Event Format; NULL: none */
  bool (*stop)(void *user); /* asked after each run; true ends with UNET_INTERRUPTED; may be NULL */
  void *user;
} unet_bench_options;

/* What a computation waits for at best: the device's arithmetic or its memory. */
typedef enum unet_bench_limit { UNET_BENCH_COMPUTE, UNET_BENCH_MEMORY } unet_bench_limit;

/* Time in one training step, as the device's own clock has it. */
typedef struct unet_bench_op {
  char *name; /* owned: "conv2d"; by layer "enc1.conv1 conv2d 3x256x256", the shape of what it reads */
  const char *algorithm; /* "naive", "vector", ...; a constant */
  double ms;             /* mean over the runs */
  double gflops;         /* operations per nanosecond, by the op's own count; a multiply-add is two */
  double gb_per_s;       /* bytes per nanosecond, each value that is read or written counted once */
  /* The work takes at least operations / peak_gflops and bytes / memory_gb_per_s; the longer of the two
   * binds. */
  unet_bench_limit limit;
  double limit_pct; /* that least time in percent of ms. Above 100 for an algorithm that computes less than
                       the count, or data that comes from a cache */
} unet_bench_op;

/* Images per second: the median of whole runs, from images in host memory to results in host memory. */
typedef struct unet_bench_speed {
  double images_per_s;
  double gflop_per_image; /* multiply-adds of the layers with weights, nothing else counted */
  double pct_peak;        /* images_per_s * gflop_per_image in percent of peak_gflops */
} unet_bench_speed;

/* Of all the buffers of a plan, in bytes. */
typedef struct unet_bench_memory {
  size_t bytes;
  size_t unshared_bytes; /* what it would be if no two values shared memory */
} unet_bench_memory;

typedef struct unet_bench_result {
  double peak_gflops;     /* float32 multiply-adds in registers, measured */
  double memory_gb_per_s; /* a = b + s c over large arrays, measured */
  unet_bench_speed train; /* forward, backward and Adam */
  unet_bench_speed infer;
  unet_bench_memory train_memory, infer_memory;
  /* A training step on the device's clock, mean of some runs. A product by CLBlast counts as one launch. */
  size_t launches;
  double step_ms;     /* from the start of the first launch to the end of the last */
  double gap_ms;      /* of it, between the end of one launch and the start of the next */
  unet_bench_op *ops; /* slowest first; by layer in the order of the plan */
  size_t n_ops;
} unet_bench_result;

/* Measures with random weights and images. UNET_USAGE: options that make no sense; UNET_NO_RESOURCE: the
 * network does not fit the device, or the trace cannot be written, which is tried before anything is
 * measured. Release with unet_bench_result_free. */
UNET_API unet_status unet_bench(unet_bench_result *out, unet_device *device,
                                const unet_bench_options *options);
UNET_API void unet_bench_result_free(unet_bench_result *result);

#endif
