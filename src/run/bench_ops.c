#include "run/bench_ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "kernels/kernel.h"

/* --- a step of the plan ------------------------------------------------------------------------------- */

static const unet_node *node_of(const unet_bench_profile *profile, size_t step) {
  return &profile->graph->nodes[profile->plan->steps[step].node];
}

const unet_op *unet_bench_step_op(const unet_bench_profile *profile, size_t step) {
  return unet_op_of(node_of(profile, step)->op);
}

const char *unet_bench_step_algorithm(const unet_bench_profile *profile, size_t step) {
  const unet_kernels *kernels = unet_kernels_of(node_of(profile, step)->op);
  return kernels->algorithms[profile->plan->steps[step].choice.algorithm]->name;
}

unet_cost unet_bench_step_cost(const unet_bench_profile *profile, size_t step) {
  return unet_bench_step_op(profile, step)->cost(profile->graph, node_of(profile, step));
}

/* The parameter that the node reads, or makes the gradient of: its layer's weight. */
static const char *weight_name(const unet_graph *graph, const unet_node *node) {
  const unet_value_info *first = node->outputs[0] < 0 ? NULL : unet_info(graph, node->outputs[0]);
  if (first && first->kind == UNET_VALUE_GRADIENT) return unet_info(graph, first->parameter)->name;
  const unet_value_info *second = node->inputs[1] < 0 ? NULL : unet_info(graph, node->inputs[1]);
  return second && second->kind == UNET_VALUE_PARAMETER ? second->name : NULL;
}

unet_status unet_bench_step_name(char **name, const unet_bench_profile *profile, size_t step) {
  const unet_node *node = node_of(profile, step);
  const char *weight = weight_name(profile->graph, node);
  const char *dot = weight ? strrchr(weight, '.') : NULL;
  const char *op = unet_bench_step_op(profile, step)->name;
  unet_shape s = unet_shape_of(profile->graph, node->inputs[0]);
  if (!dot) return unet_format_text(name, "%s %zux%zux%zu", op, s.c, s.h, s.w);
  return unet_format_text(name, "%.*s %s %zux%zux%zu", (int)(dot - weight), weight, op, s.c, s.h, s.w);
}

unet_status unet_bench_step_times(double **ms, const unet_bench_profile *profile) {
  UNET_TRY(unet_alloc_array((void *)ms, profile->plan->n_steps, sizeof **ms));
  for (size_t i = 0; i < profile->runs * profile->launches; i++) {
    const unet_launch_record *record = &profile->records[i];
    (*ms)[record->tag] += (double)(record->end - record->start) * 1e-6 / (double)profile->runs;
  }
  return UNET_OK;
}

/* --- an entry of the result --------------------------------------------------------------------------- */

/* While steps are added up, gflops holds 1e9 operations and gb_per_s 1e9 bytes. */
static void add_step(unet_bench_op *op, const unet_bench_profile *profile, size_t step, double ms) {
  unet_cost cost = unet_bench_step_cost(profile, step);
  op->ms += ms;
  op->gflops += cost.flops * 1e-9;
  op->gb_per_s += cost.bytes * 1e-9;
}

static void finish(unet_bench_op *op, const unet_bench_result *result) {
  double compute_ms = 1e3 * op->gflops / result->peak_gflops;
  double memory_ms = 1e3 * op->gb_per_s / result->memory_gb_per_s;
  double per_second = op->ms > 0.0 ? 1e3 / op->ms : 0.0;
  op->limit = compute_ms > memory_ms ? UNET_BENCH_COMPUTE : UNET_BENCH_MEMORY;
  op->limit_pct = 0.1 * per_second * (compute_ms > memory_ms ? compute_ms : memory_ms);
  op->gflops *= per_second;
  op->gb_per_s *= per_second;
}

/* What the step before has computed has no row. */
static bool has_row(const unet_bench_profile *profile, size_t step) {
  return !profile->plan->steps[step].done;
}

/* --- by op -------------------------------------------------------------------------------------------- */

static unet_status add_to_op(unet_bench_result *result, const unet_bench_profile *profile, size_t step,
                             double ms) {
  const char *name = unet_bench_step_op(profile, step)->name;
  const char *algorithm = unet_bench_step_algorithm(profile, step);
  size_t i = 0;
  while (i < result->n_ops &&
         (strcmp(result->ops[i].name, name) != 0 || strcmp(result->ops[i].algorithm, algorithm) != 0)) {
    i++;
  }
  unet_bench_op *op = &result->ops[i];
  if (i == result->n_ops) {
    UNET_TRY(unet_copy_text(&op->name, name));
    op->algorithm = algorithm;
    result->n_ops++;
  }
  add_step(op, profile, step, ms);
  return UNET_OK;
}

static int slowest_first(const void *a, const void *b) {
  double x = ((const unet_bench_op *)a)->ms, y = ((const unet_bench_op *)b)->ms;
  return (x < y) - (x > y);
}

unet_status unet_bench_by_op(unet_bench_result *result, const unet_bench_profile *profile) {
  double *ms = NULL;
  UNET_TRY(unet_alloc_array((void *)&result->ops, profile->plan->n_steps, sizeof *result->ops));
  unet_status status = unet_bench_step_times(&ms, profile);
  for (size_t i = 0; i < profile->plan->n_steps && status == UNET_OK; i++) {
    if (has_row(profile, i)) status = add_to_op(result, profile, i, ms[i]);
  }
  free(ms);
  for (size_t i = 0; i < result->n_ops; i++) finish(&result->ops[i], result);
  qsort(result->ops, result->n_ops, sizeof *result->ops, slowest_first);
  return status;
}

/* --- by layer ----------------------------------------------------------------------------------------- */

unet_status unet_bench_by_layer(unet_bench_result *result, const unet_bench_profile *profile) {
  double *ms = NULL;
  UNET_TRY(unet_alloc_array((void *)&result->ops, profile->plan->n_steps, sizeof *result->ops));
  unet_status status = unet_bench_step_times(&ms, profile);
  for (size_t i = 0; i < profile->plan->n_steps && status == UNET_OK; i++) {
    if (!has_row(profile, i)) continue;
    unet_bench_op *op = &result->ops[result->n_ops];
    status = unet_bench_step_name(&op->name, profile, i);
    if (status != UNET_OK) break;
    op->algorithm = unet_bench_step_algorithm(profile, i);
    add_step(op, profile, i, ms[i]);
    finish(op, result);
    result->n_ops++;
  }
  free(ms);
  return status;
}

/* --- between launches --------------------------------------------------------------------------------- */

void unet_bench_gaps(unet_bench_result *result, const unet_bench_profile *profile) {
  uint64_t first = 0, end = 0, steps = 0, gaps = 0;
  for (size_t i = 0; i < profile->runs * profile->launches; i++) {
    const unet_launch_record *record = &profile->records[i];
    size_t launch = i % profile->launches;
    if (launch == 0) first = end = record->start;
    if (record->start > end) gaps += record->start - end;
    if (record->end > end) end = record->end;
    if (launch == profile->launches - 1) steps += end - first;
  }
  result->launches = profile->launches;
  result->step_ms = (double)steps * 1e-6 / (double)profile->runs;
  result->gap_ms = (double)gaps * 1e-6 / (double)profile->runs;
}
