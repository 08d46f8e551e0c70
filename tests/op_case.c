#include "op_case.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "device_fixture.h"
#include "graph/layout.h"
#include "kernels/kernel.h"
#include "ops/op.h"
#include "run/executor.h"

void op_case_start(op_case *c) {
  *c = (op_case){.outputs = {NO, NO}, .made = NO, .seed = 1};
  ck_unet_ok(unet_graph_create(&c->graph));
}

void op_case_end(op_case *c) {
  for (size_t i = 0; i < OP_CASE_VALUES; i++) free(c->data[i]);
  for (size_t i = 0; i < UNET_MAX_OUTPUTS; i++) free(c->expected[i]);
  unet_graph_destroy(c->graph);
}

void op_case_fill(op_case *c, float *values, size_t count, float low, float high) {
  unet_rng rng;
  unet_rng_start(&rng, c->seed++, 77, 0);
  for (size_t i = 0; i < count; i++) values[i] = unet_rng_range(&rng, low, high);
}

static unet_value add_data(op_case *c, unet_value value) {
  ck_unet_ok(unet_graph_status(c->graph));
  ck_assert_int_lt(value, OP_CASE_VALUES);
  size_t count = unet_elements(unet_shape_of(c->graph, value));
  c->data[value] = calloc(count, sizeof(float));
  op_case_fill(c, c->data[value], count, -1.0f, 1.0f);
  return value;
}

unet_value op_case_planes(op_case *c, unet_shape shape) {
  return add_data(c, unet_graph_input(c->graph, "input", shape));
}

unet_value op_case_parameter(op_case *c, unet_shape shape) {
  return add_data(c, unet_graph_parameter(c->graph, "parameter", shape));
}

unet_value op_case_scalars(op_case *c, size_t count) {
  return add_data(c, unet_graph_scalars(c->graph, "scalars", count));
}

unet_value op_case_doubled(op_case *c, unet_value planes) {
  c->made = unet_graph_add_node(c->graph, UNET_OP_ADD, (unet_value[]){planes, planes, NO, NO}, NULL);
  float *data = op_case_data(c, add_data(c, c->made));
  for (size_t i = 0; i < unet_elements(unet_shape_of(c->graph, planes)); i++)
    data[i] = 2.0f * c->data[planes][i];
  return c->made;
}

float *op_case_data(op_case *c, unet_value value) { return c->data[value]; }

unet_shape op_case_shape(const op_case *c, unet_value value) { return unet_shape_of(c->graph, value); }

/* The one under test: what makes its input comes before it. */
static const unet_node *node_of(const op_case *c) { return &c->graph->nodes[c->made != NO]; }

void op_case_node(op_case *c, unet_op_kind op, const unet_value inputs[UNET_MAX_INPUTS],
                  const unet_attributes *attributes) {
  c->op = op;
  unet_graph_add_node(c->graph, op, inputs, attributes);
  ck_unet_ok(unet_graph_status(c->graph));
  /* A weight gradient takes the place of the parameter of its shape: weights, then bias. */
  unet_value parameter = 0;
  for (size_t i = 0; i < UNET_MAX_OUTPUTS; i++) {
    unet_value output = node_of(c)->outputs[i];
    if (output == NO) continue;
    c->outputs[i] = output;
    unet_graph_keep(c->graph, output);
    c->expected[i] = calloc(unet_elements(unet_shape_of(c->graph, output)), sizeof(float));
    if (unet_info(c->graph, output)->kind != UNET_VALUE_GRADIENT) continue;
    while (unet_info(c->graph, parameter)->kind != UNET_VALUE_PARAMETER) parameter++;
    unet_info(c->graph, output)->parameter = parameter++;
  }
}

void op_case_then(op_case *c, unet_op_kind op, const unet_value inputs[UNET_MAX_INPUTS],
                  const unet_attributes *attributes, bool kept) {
  size_t output = kept ? 1 : 0;
  unet_info(c->graph, c->outputs[0])->kept = kept;
  unet_graph_add_node(c->graph, op, inputs, attributes);
  ck_unet_ok(unet_graph_status(c->graph));
  c->outputs[output] = c->graph->nodes[c->graph->n_nodes - 1].outputs[0];
  unet_graph_keep(c->graph, c->outputs[output]);
  free(c->expected[output]);
  c->expected[output] = calloc(unet_elements(unet_shape_of(c->graph, c->outputs[output])), sizeof(float));
}

unet_value op_case_result(const op_case *c) { return c->outputs[0]; }

float *op_case_expected(op_case *c, size_t output) { return c->expected[output]; }

/* --- comparing ---------------------------------------------------------------------------------------- */

static void compare(const op_case *c, size_t output, const char *algorithm, const float *result,
                    double absolute, double relative) {
  unet_shape s = unet_shape_of(c->graph, c->outputs[output]);
  size_t worst = 0;
  double worst_excess = -1.0;
  for (size_t i = 0; i < unet_elements(s); i++) {
    double expected = (double)c->expected[output][i];
    double excess = fabs((double)result[i] - expected) - absolute - relative * fabs(expected);
    if (!(excess <= worst_excess)) { /* NaN is the worst of all */
      worst_excess = isnan(excess) ? INFINITY : excess;
      worst = i;
    }
  }
  ck_assert_msg(
      worst_excess <= 0.0,
      "%s with algorithm %s, output %zu: worst at (n %zu, c %zu, y %zu, x %zu) of (%zu,%zu,%zu,%zu): "
      "%.9g, expected %.9g",
      unet_op_of(c->op)->name, algorithm, output, worst / (s.c * s.h * s.w), worst / (s.h * s.w) % s.c,
      worst / s.w % s.h, worst % s.w, s.n, s.c, s.h, s.w, (double)result[worst],
      (double)c->expected[output][worst]);
}

/* Everything around the pixels must be zero: lead, column right of the rows, row below, rest of the plane. */
static void check_halo(const op_case *c, size_t output, const char *algorithm, unet_executor *executor) {
  unet_value value = c->outputs[output];
  unet_shape s = unet_shape_of(c->graph, value);
  unet_placement place = unet_executor_plan(executor)->places[value];
  size_t row = unet_row_stride(s.w), plane = unet_plane_stride(s.h, s.w), lead = row + 1;
  size_t count = lead + s.n * s.c * plane;
  float *raw = calloc(count, sizeof(float));
  ck_unet_ok(unet_buffer_read(test_device, unet_executor_region(executor, place.region), place.offset - lead,
                              raw, count));
  for (size_t i = 0; i < count; i++) {
    size_t p = i < lead ? s.h * row : (i - lead) % plane;
    if (p / row < s.h && p % row < s.w) continue;
    ck_assert_msg(raw[i] == 0.0f, "%s with algorithm %s: halo at %ld floats after the first plane is %g",
                  unet_op_of(c->op)->name, algorithm, (long)i - (long)lead, (double)raw[i]);
  }
  free(raw);
}

/* All that no host writes. */
static void spoil_memory(unet_executor *executor, float value) {
  const unet_plan *plan = unet_executor_plan(executor);
  for (size_t r = UNET_REGION_TRANSFORMED; r < plan->n_regions; r++) {
    if (r == UNET_REGION_INPUTS || !plan->region_floats[r]) continue;
    float *noise = calloc(plan->region_floats[r], sizeof(float));
    for (size_t i = 0; i < plan->region_floats[r]; i++) noise[i] = value;
    ck_unet_ok(unet_buffer_write(test_device, unet_executor_region(executor, (int)r), 0, noise,
                                 plan->region_floats[r]));
    free(noise);
  }
}

/* Fails where a result that may lie in the place of what was made does not. */
static void check_place(const op_case *c, const unet_algorithm *algorithm, const unet_executor *executor) {
  if (c->made == NO || !algorithm->overwrites) return;
  const unet_placement *places = unet_executor_plan(executor)->places;
  ck_assert_msg(places[c->made].offset == places[c->outputs[0]].offset, "%s is not in place",
                algorithm->name);
}

static void check_algorithm(const op_case *c, const unet_algorithm *tried, double absolute, double relative) {
  const char *algorithm = tried->name;
  unet_executor *executor = NULL;
  ck_unet_ok(
      unet_executor_create(&executor, test_device, c->graph, &(unet_executor_options){.forced = algorithm}));
  check_place(c, tried, executor);
  spoil_memory(executor, NAN); /* what a kernel does not write, or reads by mistake, shows */
  size_t n = 1;
  for (unet_value v = 0; v < (unet_value)c->graph->n_values && v < OP_CASE_VALUES; v++) {
    if (!c->data[v] || v == c->made) continue;
    unet_shape shape = unet_shape_of(c->graph, v);
    if (unet_info(c->graph, v)->kind == UNET_VALUE_INPUT) n = shape.n;
    ck_unet_ok(unet_executor_write(executor, v, c->data[v], shape.n));
  }
  ck_unet_ok(unet_executor_run(executor, UNET_RUN_ALL, n));
  for (size_t i = 0; i < UNET_MAX_OUTPUTS; i++) {
    if (c->outputs[i] == NO) continue;
    unet_shape shape = unet_shape_of(c->graph, c->outputs[i]);
    float *result = calloc(unet_elements(shape), sizeof(float));
    ck_unet_ok(unet_executor_read(executor, c->outputs[i], result, shape.n));
    compare(c, i, algorithm, result, absolute, relative);
    free(result);
    if (unet_info(c->graph, c->outputs[i])->kind == UNET_VALUE_PLANES) check_halo(c, i, algorithm, executor);
  }
  unet_executor_destroy(executor);
}

/* Winograd's transforms multiply by up to 8 and subtract again, so rounding weighs more: three times as much
 * in the worst of the cases. */
static double rounding_of(const unet_algorithm *algorithm) {
  return algorithm->variant == UNET_WINOGRAD ? 4.0 : 1.0;
}

void op_case_check(const op_case *c, double absolute, double relative) {
  const unet_kernels *kernels = unet_kernels_of(c->op);
  const unet_device_info *device = unet_device_get_info(test_device);
  const char *skipped = getenv("UNET_TEST_SKIP");
  for (size_t i = 0; kernels->algorithms[i]; i++) {
    const unet_algorithm *algorithm = kernels->algorithms[i];
    if (algorithm->fits && !algorithm->fits(device, c->graph, node_of(c))) continue;
    if (skipped && strcmp(skipped, algorithm->name) == 0) continue;
    double rounding = rounding_of(algorithm);
    check_algorithm(c, algorithm, rounding * absolute, rounding * relative);
  }
}
