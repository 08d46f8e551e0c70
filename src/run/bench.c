/* Times whole training steps and inference runs, then the launches of training steps by the device's clock.
 */
#include "unetcl/bench.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/atomic_file.h"
#include "base/clock.h"
#include "base/rng.h"
#include "kernels/peak.h"
#include "model/network.h"
#include "ops/op.h"
#include "run/bench_ops.h"
#include "run/bench_trace.h"
#include "run/executor.h"

enum { WARM_UP_RUNS = 2, MOST_PROFILED_RUNS = 5, STREAM_FLOATS = 32 << 20 };
static const double peak_seconds = 0.01; /* shorter than others hold a core for: some runs are undisturbed */
static const double warm_up_seconds = 0.2;

/* A network on the device with a batch in host memory. */
typedef struct benched {
  const unet_bench_options *options;
  unet_device *device;
  unet_network_mode mode;
  unet_network network;
  unet_executor *executor;
  float *images;  /* (batch, channels, height, width) */
  float *targets; /* (batch, 1, height, width): 0 or 1; what comes back, too */
} benched;

/* --- set-up ------------------------------------------------------------------------------------------- */

/* The range of Glorot's initialisation, biases included, so that activations stay of order 1. */
static unet_status randomise(const benched *b, unet_value value, uint32_t stream) {
  const unet_shape s = unet_shape_of(b->network.graph, value);
  float *values = NULL;
  UNET_TRY(unet_alloc_array((void *)&values, unet_elements(s), sizeof *values));
  unet_rng_fill(values, unet_elements(s), (float)sqrt(6.0 / (double)(s.h * s.w * (s.n + s.c))), 0, stream);
  unet_status status = unet_executor_write(b->executor, value, values, 1);
  free(values);
  return status;
}

static unet_status randomise_weights(const benched *b) {
  uint32_t stream = UNET_STREAM_INIT;
  unet_value value = unet_network_next_parameter(&b->network, UNET_NO_VALUE);
  for (; value != UNET_NO_VALUE; value = unet_network_next_parameter(&b->network, value))
    UNET_TRY(randomise(b, value, stream++));
  return UNET_OK;
}

static unet_status make_batch(benched *b) {
  size_t images = unet_elements(unet_shape_of(b->network.graph, b->network.images));
  size_t pixels = images / b->options->architecture.channels;
  UNET_TRY(unet_alloc_array((void *)&b->images, images, sizeof *b->images));
  UNET_TRY(unet_alloc_array((void *)&b->targets, pixels, sizeof *b->targets));
  unet_rng rng;
  unet_rng_start(&rng, 0, UNET_STREAM_SYNTH, 0);
  for (size_t i = 0; i < images; i++) b->images[i] = unet_rng_float(&rng);
  for (size_t i = 0; i < pixels; i++) b->targets[i] = unet_rng_below(&rng, 10) == 0 ? 1.0f : 0.0f;
  return UNET_OK;
}

static unet_status build_network(benched *b) {
  const unet_bench_options *o = b->options;
  const unet_training_form form = {.loss = unet_bce_dice_loss(), .normalise = o->norm == UNET_NORM_BATCH};
  if (b->mode == UNET_NETWORK_TRAINING)
    return unet_network_build_training(&b->network, &o->architecture, o->batch, &form);
  return unet_network_build(&b->network, &o->architecture, o->batch, b->mode);
}

static unet_status open_benched(benched *b, unet_device *device, const unet_bench_options *options,
                                unet_network_mode mode) {
  *b = (benched){.options = options, .device = device, .mode = mode};
  const unet_executor_options executor_options = {.forced = options->algorithm};
  UNET_TRY(build_network(b));
  UNET_TRY(unet_executor_create(&b->executor, device, b->network.graph, &executor_options));
  UNET_TRY(randomise_weights(b));
  return make_batch(b);
}

static void close_benched(benched *b) {
  unet_executor_destroy(b->executor);
  unet_network_destroy(&b->network);
  free(b->images);
  free(b->targets);
}

/* --- whole runs --------------------------------------------------------------------------------------- */

/* All that a user of the network waits for: the batch to the device, the steps, the result back. */
static unet_status run_once(const benched *b) {
  const float scalars[UNET_ADAM_SCALARS] = {[UNET_ADAM_RATE] = 1e-4f};
  float sums[4];
  size_t n = b->options->batch;
  UNET_TRY(unet_executor_send(b->executor, b->network.images, b->images, n));
  if (b->mode == UNET_NETWORK_INFERENCE) {
    UNET_TRY(unet_executor_run(b->executor, UNET_RUN_FORWARD, n));
    return unet_executor_read(b->executor, b->network.probability, b->targets, n);
  }
  UNET_TRY(unet_executor_send(b->executor, b->network.target, b->targets, n));
  UNET_TRY(unet_executor_write(b->executor, b->network.scalars, scalars, 1));
  UNET_TRY(unet_executor_run(b->executor, UNET_RUN_ALL, n));
  return unet_executor_read(b->executor, b->network.sums, sums, 1);
}

static unet_status run_unless_stopped(const benched *b) {
  if (b->options->stop && b->options->stop(b->options->user))
    return unet_fail(UNET_INTERRUPTED, "interrupted before all runs were timed");
  return run_once(b);
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The first short runs find cold caches and sleeping cores. */
static unet_status warm_up(const benched *b) {
  double end = unet_clock_seconds() + warm_up_seconds;
  for (size_t i = 0; i < WARM_UP_RUNS || unet_clock_seconds() < end; i++) UNET_TRY(run_unless_stopped(b));
  return UNET_OK;
}

static unet_status median_time(double *seconds, const benched *b) {
  double *times = NULL;
  size_t runs = b->options->runs;
  UNET_TRY(unet_alloc_array((void *)&times, runs, sizeof *times));
  unet_status status = warm_up(b);
  for (size_t i = 0; i < runs && status == UNET_OK; i++) {
    double start = unet_clock_seconds();
    status = run_unless_stopped(b);
    times[i] = unet_clock_seconds() - start;
  }
  if (status == UNET_OK) {
    qsort(times, runs, sizeof *times, by_value);
    *seconds = (times[runs / 2] + times[(runs - 1) / 2]) / 2.0;
  }
  free(times);
  return status;
}

static bool has_weights(unet_op_kind op) {
  switch (op) {
    case UNET_OP_CONV2D:
    case UNET_OP_CONV2D_INPUT_GRAD:
    case UNET_OP_CONV2D_WEIGHT_GRAD:
    case UNET_OP_CONV_TRANSPOSE:
    case UNET_OP_CONV_TRANSPOSE_INPUT_GRAD:
    case UNET_OP_CONV_TRANSPOSE_WEIGHT_GRAD:
      return true;
    default:
      return false;
  }
}

static double gflop_per_image(const benched *b) {
  const unet_graph *graph = b->network.graph;
  double flops = 0.0;
  for (size_t i = 0; i < graph->n_nodes; i++) {
    const unet_node *node = &graph->nodes[i];
    if (has_weights(node->op)) flops += unet_op_of(node->op)->cost(graph, node).flops;
  }
  return flops / (double)b->options->batch * 1e-9;
}

static unet_status measure_speed(unet_bench_speed *out, const benched *b, double peak_gflops) {
  double seconds = 0.0;
  UNET_TRY(median_time(&seconds, b));
  out->images_per_s = (double)b->options->batch / seconds;
  out->gflop_per_image = gflop_per_image(b);
  out->pct_peak = 100.0 * out->images_per_s * out->gflop_per_image / peak_gflops;
  return UNET_OK;
}

/* --- launches ----------------------------------------------------------------------------------------- */

static unet_status write_trace(FILE *trace, const benched *b, const unet_bench_profile *profile) {
  char *json = NULL;
  UNET_TRY(unet_bench_format_trace(&json, profile, unet_device_get_info(b->device)->name));
  fputs(json, trace);
  free(json);
  return UNET_OK;
}

static unet_status profile_runs(unet_bench_result *result, const benched *b, FILE *trace) {
  unet_launch_record *records = NULL;
  size_t runs = 0, count = 0;
  do {
    UNET_TRY(run_unless_stopped(b));
    runs++;
  } while (runs < b->options->runs && runs < MOST_PROFILED_RUNS);
  UNET_TRY(unet_profile_take(b->device, &records, &count));
  const unet_bench_profile profile = {.graph = b->network.graph,
                                      .plan = unet_executor_plan(b->executor),
                                      .records = records,
                                      .runs = runs,
                                      .launches = count / runs};
  unet_bench_gaps(result, &profile);
  unet_status status =
      b->options->by_layer ? unet_bench_by_layer(result, &profile) : unet_bench_by_op(result, &profile);
  if (status == UNET_OK && trace) status = write_trace(trace, b, &profile);
  free(records);
  return status;
}

static unet_status measure_launches(unet_bench_result *result, const benched *b, FILE *trace) {
  UNET_TRY(unet_profile_enable(b->device, 1));
  unet_status status = profile_runs(result, b, trace);
  unet_status ended = unet_profile_enable(b->device, 0);
  return status != UNET_OK ? status : ended;
}

/* --- all of it ---------------------------------------------------------------------------------------- */

static unet_status measure_peaks(unet_bench_result *result, unet_device *device) {
  unet_variant variant = unet_peak_variant(unet_device_get_info(device));
  UNET_TRY(unet_peak_gflops(&result->peak_gflops, device, variant, peak_seconds));
  return unet_peak_bandwidth(&result->memory_gb_per_s, device, variant, STREAM_FLOATS);
}

static unet_bench_memory memory_of(const benched *b) {
  const unet_plan *plan = unet_executor_plan(b->executor);
  return (unet_bench_memory){.bytes = unet_plan_bytes(plan),
                             .unshared_bytes = unet_plan_unshared_bytes(plan)};
}

static unet_status measure_training(unet_bench_result *result, const benched *b, FILE *trace) {
  result->train_memory = memory_of(b);
  UNET_TRY(measure_speed(&result->train, b, result->peak_gflops));
  return measure_launches(result, b, trace);
}

static unet_status measure_inference(unet_bench_result *result, const benched *b) {
  result->infer_memory = memory_of(b);
  return measure_speed(&result->infer, b, result->peak_gflops);
}

/* `trace` may be NULL. */
static unet_status measure_all(unet_bench_result *result, unet_device *device,
                               const unet_bench_options *options, FILE *trace) {
  benched b;
  UNET_TRY(measure_peaks(result, device));
  unet_status status = open_benched(&b, device, options, UNET_NETWORK_TRAINING);
  if (status == UNET_OK) status = measure_training(result, &b, trace);
  close_benched(&b);
  UNET_TRY(status);
  status = open_benched(&b, device, options, UNET_NETWORK_INFERENCE);
  if (status == UNET_OK) status = measure_inference(result, &b);
  close_benched(&b);
  return status;
}

unet_status unet_bench(unet_bench_result *out, unet_device *device, const unet_bench_options *options) {
  if (options->batch == 0 || options->runs == 0)
    return unet_fail(UNET_USAGE, "a bench of no images or no runs makes no sense; give 1 or more");
  if (options->algorithm && !unet_is_algorithm(options->algorithm)) {
    return unet_fail(UNET_USAGE, "no op has an algorithm '%s'; take " UNET_ALGORITHM_NAMES,
                     options->algorithm);
  }
  UNET_TRY(unet_architecture_check(&options->architecture));
  unet_bench_result result = {0};
  unet_atomic_file *trace = NULL;
  if (options->trace) UNET_TRY(unet_atomic_open(&trace, options->trace));
  unet_status status = measure_all(&result, device, options, trace ? unet_atomic_stream(trace) : NULL);
  if (trace && status == UNET_OK) {
    status = unet_atomic_commit(trace);
  } else {
    unet_atomic_abandon(trace);
  }
  if (status != UNET_OK) {
    unet_bench_result_free(&result);
    return status;
  }
  *out = result;
  return UNET_OK;
}

void unet_bench_result_free(unet_bench_result *result) {
  for (size_t i = 0; i < result->n_ops; i++) free(result->ops[i].name);
  free(result->ops);
  *result = (unet_bench_result){0};
}
