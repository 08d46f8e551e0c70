/* Where the time of a training step goes: launches, as the device timed them, and what lies between them. */
#ifndef UNETCL_RUN_BENCH_OPS_H
#define UNETCL_RUN_BENCH_OPS_H

#include "device/device.h"
#include "ops/op.h"
#include "plan/plan.h"
#include "unetcl/bench.h"

/* The launches of some runs of a plan, each tagged with its step. Every run makes the same ones. */
typedef struct unet_bench_profile {
  const unet_graph *graph;
  const unet_plan *plan;
  const unet_launch_record *records; /* (runs, launches) in the order of the queue */
  size_t runs;
  size_t launches;
} unet_bench_profile;

/* result->launches, step_ms, gap_ms. */
void unet_bench_gaps(unet_bench_result *result, const unet_bench_profile *profile);

/* result->ops = an entry for each op and algorithm, slowest first. The result has the peaks already. What was
 * filled in before a failure stays the result's. */
unet_status unet_bench_by_op(unet_bench_result *result, const unet_bench_profile *profile);
/* result->ops = an entry for each step, in the order of the plan. */
unet_status unet_bench_by_layer(unet_bench_result *result, const unet_bench_profile *profile);

/* --- a step of the plan ------------------------------------------------------------------------------- */

/* (*ms)[step] = milliseconds that its launches take, mean of the runs; the caller frees it. */
unet_status unet_bench_step_times(double **ms, const unet_bench_profile *profile);
/* *name = "enc1.conv1 conv2d 3x256x256": layer, op, and channels, height and width of what it reads; the
 * caller frees it. */
unet_status unet_bench_step_name(char **name, const unet_bench_profile *profile, size_t step);
const unet_op *unet_bench_step_op(const unet_bench_profile *profile, size_t step);
const char *unet_bench_step_algorithm(const unet_bench_profile *profile, size_t step);
unet_cost unet_bench_step_cost(const unet_bench_profile *profile, size_t step);

#endif
