#include "run/bench_ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "kernels/kernel.h"
#include "ops/op.h"

static const unet_node *node_of(const unet_bench_profile *profile, size_t step) {
  return &profile->graph->nodes[profile->plan->steps[step].node];
}

static const char *algorithm_of(const unet_bench_profile *profile, size_t step) {
  const unet_kernels *kernels = unet_kernels_of(node_of(profile, step)->op);
  return kernels->algorithms[profile->plan->steps[step].choice.algorithm]->name;
}

static double flops_of(const unet_bench_profile *profile, size_t step) {
  const unet_node *node = node_of(profile, step);
  return unet_op_of(node->op)->cost(profile->graph, node).flops;
}

/* ms[step] = mean milliseconds of a run. */
static unet_status time_steps(double **ms, const unet_bench_profile *profile) {
  UNET_TRY(unet_alloc_array((void *)ms, profile->plan->n_steps, sizeof **ms));
  for (size_t i = 0; i < profile->n_records; i++) {
    const unet_launch_record *record = &profile->records[i];
    if (record->tag < 0 || (size_t)record->tag >= profile->plan->n_steps) continue;
    (*ms)[record->tag] += (double)(record->end - record->start) * 1e-6 / (double)profile->runs;
  }
  return UNET_OK;
}

/* While times are added up, gflops holds 1e9 operations. */
static void finish(unet_bench_op *op) { op->gflops = op->ms > 0.0 ? op->gflops / (op->ms * 1e-3) : 0.0; }

/* --- by op -------------------------------------------------------------------------------------------- */

static unet_status add_to_op(unet_bench_result *result, const unet_bench_profile *profile, size_t step,
                             double ms) {
  const char *name = unet_op_of(node_of(profile, step)->op)->name;
  const char *algorithm = algorithm_of(profile, step);
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
  op->ms += ms;
  op->gflops += flops_of(profile, step) * 1e-9;
  return UNET_OK;
}

static int slowest_first(const void *a, const void *b) {
  double x = ((const unet_bench_op *)a)->ms, y = ((const unet_bench_op *)b)->ms;
  return (x < y) - (x > y);
}

unet_status unet_bench_by_op(unet_bench_result *result, const unet_bench_profile *profile) {
  double *ms = NULL;
  UNET_TRY(unet_alloc_array((void *)&result->ops, profile->plan->n_steps, sizeof *result->ops));
  unet_status status = time_steps(&ms, profile);
  for (size_t i = 0; i < profile->plan->n_steps && status == UNET_OK; i++)
    status = add_to_op(result, profile, i, ms[i]);
  free(ms);
  for (size_t i = 0; i < result->n_ops; i++) finish(&result->ops[i]);
  qsort(result->ops, result->n_ops, sizeof *result->ops, slowest_first);
  return status;
}

/* --- by layer ----------------------------------------------------------------------------------------- */

/* The parameter that the node reads, or makes the gradient of: its layer's weight. */
static const char *weight_name(const unet_graph *graph, const unet_node *node) {
  const unet_value_info *first = node->outputs[0] < 0 ? NULL : unet_info(graph, node->outputs[0]);
  if (first && first->kind == UNET_VALUE_GRADIENT) return unet_info(graph, first->parameter)->name;
  const unet_value_info *second = node->inputs[1] < 0 ? NULL : unet_info(graph, node->inputs[1]);
  return second && second->kind == UNET_VALUE_PARAMETER ? second->name : NULL;
}

/* "enc1.conv1 conv2d 8x256x256": layer, op, and channels, height and width of what it reads. */
static unet_status format_step(char **text, const unet_graph *graph, const unet_node *node) {
  const char *weight = weight_name(graph, node);
  const char *dot = weight ? strrchr(weight, '.') : NULL;
  const char *name = unet_op_of(node->op)->name;
  unet_shape s = unet_shape_of(graph, node->inputs[0]);
  if (!dot) return unet_format_text(text, "%s %zux%zux%zu", name, s.c, s.h, s.w);
  return unet_format_text(text, "%.*s %s %zux%zux%zu", (int)(dot - weight), weight, name, s.c, s.h, s.w);
}

unet_status unet_bench_by_layer(unet_bench_result *result, const unet_bench_profile *profile) {
  double *ms = NULL;
  UNET_TRY(unet_alloc_array((void *)&result->ops, profile->plan->n_steps, sizeof *result->ops));
  unet_status status = time_steps(&ms, profile);
  for (size_t i = 0; i < profile->plan->n_steps && status == UNET_OK; i++) {
    unet_bench_op *op = &result->ops[result->n_ops];
    status = format_step(&op->name, profile->graph, node_of(profile, i));
    if (status != UNET_OK) break;
    *op = (unet_bench_op){op->name, algorithm_of(profile, i), ms[i], flops_of(profile, i) * 1e-9};
    finish(op);
    result->n_ops++;
  }
  free(ms);
  return status;
}
