#include "run/lone_node.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/rng.h"

/* A prime: numbers that repeat with it repeat at no distance that a layout has. */
enum { PERIOD = 1000003 };

/* --- the graph ---------------------------------------------------------------------------------------- */

/* A value like an input of the node, but written by the host. */
static unet_value copy_input(unet_lone_node *lone, const unet_value_info *info) {
  switch (info->kind) {
    case UNET_VALUE_INPUT:
    case UNET_VALUE_PLANES:
      lone->batch = info->shape.n;
      return unet_graph_input(lone->graph, NULL, info->shape);
    case UNET_VALUE_PARAMETER:
      return unet_graph_parameter(lone->graph, NULL, info->shape);
    default:
      return unet_graph_scalars(lone->graph, NULL, unet_elements(info->shape));
  }
}

/* A gradient lies where its parameter lies. */
static unet_value parameter_like(unet_lone_node *lone, unet_value gradient) {
  return unet_graph_parameter(lone->graph, NULL, unet_shape_of(lone->graph, gradient));
}

static void add_result(unet_lone_node *lone, unet_value value) {
  unet_graph_keep(lone->graph, value);
  lone->results[lone->n_results++] = value;
}

static unet_status build_graph(unet_lone_node *lone, const unet_graph *graph, const unet_node *node) {
  unet_value inputs[UNET_MAX_INPUTS];
  for (int slot = 0; slot < UNET_MAX_INPUTS; slot++) {
    unet_value input = node->inputs[slot];
    inputs[slot] = input == UNET_NO_VALUE ? UNET_NO_VALUE : copy_input(lone, unet_info(graph, input));
  }
  unet_graph_add_node(lone->graph, node->op, inputs, &node->attributes);
  UNET_TRY(unet_graph_status(lone->graph));
  lone->graph->trains = graph->trains;
  for (int slot = 0; slot < UNET_MAX_OUTPUTS; slot++) {
    unet_value output = lone->graph->nodes[0].outputs[slot];
    if (output == UNET_NO_VALUE) continue;
    if (unet_info(lone->graph, output)->kind == UNET_VALUE_GRADIENT) {
      unet_value parameter = parameter_like(lone, output);
      UNET_TRY(unet_graph_status(lone->graph));
      unet_info(lone->graph, output)->parameter = parameter;
    }
    add_result(lone, output);
  }
  return UNET_OK;
}

/* The optimizer's ops work on all parameters and gradients of their graph: here on one of as many numbers. */
static unet_status build_on_parameters(unet_lone_node *lone, const unet_graph *graph, const unet_node *node) {
  const unet_value none[UNET_MAX_INPUTS] = {UNET_NO_VALUE, UNET_NO_VALUE, UNET_NO_VALUE, UNET_NO_VALUE};
  size_t count = 0;
  for (size_t i = 0; i < graph->n_values; i++) {
    if (graph->values[i].kind == UNET_VALUE_PARAMETER) count += unet_elements(graph->values[i].shape);
  }
  const unet_shape shape = {1, count, 1, 1};
  unet_value parameter = unet_graph_parameter(lone->graph, NULL, shape);
  unet_value gradient = unet_graph_add_value(lone->graph, UNET_VALUE_GRADIENT, NULL, shape);
  if (node->op == UNET_OP_ADAM) {
    unet_value scalars = unet_graph_scalars(lone->graph, NULL, UNET_ADAM_SCALARS);
    UNET_TRY(unet_graph_add_adam(lone->graph, scalars,
                                 &(unet_adam_form){.average = node->attributes.adam.average}));
    add_result(lone, parameter);
  } else {
    unet_value result = unet_graph_add_node(lone->graph, node->op, none, &node->attributes);
    UNET_TRY(unet_graph_status(lone->graph));
    add_result(lone, result);
  }
  unet_info(lone->graph, gradient)->parameter = parameter;
  return UNET_OK;
}

static bool works_on_parameters(const unet_node *node) {
  return node->op == UNET_OP_ADAM || node->op == UNET_OP_GRADIENT_NORM;
}

/* --- its data ----------------------------------------------------------------------------------------- */

static bool is_made(const unet_lone_node *lone, unet_value value) {
  const unet_node *node = &lone->graph->nodes[0];
  for (int slot = 0; slot < UNET_MAX_OUTPUTS; slot++) {
    unet_value output = node->outputs[slot];
    if (output == UNET_NO_VALUE) continue;
    if (output == value || unet_info(lone->graph, output)->parameter == value) return true;
  }
  return false;
}

static unet_status draw(float **out, size_t count, uint32_t index, float low) {
  float *values = NULL;
  unet_rng rng;
  UNET_TRY(unet_alloc_array((void *)&values, count, sizeof *values));
  unet_rng_start(&rng, 0, UNET_STREAM_SYNTH, index);
  for (size_t i = 0; i < count && i < PERIOD; i++) values[i] = low + (1.0f - low) * unet_rng_float(&rng);
  for (size_t i = PERIOD; i < count; i++) values[i] = values[i - PERIOD];
  *out = values;
  return UNET_OK;
}

static unet_status draw_all(unet_lone_node *lone) {
  for (size_t i = 0; i < lone->graph->n_values; i++) {
    const unet_value_info *info = &lone->graph->values[i];
    if (is_made(lone, (unet_value)i)) continue;
    float low = info->kind == UNET_VALUE_SCALARS ? 0.5f : -1.0f;
    UNET_TRY(draw(&lone->data[i], unet_elements(info->shape), (uint32_t)i, low));
  }
  return UNET_OK;
}

unet_status unet_lone_node_make(unet_lone_node *out, const unet_graph *graph, const unet_node *node) {
  out->batch = 1;
  UNET_TRY(unet_graph_create(&out->graph));
  UNET_TRY(works_on_parameters(node) ? build_on_parameters(out, graph, node) : build_graph(out, graph, node));
  return draw_all(out);
}

void unet_lone_node_free(unet_lone_node *lone) {
  for (size_t i = 0; i < UNET_LONE_NODE_VALUES; i++) free(lone->data[i]);
  unet_graph_destroy(lone->graph);
  *lone = (unet_lone_node){0};
}

/* --- with an executor --------------------------------------------------------------------------------- */

unet_status unet_lone_node_write(const unet_lone_node *lone, unet_executor *executor) {
  for (size_t i = 0; i < lone->graph->n_values; i++) {
    const unet_value_info *info = &lone->graph->values[i];
    const float *data = lone->data[i];
    if (!data) continue;
    if (info->kind == UNET_VALUE_GRADIENT) {
      UNET_TRY(unet_executor_write_beside(executor, UNET_REGION_GRADIENTS, info->parameter, data));
    } else {
      UNET_TRY(unet_executor_write(executor, (unet_value)i, data, lone->batch));
    }
  }
  return UNET_OK;
}

size_t unet_lone_node_count(const unet_lone_node *lone, size_t result, size_t images) {
  const unet_value_info *info = unet_info(lone->graph, lone->results[result]);
  size_t count = unet_elements(info->shape);
  return info->kind == UNET_VALUE_PLANES ? count / info->shape.n * images : count;
}

unet_status unet_lone_node_read(const unet_lone_node *lone, unet_executor *executor, size_t result,
                                float *values, size_t images) {
  return unet_executor_read(executor, lone->results[result], values, images);
}
