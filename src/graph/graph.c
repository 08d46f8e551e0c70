#include "graph/graph.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "ops/op.h"

unet_status unet_graph_create(unet_graph **out) { return unet_alloc_array((void *)out, 1, sizeof **out); }

void unet_graph_destroy(unet_graph *graph) {
  if (!graph) return;
  for (size_t i = 0; i < graph->n_values; i++) free(graph->values[i].name);
  free(graph->values);
  free(graph->nodes);
  free(graph->message);
  free(graph);
}

unet_status unet_graph_status(const unet_graph *graph) {
  if (graph->status == UNET_OK) return UNET_OK;
  return unet_fail(graph->status, "%s", graph->message ? graph->message : "out of memory");
}

void unet_graph_fail(unet_graph *graph, unet_status status, const char *format, ...) {
  if (graph->status != UNET_OK) return;
  char message[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  graph->status = status;
  if (unet_copy_text(&graph->message, message) != UNET_OK) graph->message = NULL;
}

unet_value unet_graph_add_value(unet_graph *graph, unet_value_kind kind, const char *name, unet_shape shape) {
  if (graph->status != UNET_OK) return UNET_NO_VALUE;
  if (shape.n == 0 || shape.c == 0 || shape.h == 0 || shape.w == 0) {
    unet_graph_fail(graph, UNET_USAGE, "%s: a shape of %zu x %zu x %zu x %zu holds nothing",
                    name ? name : "value", shape.n, shape.c, shape.h, shape.w);
    return UNET_NO_VALUE;
  }
  char *copy = NULL;
  unet_status status = unet_grow_array((void *)&graph->values, &graph->value_capacity, graph->n_values + 1,
                                       sizeof *graph->values);
  if (status == UNET_OK && name) status = unet_copy_text(&copy, name);
  if (status != UNET_OK) {
    unet_graph_fail(graph, status, "%s", unet_last_error());
    return UNET_NO_VALUE;
  }
  graph->values[graph->n_values] = (unet_value_info){.name = copy,
                                                     .shape = shape,
                                                     .kind = kind,
                                                     .producer = -1,
                                                     .parameter = UNET_NO_VALUE,
                                                     .gradient = UNET_NO_VALUE,
                                                     .needs_gradient = kind == UNET_VALUE_PARAMETER};
  return (unet_value)graph->n_values++;
}

unet_value unet_graph_input(unet_graph *graph, const char *name, unet_shape shape) {
  return unet_graph_add_value(graph, UNET_VALUE_INPUT, name, shape);
}

unet_value unet_graph_scalars(unet_graph *graph, const char *name, size_t count) {
  return unet_graph_add_value(graph, UNET_VALUE_SCALARS, name, (unet_shape){1, 1, 1, count});
}

unet_value unet_graph_parameter(unet_graph *graph, const char *name, unet_shape shape) {
  return unet_graph_add_value(graph, UNET_VALUE_PARAMETER, name, shape);
}

void unet_graph_keep(unet_graph *graph, unet_value value) {
  if (value != UNET_NO_VALUE) graph->values[value].kept = true;
}

size_t unet_graph_uses(const unet_graph *graph, unet_value value) {
  size_t uses = 0;
  for (size_t i = 0; i < graph->n_nodes; i++) {
    for (int slot = 0; slot < UNET_MAX_INPUTS; slot++) uses += graph->nodes[i].inputs[slot] == value;
  }
  return uses;
}

/* Whether the inputs exist; a missing one means that an earlier builder failed, or an unknown value. */
static bool inputs_exist(unet_graph *graph, const unet_value inputs[UNET_MAX_INPUTS]) {
  for (int slot = 0; slot < UNET_MAX_INPUTS; slot++) {
    if (inputs[slot] != UNET_NO_VALUE && (inputs[slot] < 0 || (size_t)inputs[slot] >= graph->n_values)) {
      unet_graph_fail(graph, UNET_INTERNAL, "a node was given a value that the graph does not have");
      return false;
    }
  }
  return true;
}

/* Tells the outputs who made them and whether a gradient must flow through them. */
static void link_outputs(unet_graph *graph, const unet_node *node, int index) {
  bool needs = false;
  for (int slot = 0; slot < UNET_MAX_INPUTS; slot++) {
    unet_value input = node->inputs[slot];
    if (input != UNET_NO_VALUE) needs = needs || graph->values[input].needs_gradient;
  }
  for (int slot = 0; slot < UNET_MAX_OUTPUTS; slot++) {
    unet_value output = node->outputs[slot];
    if (output == UNET_NO_VALUE) continue;
    graph->values[output].producer = index;
    graph->values[output].needs_gradient = needs && !node->backward;
  }
}

unet_value unet_graph_add_node(unet_graph *graph, unet_op_kind op, const unet_value inputs[UNET_MAX_INPUTS],
                               const unet_attributes *attributes) {
  if (graph->status != UNET_OK || !inputs_exist(graph, inputs)) return UNET_NO_VALUE;
  unet_node node = {.op = op, .outputs = {UNET_NO_VALUE, UNET_NO_VALUE}, .backward = graph->trains};
  for (int slot = 0; slot < UNET_MAX_INPUTS; slot++) node.inputs[slot] = inputs[slot];
  if (attributes) node.attributes = *attributes;
  unet_op_of(op)->infer(graph, &node);
  if (graph->status != UNET_OK) return UNET_NO_VALUE;
  unet_status status =
      unet_grow_array((void *)&graph->nodes, &graph->node_capacity, graph->n_nodes + 1, sizeof *graph->nodes);
  if (status != UNET_OK) {
    unet_graph_fail(graph, status, "%s", unet_last_error());
    return UNET_NO_VALUE;
  }
  graph->nodes[graph->n_nodes] = node;
  link_outputs(graph, &node, (int)graph->n_nodes);
  graph->n_nodes++;
  return node.outputs[0];
}
