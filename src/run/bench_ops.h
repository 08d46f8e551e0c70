/* Where the time of a training step goes: launches, as the device timed them, summed up. */
#ifndef UNETCL_RUN_BENCH_OPS_H
#define UNETCL_RUN_BENCH_OPS_H

#include "device/device.h"
#include "plan/plan.h"
#include "unetcl/bench.h"

/* The launches of some runs of a plan, each tagged with its step. */
typedef struct unet_bench_profile {
  const unet_graph *graph;
  const unet_plan *plan;
  const unet_launch_record *records;
  size_t n_records;
  size_t runs;
} unet_bench_profile;

/* result->ops = an entry for each op and algorithm, slowest first. What was filled in before a failure stays
 * the result's. */
unet_status unet_bench_by_op(unet_bench_result *result, const unet_bench_profile *profile);
/* result->ops = an entry for each step, in the order of the plan. */
unet_status unet_bench_by_layer(unet_bench_result *result, const unet_bench_profile *profile);

#endif
